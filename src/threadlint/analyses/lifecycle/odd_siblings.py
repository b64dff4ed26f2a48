"""Constructors that start several threads, some of them daemons and some not.

A constructor that starts a daemon and, beside it, a non-daemon thread that loops until a method is called, most
likely forgot to make the other one a daemon as well: the program then ends only if somebody calls that method.
"""

from __future__ import annotations

from typing import NamedTuple

from ...program.program import Program
from ...program.symbols import Function
from ..failures.thread_results import thread_results
from .lifetimes import Life, is_stop, lifetimes
from .worker_loops import outermost_loops


class OddSibling(NamedTuple):
    """`life` is the thread that is no daemon, `daemon` the one beside it, `stop` the method that ends the first."""

    life: Life
    daemon: Life
    stop: Function


def odd_siblings(program: Program) -> tuple[OddSibling, ...]:
    """All of them, in order of place."""
    by_constructor: dict[Function, list[Life]] = {}
    for life in program.ask(lifetimes).of("thread"):
        if life.function.name == "__init__" and life.function.cls is not None and life.is_started:
            by_constructor.setdefault(life.function, []).append(life)
    found = []
    results = program.ask(thread_results)
    for constructor, lives in by_constructor.items():
        daemons = [life for life in lives if life.daemon is True and _loops(life)]
        others = [life for life in lives if life.daemon is False and _loops(life)]
        cls = constructor.cls
        if not daemons or not others or cls is None:
            continue
        methods = [method for each in program.hierarchy.mro(cls) for method in each.methods.values()]
        if any(method.name in ("__exit__", "__del__", "__aexit__") for method in methods):
            continue
        stop = next((method for method in methods if is_stop(method.name) and not method.name.startswith("_")), None)
        if stop is None:
            continue
        for life in others:
            starts = [event.function for event in results.starts(life)]
            if constructor in starts:
                found.append(OddSibling(life, daemons[0], stop))
    return tuple(found)


def _loops(life: Life) -> bool:
    return any(any(True for _ in outermost_loops(fn.function.facts.body)) for fn, _ in life.targets)
