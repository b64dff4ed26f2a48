"""Putting edits into a text.

A fix is applied as a whole or not at all. Of fixes that touch the same stretch the first, in order of place, wins;
the others have to wait for another run. Two fixes that want exactly the same edit are one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..model.finding import Edit, Fix


class Applied(NamedTuple):
    """A text after some fixes: which of them are in it, and which were left out."""

    text: str
    done: tuple[Fix, ...]
    left: tuple[Fix, ...]


def apply(text: str, fixes: Iterable[Fix]) -> str:
    """The text with all fixes that do not overlap."""
    return applied(text, fixes).text


def applied(text: str, fixes: Iterable[Fix]) -> Applied:
    """The text with all fixes that do not overlap, and what became of each."""
    taken: list[Edit] = []
    done: list[Fix] = []
    left: list[Fix] = []
    for fix in sorted(fixes, key=_order):
        edits = [edit for edit in fix.edits if edit not in taken]
        if all(_is_possible(edit, text) and not any(_meet(edit, other) for other in taken) for edit in edits):
            taken.extend(edits)
            done.append(fix)
        else:
            left.append(fix)
    for edit in sorted(taken, key=lambda edit: (edit.at.start, edit.at.end), reverse=True):
        text = text[: edit.at.start] + edit.text + text[edit.at.end :]
    return Applied(text, tuple(done), tuple(left))


def _order(fix: Fix) -> tuple[int, int, str]:
    first = min((edit.at for edit in fix.edits), key=lambda at: (at.start, at.end), default=None)
    return (first.start, first.end, fix.message) if first is not None else (0, 0, fix.message)


def _is_possible(edit: Edit, text: str) -> bool:
    return 0 <= edit.at.start <= edit.at.end <= len(text)


def _meet(one: Edit, other: Edit) -> bool:
    """Whether two edits touch a common stretch, or insert at one point."""
    if one.at.start == other.at.start:
        return True
    return one.at.start < other.at.end and other.at.start < one.at.end
