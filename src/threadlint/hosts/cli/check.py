"""`threadlint check`: judge a program and tell what was found."""
from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .ending import CLEAN, FAILURE, FINDINGS, tell, tell_bytes
from .settings import CACHE, CONFIGURATION, JUDGEMENT, Refused, configuration, flags
from .speaking import say

if TYPE_CHECKING:
    from ...config import Config
    from ...engine import Request
    from ...model.report import Report

STDIN = "-"
SEVERITIES = ("error", "warning", "note")
"""From the worst to the mildest."""

SELECTION = (
    click.option("--select", multiple=True, metavar="RULES", help="Only these rules: codes, names, families (`THR1`)."),
    click.option("--extend-select", multiple=True, metavar="RULES", help="These rules too."),
    click.option("--ignore", multiple=True, metavar="RULES", help="Not these rules."),
    click.option("--strict/--no-strict", default=None, help="Also the rules that are matters of opinion."),
    click.option("--min-confidence", type=click.Choice(["low", "medium", "high"]), help="Hold back what is less sure."),
    click.option("--baseline", metavar="FILE", help="Hold back the findings that this file knows."),
)
OUTPUT = (
    click.option(
        "--output-format", "formats", multiple=True, metavar="FORMAT[:FILE]", envvar="THREADLINT_OUTPUT_FORMAT",
        help="How to tell the findings, and where; may be given several times. On a terminal `full`, else `concise`.",
    ),
    click.option("-o", "--output-file", type=click.Path(path_type=Path), help="Write to this file instead of stdout."),
    click.option("--statistics", is_flag=True, help="Count the findings by rule instead of telling them."),
    click.option("--explain", is_flag=True, help="Print the page of each rule after its first finding."),
    click.option("--color", "colour", type=click.Choice(["auto", "always", "never"]), default="auto"),
    click.option("-q", "--quiet", is_flag=True, help="Nothing but findings."),
    click.option("-v", "--verbose", is_flag=True, help="Tell on stderr how the run went."),
)  # fmt: skip
ENDING = (
    click.option("--fail-on", type=click.Choice(SEVERITIES), default="note",
                 help="The mildest severity that makes the exit code 1."),
    click.option("-e", "--exit-zero", is_flag=True, help="Exit with 0 even if there are findings."),
)  # fmt: skip
FILES = (
    click.option("--stdin-filename", metavar="PATH", help="The file that the text on stdin (`-`) belongs to."),
    click.option("--force-exclude", is_flag=True, help="Leave out excluded files even if they are named."),
    click.option("--show-files", is_flag=True, help="Only list the files that would be checked."),
)
FIXES = (
    click.option("--fix", "fixing", is_flag=True, help="Apply the safe fixes, and tell what is left."),
    click.option("--unsafe-fixes", "unsafe", is_flag=True, help="Also the fixes that may change what a program does."),
    click.option("--diff", is_flag=True, help="Print what the fixes would change, and change nothing."),
)
RUN = (
    click.option("-n", "--no-cache", is_flag=True, help="Neither read nor write the cache."),
    *CACHE,
    click.option("-j", "--jobs", type=click.IntRange(min=0), default=0, metavar="N",
                 help="Processes that read new files; 0: as many as there are processors."),
)  # fmt: skip


@click.command("check", short_help="Judge a program and tell what was found.")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@flags(SELECTION, JUDGEMENT, OUTPUT, FIXES, ENDING, FILES, CONFIGURATION, RUN)
def command(
    paths: tuple[str, ...], formats: tuple[str, ...], output_file: Path | None, statistics: bool, explain: bool,
    colour: str, quiet: bool, verbose: bool, fail_on: str, exit_zero: bool, stdin_filename: str | None,
    force_exclude: bool, show_files: bool, fixing: bool, unsafe: bool, diff: bool, explicit: tuple[str, ...],
    isolated: bool, no_cache: bool, jobs: int, **overrides: Any,
) -> int:  # fmt: skip
    """Judge the program in files and folders (by default the configured `src`, or the working directory).

    Of files the program around them is judged, and what touches them is told; `-` is the text on stdin.
    """
    from .fixing import fix, fix_text, show_diff
    from .outputs import deliver, outputs_of

    config = configuration(explicit, isolated, **overrides)
    outputs = outputs_of(formats, output_file, is_terminal=sys.stdout.isatty(), statistics=statistics)
    request = request_of(paths, config, stdin_filename, force_exclude=force_exclude, jobs=jobs, cache=not no_cache)
    if show_files:
        return list_files(request)
    report = judged(request)
    if diff:
        code = show_diff(report, unsafe=unsafe, quiet=quiet)
        aside(report, quiet=quiet, verbose=verbose)
        return FAILURE if report.failures else code
    if fixing and request.overlay:
        ((name, held),) = request.overlay.items()
        held = held if isinstance(held, bytes) else held.encode()
        tell_bytes(fix_text(report, name, held, unsafe=unsafe))
        aside(report, quiet=quiet, verbose=verbose)
        return FAILURE if report.failures else CLEAN
    if fixing:
        report = fix(report, request, unsafe=unsafe, quiet=quiet)
    deliver(report, outputs, colour=colour, quiet=quiet, statistics=statistics, pages=pages() if explain else {})
    if verbose:
        say(how_it_went(report, request))
    aside(report, quiet=quiet, verbose=verbose)
    return exit_code(report, fail_on, exit_zero)


