"""`python -m threadlint.workshop.survey`: what a change of threadlint changes on real projects.

    survey run --output before.json --checkout ../old PROJECT…    what the threadlint of a checkout says
    survey run --output after.json PROJECT…                       what this one says
    survey compare before.json after.json --sheet judge.md        what came and went, by rule

A PROJECT is a folder, or a requirement as pip takes it (`urllib3==2.2.1`), which is fetched without its dependencies.
The sheet lists each finding that came or went with its code, for somebody to judge: true, debatable or false.
"""
from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import msgspec

FLAGS = ("--isolated", "--no-cache", "--assume-threaded", "--min-confidence", "low", "--output-format", "json")
"""A library does not show its threads, so any of its public functions may be called from any."""

AROUND = 3
"""Lines of code shown on a sheet before and after the place of a finding."""


class Said(msgspec.Struct, frozen=True, order=True):
    """One finding of a survey; `code` is the stretch of text around its place."""

    project: str
    rule: str
    name: str
    path: str
    line: int
    message: str
    confidence: str
    fingerprint: str
    code: str = ""

    @property
    def identity(self) -> tuple[str, str, str]:
        """What stays the same when lines move."""
        return (self.project, self.rule, self.fingerprint)


class Survey(msgspec.Struct, frozen=True):
    """What one threadlint said of some projects."""

    projects: tuple[str, ...]
    said: tuple[Said, ...]


def survey(projects: Iterable[str], source: Path) -> Survey:
    """Run the threadlint whose package lies in `source` over each project."""
    names: list[str] = []
    said: list[Said] = []
    with TemporaryDirectory(prefix="survey") as scratch:
        for project in projects:
            folder = Path(project)
            name = folder.resolve().name if folder.is_dir() else project
            if not folder.is_dir():
                folder = fetched(project, Path(scratch) / str(len(names)))
            names.append(name)
            said += list(judged(name, folder, source))
    return Survey(tuple(names), tuple(sorted(said)))


def fetched(requirement: str, folder: Path) -> Path:
    """The code of a package, without its dependencies, in `folder`."""
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-compile", "--target", str(folder)]
    subprocess.run([*command, requirement], check=True)
    return folder


def judged(name: str, folder: Path, source: Path) -> Iterator[Said]:
    """What threadlint says of one folder."""
    command = [sys.executable, "-m", "threadlint", "check", *FLAGS, "."]
    environment = {**os.environ, "PYTHONPATH": str(source)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise click.ClickException(f"threadlint failed on {name}: {done.stderr[-2000:]}")
    for each in json.loads(done.stdout)["findings"]:
        lines = (folder / each["path"]).read_text("utf-8", "replace").splitlines()
        first = max(each["line"] - 1 - AROUND, 0)
        yield Said(
            project=name, rule=each["code"], name=each["name"], path=each["path"], line=each["line"],
            message=each["message"], confidence=each["confidence"], fingerprint=each["fingerprint"],
            code="\n".join(lines[first : each["line"] + AROUND]),
        )  # fmt: skip


def changes(before: Survey, after: Survey) -> tuple[list[Said], list[Said]]:
    """The findings that came and those that went."""
    old, new = ({each.identity for each in one.said} for one in (before, after))
    came = [each for each in after.said if each.identity not in old]
    return came, [each for each in before.said if each.identity not in new]


def told(before: Survey, after: Survey) -> str:
    """The numbers by rule, for a terminal."""
    came, went = changes(before, after)
    rows = {"before": before.said, "after": after.said, "came": came, "went": went}
    counts = {title: Counter(f"{each.rule} {each.name}" for each in said) for title, said in rows.items()}
    rules = sorted(set().union(*counts.values()))
    width = max(map(len, rules), default=0)
    lines = [" " * width + "".join(f"{title:>8}" for title in counts)]
    lines += [f"{rule:{width}}" + "".join(f"{counts[title][rule]:8}" for title in counts) for rule in rules]
    return "\n".join(lines)


def sheet(changed: Mapping[str, Sequence[Said]]) -> str:
    """A Markdown page with every finding, by rule, and room for a judgement."""
    parts = ["# Findings to judge", "", "Write true, debatable or false after each `judgement:`."]
    for title, said in changed.items():
        parts += ["", f"## {title} ({len(said)})"]
        for each in sorted(said, key=lambda one: (one.rule, one)):
            parts += [
                "", f"### {each.rule} {each.name} · {each.project} · {each.path}:{each.line} · {each.confidence}", "",
                each.message, "", "```python", each.code, "```", "", "judgement: ",
            ]  # fmt: skip
    return "\n".join(parts) + "\n"


@click.group(help="What a change of threadlint changes on real projects.")
def main() -> None:
    """The command."""


@main.command()
@click.argument("projects", nargs=-1, required=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write.")
@click.option(
    "--checkout", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Another checkout of threadlint."
)
def run(projects: tuple[str, ...], output: Path, checkout: Path | None) -> None:
    """Judge PROJECTS, folders or requirements, and keep what is said."""
    source = checkout.resolve() / "src" if checkout else Path(__file__).resolve().parents[2]
    answer = survey(projects, source)
    output.write_bytes(msgspec.json.format(msgspec.json.encode(answer)))
    click.echo(f"{len(answer.said)} findings in {len(answer.projects)} projects")


@main.command()
@click.argument("before", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("after", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sheet", "page", type=click.Path(dir_okay=False, path_type=Path), help="Where to write what to judge.")
def compare(before: Path, after: Path, page: Path | None) -> None:
    """Tell what came and what went between two runs."""
    old, new = (msgspec.json.decode(path.read_bytes(), type=Survey) for path in (before, after))
    if old.projects != new.projects:
        raise click.UsageError(f"the runs are of different projects: {old.projects} and {new.projects}")
    click.echo(told(old, new))
    if page is not None:
        came, went = changes(old, new)
        page.write_text(sheet({"Came": came, "Went": went}), "utf-8")


if __name__ == "__main__":
    main()
