"""The flake8 plugin: the findings of the whole program, each in a file that flake8 is linting.

flake8 shows a plugin one file at a time, in several processes, and has no end of the run. So the program is judged at
the first file of each process, over the cache on disk (one process judges, the others wait for what it finds), and what
belongs to a file is told when flake8 comes to it. A finding belongs to the first of its own place and the steps of its
story whose file is being linted; which files those are follows from flake8's options alone, so that every process
divides the findings in the same way.
"""
from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

if TYPE_CHECKING:
    import argparse
    import ast

    from ..model.finding import Finding
    from ..model.report import Report

STDIN = "-"
NAMELESS = "stdin"
"""What flake8 calls the text on stdin when nobody names its file."""

FAILED = "THR902"

Told = tuple[int, int, str, type["ThreadlintPlugin"]]


class Line(NamedTuple):
    """What flake8 is told: a line from 1, a column from 0, code and message."""

    line: int
    column: int
    text: str


class ThreadlintPlugin:
    """What flake8 makes for each file."""

    _run: ClassVar[tuple[Any, dict[str, list[Line]]] | None] = None
    """The options of the run that was judged last in this process, and what is told, by path."""

    def __init__(self, tree: ast.AST, filename: str, lines: list[str], options: argparse.Namespace) -> None:
        del tree  # that flake8 could parse the file is why this runs
        self._filename = filename
        self._lines = lines
        self._options = options

    def run(self) -> Iterator[Told]:
        """What there is to say about the file. Never raises."""
        cls = type(self)
        # One run of flake8 in one process has one object of options, whatever started the process.
        if cls._run is None or cls._run[0] is not self._options:
            cls._run = (self._options, self._judged())
        for told in cls._run[1].get(key_of(self._filename), ()):
            yield (told.line, told.column, told.text, cls)

    def _judged(self) -> dict[str, list[Line]]:
        linted = [self._filename]
        try:
            linted = linted_files(self._options, self._filename)
            report = _report(linted, self._options, "".join(self._lines))
            told = _divided(report, linted)
            failed = [_message(finding) for finding in report.findings if finding.rule.code == FAILED]
        except Exception as failure:
            told, failed = {}, [f"{FAILED} threadlint failed: {_reason(failure)}"]
        if failed:
            home = key_of(_first_heard(linted, self._filename))
            told[home] = [*(Line(1, 0, text) for text in failed), *told.get(home, ())]
        return told


def linted_files(options: argparse.Namespace, filename: str) -> list[str]:
    """The files of this run of flake8, as flake8 itself finds them from its options."""
    from flake8.discover_files import expand_paths

    found = expand_paths(
        paths=options.filenames,
        stdin_display_name=options.stdin_display_name,
        filename_patterns=options.filename,
        exclude=(*options.exclude, *options.extend_exclude),
    )
    return sorted({filename if each == STDIN else each for each in found} | {filename})


def key_of(path: str) -> str:
    """A path as findings name it: from the working directory if it lies below it, with `/`."""
    from ..sources.discovering import printed

    return printed(os.path.abspath(path), os.getcwd())


def _report(linted: list[str], options: argparse.Namespace, text: str) -> Report:
    from ..config import load
    from ..engine import Request, judge

    piped = STDIN in options.filenames
    return judge(
        Request(
            paths=(STDIN,) if piped else tuple(path for path in linted if os.path.exists(path)),
            config=load(),
            overlay={linted[0]: text} if piped else {},
            whole=True,
            force_exclude=True,
            jobs=1 if _is_worker() else 0,
            among_alike=_is_worker(),
            noqa=False,
        )
    )


def _is_worker() -> bool:
    """Whether flake8 has started this process among others that do the same."""
    from multiprocessing import parent_process

    return parent_process() is not None


def _divided(report: Report, linted: list[str]) -> dict[str, list[Line]]:
    """What is told in each of the linted files, by path."""
    keys = {key_of(path) for path in linted}
    told: dict[str, list[Line]] = {}
    for finding in report.findings:
        if finding.rule.code == FAILED:
            continue
        places = (finding.at, *(step.at for step in finding.story))
        home = next((place for place in places if place.path in keys), None)
        if home is not None:
            where = report.texts.where(home)
            elsewhere = "" if home is finding.at else f" (at {report.texts.where(finding.at)})"
            told.setdefault(home.path, []).append(Line(where.line, where.column - 1, _message(finding) + elsewhere))
    return told


def _message(finding: Finding) -> str:
    return f"{finding.rule.code} {finding.message}"


def _reason(failure: Exception) -> str:
    """What went wrong, in one line; what is wrong with the configuration says so itself."""
    from ..config import ConfigError
    from ..verdicts import BaselineError, UnknownRuleError

    said = str(failure)
    if not isinstance(failure, (BaselineError, ConfigError, UnknownRuleError)):
        said = f"{type(failure).__name__}: {said}"
    return " ".join(said.split())


def _first_heard(linted: list[str], filename: str) -> str:
    """The first of the files for which flake8 will ask: it can be parsed and does not opt out."""
    import ast
    import tokenize

    from flake8.defaults import NOQA_FILE

    for path in linted:
        try:
            with tokenize.open(path) as file:
                text = file.read()
            ast.parse(text)
        except (OSError, SyntaxError, ValueError, RecursionError):
            continue
        if not any(NOQA_FILE.match(line) for line in text.splitlines()):
            return path
    return filename
