"""Daemon threads that are told to stop while they work with locks or connections, and that nobody then waits for.

Domain. A life of a class that is a thread, certainly a daemon, kept privately by the program, on which the program
calls a method that sets the event its loop looks at; and nothing in the program joins it. Only threads whose code
takes locks of other objects, or talks to sockets, count: for those it matters that they may be in the middle of
something.
"""

from __future__ import annotations

from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function
from ...program.traverse import walk
from ..execution import Event, Root, reach
from ..failures.thread_results import thread_results
from .lifetimes import Life, is_stop, lifetimes
from .stop_signals import StopSignals, stop_signals


class UnwaitedStop(NamedTuple):
    """`function` tells the thread of `life` to stop at `at`; `using` is where the thread uses something that it
    shares."""

    life: Life
    function: Function
    at: f.Span
    using: Event


def unwaited_stops(program: Program) -> tuple[UnwaitedStop, ...]:
    """All such stops of this program, once for each method."""
    found: dict[Function, UnwaitedStop] = {}
    lives = [
        life for life in program.ask(lifetimes).of("thread")
        if life.cls is not None and life.daemon is True and life.is_started
        and not life.is_done("join", "is_alive", "isAlive")
    ]  # fmt: skip
    if not lives:
        return ()
    signals, results = program.ask(stop_signals), program.ask(thread_results)
    for life in lives:
        if life.fate.escapes or life.is_public or not life.homes:
            continue
        for name in sorted(life.done):
            method = program.hierarchy.find(life.cls, name) if life.cls is not None and is_stop(name) else None
            if method is None or method in found:
                continue
            for root in results.roots(life):
                if _asks_again(root.function):
                    continue
                given = _given_here(signals, root, method)
                using = _in_use(root, method) if given is not None else None
                if given is not None and using is not None:
                    found.setdefault(method, UnwaitedStop(life, method, given.at, using))
    return tuple(found[key] for key in sorted(found, key=lambda function: (function.module.name, function.facts.at)))


def _given_here(signals: StopSignals, root: Root, method: Function) -> Event | None:
    """The call in the method that gives a signal the thread's loop looks at."""
    wanted = {key for key in signals.of(root) if key[0] == "event"}
    for activation in signals.reached_from(method):
        if activation.function is method and signals.given_in([activation]) & wanted:
            for event in activation.events.values():
                if event.kind == "call" and event.subject.endswith("Event.set"):
                    return event
    return None


def _asks_again(function: Function) -> bool:
    """Whether the thread asks once more while it holds a lock: then whoever stops it under that lock need not wait."""
    return any(
        isinstance(inner, f.Attr) and inner.attr in ("is_set", "isSet")
        for node in walk(function.facts.body)
        if isinstance(node, f.With)
        for inner in walk(node.body)
    )


def _in_use(root: Root, method: Function) -> Event | None:
    """A lock of another object that the thread takes, or a socket that it uses."""
    for activation in reach(root.activation):
        for event in activation.events.values():
            if event.kind == "acquire" and event.detail.how in ("with", "acquire"):
                base = event.subject.base
                owner = event.detail.obj.address
                if base is None or owner.root is not getattr(root.activation.receiver, "address", None):
                    return event
            if event.kind == "call" and event.subject.startswith(("socket.socket.", "http.client.", "requests.")):
                return event
    return None