def request_of(
    paths: tuple[str, ...], config: Config, stdin_filename: str | None, *,
    force_exclude: bool = False, jobs: int = 0, cache: bool = True,
) -> Request:  # fmt: skip
    """What the engine is asked for. Where files are given by name (or stdin) the program is that around them."""
    from ...engine import Request

    overlay: dict[str, bytes] = {}
    if STDIN in paths:
        if len(paths) > 1:
            raise click.UsageError("`-` (stdin) stands alone")
        overlay[stdin_filename or STDIN] = b"" if sys.stdin is None else sys.stdin.buffer.read()
    elif stdin_filename is not None:
        raise click.UsageError("--stdin-filename belongs to `-`: threadlint check --stdin-filename PATH -")
    given = paths or tuple(map(str, config.src)) or (".",)
    whole = any(not os.path.isdir(path) for path in given)
    return Request(
        paths=given, config=config, overlay=overlay, whole=whole, force_exclude=force_exclude, jobs=jobs, cache=cache
    )  # fmt: skip


def list_files(request: Request) -> int:
    """Print the files that would be checked."""
    from ...engine import texts_of
    from ...sources import MissingPathError

    try:
        gathered = texts_of(request)
    except MissingPathError as error:
        raise Refused(str(error)) from None
    tell("".join(f"{path}\n" for path in sorted(gathered.given)))
    return CLEAN


def judged(request: Request) -> Report:
    """The report, or the end of the run where it cannot be made as asked."""
    from ...engine import judge
    from ...sources import MissingPathError
    from ...verdicts import BaselineError, UnknownRuleError

    try:
        return judge(request)
    except MissingPathError as error:
        raise Refused(str(error) + _meant(request.paths)) from None
    except BaselineError as error:
        raise Refused(str(error)) from None
    except UnknownRuleError as error:
        origin = request.config.origin.get(error.option, "")
        raise Refused(str(error) if not origin or origin.startswith("--") else f"{origin}: {error}") from None


def _meant(paths: tuple[str, ...]) -> str:
    """A hint for a command that is misspelt: it was taken for a path."""
    from difflib import get_close_matches

    from .door import COMMANDS

    close = [] if os.sep in paths[0] else get_close_matches(paths[0], COMMANDS, 1, 0.6)
    return f"; did you mean `threadlint {close[0]}`?" if close else ""


def pages() -> dict[str, str]:
    """The pages of all rules by code."""
    from ...rules import all_rules

    return {each.rule.code: each.page for each in all_rules()}


def exit_code(report: Report, fail_on: str, exit_zero: bool) -> int:
    """2 when a rule failed, whatever else; 1 for findings at least as severe as `fail_on`, unless `exit_zero`."""
    if report.failures:
        return FAILURE
    enough = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    found = any(finding.rule.severity.value in enough for finding in report.findings)
    return FINDINGS if found and not exit_zero else CLEAN


def aside(report: Report, *, quiet: bool, verbose: bool) -> None:
    """What a user should know besides the findings."""
    if not quiet:
        for warning in report.warnings:
            say(f"warning: {warning}")
    for failure in report.failures:
        say(failure if verbose else f"error: rule {failure.splitlines()[0]} failed; --verbose shows where")


def how_it_went(report: Report, request: Request) -> str:
    """Where the settings came from, what was read, and how long each floor took."""
    from ...config.loading import printed
    from ...engine import cache_folder

    config = request.config
    lines = [
        f"configuration: {printed(config.file) if config.file else 'none, defaults'}",
        f"cache: {printed(cache_folder(config)) if request.cache else 'not used'}",
        f"files: {report.files}, of which {report.parsed} concern threads",
        "time: " + ", ".join(f"{floor} {seconds * 1000:.0f} ms" for floor, seconds in report.seconds.items()),
    ]
    return "\n".join(lines)
