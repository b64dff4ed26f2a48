"""Producers that wait for ever in a bounded queue that nobody empties any more.

Domain. A non-daemon thread *may be stuck* when its code puts into a queue of its object that has a bound, without a
timeout, and the only takers are iteration methods (`__next__`, `__iter__`, generators) of that object: whoever
iterates may stop before the end, and then nothing takes. A method that stops the thread, drains the queue, or a
`put` with a timeout makes it safe.
"""

from __future__ import annotations

from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class
from ...program.values import Lit
from ..execution import Event, execution, reach
from ..failures.thread_results import thread_results
from ..lock_names import lock_names
from .lifetimes import Life, is_stop, lifetimes

_QUEUES = ("queue.Queue", "queue.LifoQueue", "queue.PriorityQueue")


class Stuck(NamedTuple):
    """A thread that may wait for ever, and where."""

    life: Life
    put: Event


def stuck_workers(program: Program) -> tuple[Stuck, ...]:
    """All such threads of this program."""
    found = program.ask(execution)
    names = program.ask(lock_names)
    bounded = {
        names.identity(obj.address)
        for obj, arguments, _, _ in found.explorer.makings.values()
        if obj.type in _QUEUES and _is_bounded(arguments.get(0, "maxsize"), arguments.expr(0, "maxsize"))
    }
    if not bounded:
        return ()
    takers: dict[tuple[str, ...], list[Event]] = {}
    for event in found.calls(*(f"{kind}.{method}" for kind in _QUEUES for method in ("get", "get_nowait"))):
        if event.detail.receiver is not None:
            takers.setdefault(names.identity(event.detail.receiver.address), []).append(event)
    answer = []
    results = program.ask(thread_results)
    for life in program.ask(lifetimes).of("thread"):
        if not life.is_started or life.daemon is not False:
            continue
        keepers = [*life.keepers, *([life.cls] if life.cls is not None else [])]
        if any(is_stop(name) for keeper in keepers for cls in program.hierarchy.mro(keeper) for name in cls.methods):
            continue
        for root in results.roots(life):
            for activation in reach(root.activation):
                for event in activation.events.values():
                    if event.kind != "call" or not event.subject.endswith(".put") or event.detail.receiver is None:
                        continue
                    key = names.identity(event.detail.receiver.address)
                    arguments = event.detail.arguments
                    if (
                        key not in bounded
                        or arguments.get(2, "timeout") is not None
                        or not _blocks(arguments.expr(1, "block"))
                    ):
                        continue
                    taking = takers.get(key, [])
                    if taking and all(_is_iteration(each, keepers) for each in taking):
                        answer.append(Stuck(life, event))
    first: dict[Life, Stuck] = {}
    for stuck in answer:
        first.setdefault(stuck.life, stuck)
    return tuple(first.values())


def _blocks(flag: f.Expr | None) -> bool:
    return flag is None or (isinstance(flag, f.Const) and bool(flag.value))


def _is_bounded(values: tuple[object, ...] | None, expr: f.Expr | None) -> bool:
    if values is None or expr is None:
        return False
    return not any(
        isinstance(value, Lit) and isinstance(value.value, (int, float)) and value.value <= 0 for value in values
    )


def _is_iteration(event: Event, keepers: list[Class]) -> bool:
    function = event.function
    return function.name in ("__next__", "next", "__iter__") or function.facts.is_generator
