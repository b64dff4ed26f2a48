"""Tasks that an `atexit` callback hands to a pool: by then `submit` raises RuntimeError, whatever the pool.

Domain. The callbacks that are registered with `atexit`, what they call in the program, and the calls of `submit` and
`map` of executors in there that no `try` is around. A bound `pool.submit` may be registered itself.
"""

from __future__ import annotations

from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.values import ExtMethod, Fn
from ..execution import Event, execution
from ..mentions import Mentions, mentions
from .stop_signals import stop_signals

_SUBMITS = tuple(
    f"concurrent.futures.{kind}.{method}"
    for kind in ("ThreadPoolExecutor", "ProcessPoolExecutor", "Executor")
    for method in ("submit", "map")
)


class LateTask(NamedTuple):
    """`submit` (the registration itself, when it registers a bound `submit`) runs at exit."""

    registration: Event
    submit: Event


def late_tasks(program: Program) -> tuple[LateTask, ...]:
    """All of them, in order of registration."""
    found = program.ask(execution)
    registrations = found.calls("atexit.register")
    if not registrations:
        return ()
    where, signals = program.ask(mentions), program.ask(stop_signals)
    answer: dict[tuple[str, f.Span], LateTask] = {}
    for event in registrations:
        for value in event.detail.arguments.get(0, "func") or ():
            if isinstance(value, ExtMethod) and value.full_name in _SUBMITS:
                answer.setdefault((event.function.module.name, event.at), LateTask(event, event))
            elif isinstance(value, Fn):
                for activation in signals.reached_from(value.function):
                    for late in activation.events.values():
                        if late.kind == "call" and late.subject in _SUBMITS and not _is_tried(where, late):
                            answer.setdefault((late.function.module.name, late.at), LateTask(event, late))
    return tuple(answer.values())


def _is_tried(where: Mentions, event: Event) -> bool:
    return any(isinstance(each, f.Try) for each in where.around(event.function, event.detail.node))
