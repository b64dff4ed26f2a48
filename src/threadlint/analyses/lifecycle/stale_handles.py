"""Threads that take their own name off the record, and a starter that looks there whether one is running.

Domain. A thread kept in an attribute that its own code sets to None as it ends; and a method, not run by the thread,
that makes a new one only where that attribute is None. Between its last look at what stops it and the moment when it
sets the attribute to None the thread seems to run and does not: a method that comes then starts none, and nothing runs.
Where anything joins the thread or asks `is_alive()`, or where one side holds a lock, nothing is said.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class, Function
from ...program.traverse import walk
from ..execution import reach
from ..failures.thread_results import thread_results
from ..mentions import Mentions, mentions
from .lifetimes import Life, lifetimes

_ENDED = ("join", "is_alive", "isAlive")


class StaleHandle(NamedTuple):
    """`starter` tests the attribute `name` (`test`) before it makes the thread of `life`, which sets it to None at
    `cleared`, in the function `ending`."""

    life: Life
    name: str
    starter: Function
    test: f.If
    ending: Function
    cleared: f.Assign


def stale_handles(program: Program) -> tuple[StaleHandle, ...]:
    """All of them, in order of place."""
    where, results = program.ask(mentions), program.ask(thread_results)
    found = []
    for life in program.ask(lifetimes).of("thread"):
        if not life.is_started or life.is_done(*_ENDED):
            continue
        for name, cls in life.homes:
            runs = {each.function for root in results.roots(life) for each in reach(root.activation)}
            ending = _cleared(where, cls, name, runs)
            starter = _starter(where, cls, name, runs) if ending is not None else None
            if ending is not None and starter is not None:
                found.append(StaleHandle(life, name, *starter, *ending))
                break
    return tuple(found)


def _own_assignments(cls: Class | None, name: str) -> list[tuple[Function, f.Assign]]:
    """The assignments to `self.name` in the methods of a class."""
    return [
        (method, node)
        for method in (cls.own_functions if cls is not None else ())
        for node in walk(method.facts.body)
        if isinstance(node, f.Assign)
        and any(
            isinstance(target, f.Attr)
            and target.attr == name
            and isinstance(target.value, f.Name)
            and target.value.id == method.receiver_name
            for target in node.targets
        )
    ]


def _cleared(where: Mentions, cls: Class | None, name: str, runs: set[Function]) -> tuple[Function, f.Assign] | None:
    """Where the thread's own code sets the attribute to None, outside `with` statements and loops."""
    for method, node in _own_assignments(cls, name):
        nothing = isinstance(node.value, f.Const) and node.value.kind == "none"
        if nothing and method in runs and not any(isinstance(each, f.With) for each in where.around(method, node)):
            return method, node
    return None


def _starter(where: Mentions, cls: Class | None, name: str, runs: set[Function]) -> tuple[Function, f.If] | None:
    """Where the attribute gets a thread because it is None, outside `with` statements."""
    for method, node in _own_assignments(cls, name):
        if method in runs or isinstance(node.value, f.Const):
            continue
        around = list(where.around(method, node))
        if any(isinstance(each, f.With) for each in around):
            continue
        for each in around:
            if isinstance(each, f.If) and _asks_for_none(each.test, name) and not _is_in(node, each.orelse):
                return method, each
    return None


def _asks_for_none(test: f.Expr, name: str) -> bool:
    """`self.name is None`, `not self.name`."""
    if isinstance(test, f.Not):
        return isinstance(test.value, f.Attr) and test.value.attr == name
    if not isinstance(test, f.Compare) or test.op not in ("is", "=="):
        return False
    sides = (test.left, test.right)
    return any(isinstance(side, f.Attr) and side.attr == name for side in sides) and any(
        isinstance(side, f.Const) and side.kind == "none" for side in sides
    )


def _is_in(node: Any, block: tuple[Any, ...]) -> bool:
    return any(each is node for each in walk(block))
