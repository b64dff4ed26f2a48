"""Functions that a cache is expected to run once, and that must not run twice.

Domain: functions under `functools.lru_cache`, `functools.cache` and `functools.cached_property` whose body makes
something with an
identity (see `making`): opens, connects, starts, registers. `lru_cache` does not hold back a second thread that asks
for the same key
while the first still computes; `cached_property` did until Python 3.11, and does not from 3.12 on. Two roots that may
run at the same
time must lead to it.
"""

from __future__ import annotations

from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function
from ...program.values import Ext
from ..execution import Event, Root, execution
from ..parallel import Parallel, parallel
from .making import Making, making

_CACHES = {
    "functools.lru_cache": "lru_cache",
    "functools.cache": "cache",
    "functools.cached_property": "cached_property",
}


class RunTwice(NamedTuple):
    """A cached function that two threads can run at once, the decorator's name, and both roots."""

    function: Function
    cache: str
    one: Root
    other: Root


def run_once_caches(program: Program) -> list[RunTwice]:
    """Cached functions that must not run twice and can, in order of place."""
    makes: Making = program.ask(making)
    running: Parallel = program.ask(parallel)
    found: list[RunTwice] = []
    cached = {}
    for function in program.functions:
        for decorator in function.facts.decorators:
            name = _cache(program, function, decorator)
            if (
                name is not None
                and makes.opens_something(function)
                and not (name == "cached_property" and _before_3_12(program))
            ):
                cached[function] = name
    if not cached:
        return found
    ends: dict[Function, list[Event]] = {}
    for activation in program.ask(execution).activations:
        if activation.function in cached:
            ends.setdefault(activation.function, []).extend(
                event for event in activation.events.values() if event.kind in ("return", "end")
            )
    for function, name in cached.items():
        pair = _together(running, ends.get(function, []))
        if pair is not None:
            found.append(RunTwice(function, name, *pair))
    return sorted(found, key=lambda each: (each.function.module.name, each.function.facts.at))


def _together(running: Parallel, events: list[Event]) -> tuple[Root, Root] | None:
    meetings = running.meetings(events)[:12]
    for one in meetings:
        for other in meetings:
            if not one.event.held and not other.event.held and running.may_run_together(one, other):
                return one.root, other.root
    return None


def _cache(program: Program, function: Function, decorator: f.Expr) -> str | None:
    """Which of the caches a decorator is."""
    expr = decorator.func if isinstance(decorator, f.Call) else decorator
    if not isinstance(expr, (f.Name, f.Attr)):
        return None
    for value in program.static.evaluate(expr, function.parent or function.module.top):
        if isinstance(value, Ext) and value.name in _CACHES:
            return _CACHES[value.name]
    return None


def _before_3_12(program: Program) -> bool:
    target = program.config.target_version
    return target is not None and tuple(target) < (3, 12)
