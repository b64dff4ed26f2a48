"""Code that says that the work is done while the thread that does it may still run.

Domain. A thread that nothing joins, that tells nobody that it is done, and whose work comes to an end; and, behind
its start, in the same block or one around it, a `print` or a log whose text says that something is done, finished or
complete. Texts that speak of something yet to come (`until done`, `not finished`), or of a beginning (`startup
completed`), claim nothing. What an object keeps in an attribute is there to go on.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function, last_name
from ..edits import text_of
from ..mentions import Mentions, mentions
from .lifetimes import Life

_SAYING = frozenset({"print", "echo", "info", "debug", "log", "warning"})
_CLAIM = re.compile(r"\b(?:done|finished|completed?)\b", re.IGNORECASE)
_NOT_YET = re.compile(
    r"\b(?:not|until|till|when|whether|if|once|wait\w*|be|before|after|get|(?:start|init|set-?\s?up|launch|spawn|connect"
    r"|config|regist|creat|schedul|submi|prepar|install|load)\w*)\b|n't\b|\?",
    re.IGNORECASE,
)


class ClaimedEnd(NamedTuple):
    """The thread of `life` may still run at `said`, which says that the work is done."""

    life: Life
    function: Function
    said: f.Call


class ClaimedEnds:
    """The answer, for each life on demand."""

    def __init__(self, program: Program) -> None:
        self._where: Mentions = program.ask(mentions)

    def of(self, life: Life) -> ClaimedEnd | None:
        """The first claim behind a start of a thread that nothing joins."""
        for start in life.begins if not life.homes else ():
            function = start.function
            statement = self._where.statement(function, start.node)
            while statement is not None and not isinstance(statement, (f.Def, f.ClassDef)):
                block, position = self._where.siblings(function, statement)
                for each in block[position + 1 :]:
                    said = _said(function, each)
                    if said is not None:
                        return ClaimedEnd(life, function, said)
                above = self._where.parent(function, statement)
                statement = self._where.statement(function, above) if above is not None else None
        return None


def _said(function: Function, statement: object) -> f.Call | None:
    """The call of a statement that says that something is done."""
    if not isinstance(statement, f.Evaluate) or not isinstance(statement.value, f.Call):
        return None
    call = statement.value
    if last_name(call.func) not in _SAYING or not call.args:
        return None
    texts = [
        text_of(function, arg.value.at)
        for arg in call.args
        if isinstance(arg.value, (f.Const, f.Other)) and arg.value.kind in ("str", "fstring", "joined")
    ]
    text = " ".join(texts)
    return call if _CLAIM.search(text) and not _NOT_YET.search(text) else None


def claimed_ends(program: Program) -> ClaimedEnds:
    """Where code of this program claims that a thread's work is done."""
    return ClaimedEnds(program)
