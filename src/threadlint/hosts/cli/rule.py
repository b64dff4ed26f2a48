"""`threadlint rule`: the page of a rule."""
from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from .ending import tell
from .settings import Refused

if TYPE_CHECKING:
    from ...rules import LoadedRule


@click.command("rule", short_help="Print the page of a rule.")
@click.argument("named", metavar="CODE|NAME", nargs=-1)
@click.option("--all", "every", is_flag=True, help="All rules.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
@click.option("--color", "colour", type=click.Choice(["auto", "always", "never"]), default="auto")
def command(named: tuple[str, ...], every: bool, output_format: str, colour: str) -> None:
    """Print the page of a rule: what it finds, why that hurts, what instead, and when it stays silent."""
    chosen = _chosen(named, every)
    if output_format == "json":
        import json

        told: Any = [_as_object(each) for each in chosen]
        tell(json.dumps(told if every or len(told) > 1 else told[0], indent=1, ensure_ascii=False) + "\n")
        return
    from ...reports.manner import wants_colour

    text = "\n".join(page_of(each) for each in chosen)
    tell(_painted(text) if wants_colour(colour, sys.stdout.isatty()) else text)


def _chosen(named: tuple[str, ...], every: bool) -> list[LoadedRule]:
    from ...rules import all_rules, rule_called

    if every:
        return list(all_rules())
    if not named:
        raise click.UsageError("name a rule by code or name, or give --all")
    return [rule_called(each) or _refuse(each) for each in named]


def _refuse(named: str) -> LoadedRule:
    from ...rules import all_rules
    from ...verdicts.selection import nearest

    close = nearest(named, [each.rule for each in all_rules()])
    hint = f", did you mean `{close}`?" if close else "; `threadlint rule --all` prints all"
    raise Refused(f"there is no rule `{named}`{hint}")


def page_of(loaded: LoadedRule) -> str:
    """The page as Markdown, under its code and name."""
    rule = loaded.rule
    about = f"severity {rule.severity.value}"
    if rule.tier.value == "strict":
        about += " · speaks with `--strict` or when it is selected"
    elif rule.tier.value == "ft":
        about += " · speaks with `--free-threaded` or when it is selected"
    return f"# {rule.code} {rule.name}\n\n{loaded.page}\n\n{about}\n"


def _as_object(loaded: LoadedRule) -> dict[str, str]:
    rule = loaded.rule
    return {
        "code": rule.code,
        "name": rule.name,
        "family": loaded.family,
        "severity": rule.severity.value,
        "tier": rule.tier.value,
        "summary": loaded.summary,
        "explanation": loaded.page,
    }


def _painted(text: str) -> str:
    """The page with the colours of a terminal."""
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(force_terminal=True, highlight=False)
    with console.capture() as captured:
        console.print(Markdown(text, code_theme="ansi_dark"))
    return captured.get()
