"""Threads that another method may join between their making and their start.

Domain. A method decides under a lock of its object that a thread is to be started, and then, after it has given the
lock back, stores the new thread in an attribute and starts it. Another method joins that attribute without a lock:
it may do so in between, when the thread is there and not started, and `join` raises RuntimeError. That the method
takes the lock at all shows that several threads come here. Where the start is under the lock, or the join is caught
or asks `is_alive()` first, nothing is said.
"""

from __future__ import annotations

from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.traverse import walk
from ..execution import Event, execution
from ..mentions import Mentions, mentions
from .lifetimes import Life, lifetimes
from .own_joins import is_caught


class EarlyJoin(NamedTuple):
    """The thread of `life` is stored and then started at `start`; `join` may come in between."""

    life: Life
    start: Event
    join: Event


def early_joins(program: Program) -> tuple[EarlyJoin, ...]:
    """All of them, once for each place that makes such a thread."""
    found = program.ask(execution)
    where = program.ask(mentions)
    joins = found.calls("threading.Thread.join")
    if not joins:
        return ()
    starts = found.calls("threading.Thread.start")
    answer = []
    for life in program.ask(lifetimes).of("thread"):
        function = life.function
        if (
            function.cls is None
            or function.name == "__init__"
            or not _is_stored(where.parent(function, life.node))
        ):
            continue
        start = next(
            (
                e
                for e in starts
                if e.function is function and e.at[0] > life.node.at[1] and e.detail.receiver is life.obj
            ),
            None,
        )
        if start is None or start.held or not _decides_under_lock(start, life):
            continue
        join = next((each for each in joins if _may_come_between(where, life, each)), None)
        if join is not None:
            answer.append(EarlyJoin(life, start, join))
    return tuple(answer)


def _is_stored(parent: object) -> bool:
    """Whether the new thread goes into an attribute at once, or into a place of it."""
    return isinstance(parent, f.Assign) and any(
        isinstance(target, f.Attr) or (isinstance(target, f.Item) and isinstance(target.value, f.Attr))
        for target in parent.targets
    )


def _decides_under_lock(start: Event, life: Life) -> bool:
    """Whether the method takes a lock of its object, and gives it back, before it makes the thread."""
    return any(
        event.kind == "acquire" and event.at[1] < life.node.at[0] and event.subject.kind == "field"
        for event in start.activation.events.values()
    )


def _holds_own(event: Event) -> bool:
    """Whether a lock of the object that keeps the thread is held."""
    receiver = event.detail.receiver
    return receiver is not None and any(hold.lock.base is receiver.address.base for hold in event.held)


def _may_come_between(where: Mentions, life: Life, join: Event) -> bool:
    """Whether another method of the class joins the attribute, with no lock and no question."""
    receiver, function = join.detail.receiver, join.function
    if receiver is None or function is life.function or function.cls is not life.function.cls or _holds_own(join):
        return False
    if receiver.site != life.obj.site or is_caught(where, function, join.detail.node):
        return False
    return not any(
        isinstance(node, f.Attr) and node.attr in ("is_alive", "ident", "isAlive") and node.at[0] < join.at[0]
        for node in walk(function.facts.body)
    )
