"""Threads that a loop starts under one name, and of which only the last is joined behind the loop.

Domain. A thread made and started in the body of a loop, kept in one plain name and nowhere else, and joined through
that name behind the loop. Each round forgets the thread of the round before. A loop that may be left early (`break`,
`return`, `raise`), or that asks whether the thread is alive, may well want only the last one; and to wait for one that
goes on for ever is to wait for all.
"""

from __future__ import annotations

from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ..mentions import Mentions, mentions
from .lifetimes import Life, lifetimes
from .uses import Use
from .worker_loops import may_be_left, outermost_loops


class LastJoin(NamedTuple):
    """Of the threads of `life` only the last one is waited for, by `join`."""

    life: Life
    join: f.Call


def last_joins(program: Program) -> tuple[LastJoin, ...]:
    """All of them, in order of place."""
    where = program.ask(mentions)
    found = []
    for life in program.ask(lifetimes).of("thread", "timer"):
        loop = where.loop(life.function, life.node)
        if not isinstance(loop, (f.ForLoop, f.While)) or not life.is_started or life.escapes or may_be_left(loop):
            continue
        if len(life.fate.homes) != 1 or life.fate.homes[0][0] == "attribute" or life.is_done("is_alive", "isAlive"):
            continue
        if not life.targets or any(True for fn, _ in life.targets for _ in outermost_loops(fn.function.facts.body)):
            continue
        joins = life.fate.called("join")
        if joins and all(_is_behind(where, life, loop, use) for use in joins):
            found.append(LastJoin(life, joins[0].node))
    return tuple(found)


def _is_behind(where: Mentions, life: Life, loop: f.ForLoop | f.While, use: Use) -> bool:
    """Whether a use is a call through the plain name, in the block that the loop stands in, behind it."""
    if use.how != "call" or use.function is not life.function or not isinstance(use.node.func.value, f.Name):
        return False
    block, position = where.siblings(life.function, loop)
    statement = where.statement(life.function, use.node)
    return any(each is statement for each in (*block[position + 1 :], *loop.orelse))
