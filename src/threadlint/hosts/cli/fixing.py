"""`--fix`, `--unsafe-fixes` and `--diff`: what is done about the findings."""
from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .ending import CLEAN, FINDINGS, tell
from .settings import Refused
from .speaking import say

if TYPE_CHECKING:
    from ...engine import Request
    from ...fixes import Fixed
    from ...model.report import Report

MOST_ROUNDS = 5
"""Fixes that were in each other's way are applied one after the other; beyond this number of runs they stay."""


def parses(text: str) -> bool:
    """Whether a text can be read as Python."""
    from ...extract import extract

    return extract(text).failure is None


def show_diff(report: Report, *, unsafe: bool, quiet: bool) -> int:
    """Print what the fixes would change, and change nothing. The exit code is 1 if there is anything."""
    from ...fixes import fixed_texts

    fixed = fixed_texts(report, parses, unsafe=unsafe)
    for each in fixed:
        tell(diff_of(each))
    number = sum(each.number for each in fixed)
    if not quiet:
        say(f"would fix {counted(number)}" + in_files(fixed))
    return FINDINGS if fixed else CLEAN


def diff_of(fixed: Fixed) -> str:
    """A unified diff of one file."""
    import difflib

    lines = difflib.unified_diff(
        fixed.before.splitlines(keepends=True), fixed.after.splitlines(keepends=True), fixed.path, fixed.path
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def fix(report: Report, request: Request, *, unsafe: bool, quiet: bool) -> Report:
    """Apply the fixes of a report and those that come to light by it; gives the report about what is left."""
    from ...engine import judge
    from ...fixes import fixed_texts

    number, files = 0, set()
    for _ in range(MOST_ROUNDS):
        fixed = fixed_texts(report, parses, unsafe=unsafe)
        if not fixed:
            break
        for each in fixed:
            _write(each)
            files.add(each.path)
            number += each.number
        report = judge(request)
    if number and not quiet:
        say(f"fixed {counted(number)}" + (f" in {len(files)} files" if len(files) > 1 else ""))
    return report


def fix_text(report: Report, path: str, held: bytes, *, unsafe: bool) -> bytes:
    """The bytes of an open buffer after its fixes; those that it holds where there is nothing to fix."""
    from ...fixes import fixed_texts
    from ...sources.discovering import printed
    from ...sources.rewriting import encoded

    path = printed(os.path.abspath(path), os.getcwd())
    for each in fixed_texts(report, parses, unsafe=unsafe):
        if each.path == path:
            return encoded(each.after, held)
    return held


def _write(fixed: Fixed) -> None:
    from ...sources import rewrite

    try:
        rewrite(os.path.abspath(fixed.path), fixed.before, fixed.after)
    except (OSError, ValueError) as error:
        raise Refused(f"cannot write `{fixed.path}`: {getattr(error, 'strerror', None) or error}") from None


def counted(number: int) -> str:
    """`1 finding`, `2 findings`."""
    return f"{number} finding" if number == 1 else f"{number} findings"


def in_files(fixed: Sequence[Fixed]) -> str:
    """` in 2 files`, where there are several."""
    return f" in {len(fixed)} files" if len(fixed) > 1 else ""
