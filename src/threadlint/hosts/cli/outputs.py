"""Where a report goes: to the terminal in one format, to files in others.

A destination is written as a whole or not at all: a run that is stopped in the middle leaves the file that was there.
"""
from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ...model.report import Report
from ...reports import FORMATS, TEXT_FORMATS, renderer
from ...reports.manner import Manner, wants_colour
from .ending import tell
from .settings import Refused

STDOUT = Path("-")
COUNTED = TEXT_FORMATS | {"json"}
"""The formats that `--statistics` has."""


class Output(NamedTuple):
    """One rendering of the report: in which format, and to which file (STDOUT for the terminal or pipe)."""

    format: str
    to: Path


def outputs_of(
    formats: Sequence[str], file: Path | None, *, is_terminal: bool, statistics: bool = False
) -> list[Output]:
    """What `--output-format` (`FORMAT` or `FORMAT:FILE`, repeated) and `--output-file` ask for. Without a format it is
    `full` on a terminal and `concise` elsewhere."""
    default = "full" if is_terminal and file is None else "concise"
    outputs: list[Output] = []
    for each in formats:
        name, _, to = each.partition(":")
        if name not in FORMATS:
            raise Refused(_unknown_format(name))
        if statistics and name not in COUNTED:
            raise Refused(f"`--statistics` has no `{name}` format; there are {', '.join(sorted(COUNTED))}")
        outputs.append(Output(name, Path(to) if to else file or STDOUT))
    undirected = file is not None and all(output.to != file for output in outputs)
    if undirected or not outputs:
        outputs.append(Output(default, file or STDOUT))
    places = [output.to for output in outputs]
    for output in outputs:
        if places.count(output.to) > 1:
            named = "stdout" if output.to == STDOUT else f"`{output.to}`"
            both = " and ".join(f"`{other.format}`" for other in outputs if other.to == output.to)
            raise Refused(f"{both} cannot both go to {named}; write for example `{output.format}:report.txt`")
    return sorted(outputs, key=lambda output: output.to == STDOUT)


def _unknown_format(name: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, FORMATS, 1, 0.5)
    hint = f", did you mean `{close[0]}`?" if close else f"; there are {', '.join(FORMATS)}"
    return f"unknown output format `{name}`{hint}"


def deliver(
    report: Report, outputs: Sequence[Output], *, colour: str, quiet: bool, statistics: bool, pages: Mapping[str, str]
) -> None:
    """Render the report for each destination, files first."""
    for output in outputs:
        painted = output.to == STDOUT and wants_colour(colour, sys.stdout.isatty())
        text = rendered(report, output.format, Manner(painted, pages, quiet), statistics=statistics)
        if output.to == STDOUT:
            tell(text)
        else:
            write(output.to, text)


def rendered(report: Report, format: str, manner: Manner, *, statistics: bool) -> str:
    """The report in one format, or with `statistics` how often each rule spoke."""
    if not statistics:
        return renderer(format)(report, manner)
    from ...reports import statistics as counts

    return counts.render(report, manner) if format in TEXT_FORMATS else counts.render_json(report, manner)


def write(path: Path, text: str) -> None:
    """Put a text in the place of a file, as a whole; into what is no regular file (a pipe, a device) it is written."""
    data = text.encode("utf-8", "backslashreplace")
    try:
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            path.write_bytes(data)
            return
        _replace(path.resolve(), data)
    except OSError as error:
        raise Refused(f"cannot write `{path}`: {error.strerror or error}") from None


def _replace(path: Path, data: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        unfinished.write_bytes(data)
        with suppress(OSError):
            unfinished.chmod(stat.S_IMODE(path.stat().st_mode))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
