"""Daemon threads that write a file or a database, and that nothing waits for.

Domain. A started daemon that nothing joins, that keeps in the picture and that no method of its keeper or class
stops; where it (its target and what that calls in the same module, a few calls deep) opens a file to write to, or a
database. A thread whose loop looks at an event or flag that other code sets is told to stop in time, and is left
alone.
"""

from __future__ import annotations

from typing import NamedTuple

from ...program.program import Program
from ...program.symbols import Function
from ...program.values import Lit
from ..execution import Activation, Event, Root, execution
from ..failures.thread_results import Results, thread_results
from .lifetimes import Life, is_stop, lifetimes
from .stop_signals import Key, StopSignals, stop_signals

_DATABASES = frozenset({"sqlite3.connect", "shelve.open", "dbm.open"})
_DEPTH = 3


class DaemonWrite(NamedTuple):
    """The daemon thread of `life` opens something to write to by the call `opened`."""

    life: Life
    opened: Event

    @property
    def what(self) -> str:
        """What it writes, in words."""
        return "a database" if self.opened.subject in _DATABASES else "a file"


def daemon_writes(program: Program) -> tuple[DaemonWrite, ...]:
    """All of them, in order of place."""
    results, signals = program.ask(thread_results), program.ask(stop_signals)
    found = []
    for life in program.ask(lifetimes).of("thread"):
        if not life.is_started or life.daemon is not True or life.escapes or life.can_be_stopped or life.is_public:
            continue
        if life.is_done("join", "is_alive", "isAlive"):
            continue
        opened = _opened(program, signals, results, life)
        if opened is not None:
            found.append(DaemonWrite(life, opened))
    return tuple(found)


class HastyStop(NamedTuple):
    """`stop` tells the daemon thread that does `write` to end, by the event `given`, and does not wait for it."""

    write: DaemonWrite
    stop: Function
    given: Event


def hasty_stops(program: Program) -> tuple[HastyStop, ...]:
    """Methods that tell a writing daemon of their object to end, by what they put behind all else that its queue holds,
    where nothing joins it; once for each daemon."""
    results, signals = program.ask(thread_results), program.ask(stop_signals)
    found = []
    for life in program.ask(lifetimes).of("thread"):
        if not life.is_started or life.daemon is not True or life.escapes or life.is_public or life.cls is not None:
            continue
        if life.is_done("join", "is_alive", "isAlive") or results.tells(life):
            continue
        written = _where_opened(results, life)
        if written is None:
            continue
        wanted = frozenset(key for root in results.roots(life) for key in signals.of(root) if key[0] == "queue")
        stops = {
            method: None
            for _, keeper in life.homes if keeper is not None
            for cls in program.hierarchy.mro(keeper)
            for name, method in cls.methods.items() if is_stop(name)
        }  # fmt: skip
        for stop in stops:
            given = _gives(signals, stop, wanted)
            if given is not None:
                found.append(HastyStop(DaemonWrite(life, written), stop, given))
                break
    return tuple(found)


def _gives(signals: StopSignals, stop: Function, wanted: frozenset[Key]) -> Event | None:
    """Where a method gives one of the signals; None when it, or what it calls, waits for anything."""
    given: Event | None = None
    for activation in signals.reached_from(stop):
        for event in activation.events.values():
            if event.kind == "call" and event.subject.rpartition(".")[2] in ("wait", "join", "result", "sleep"):
                return None
            if event.kind == "unknown" and getattr(event.subject, "attr", "") in ("wait", "join", "result"):
                return None
        if activation.function is stop and given is None:
            given = next((e for e in activation.events.values() if signals.given_by(e) in wanted), None)
    return given


def _where_opened(results: Results, life: Life) -> Event | None:
    """Where the thread opens something to write to."""
    for root in results.roots(life):
        for activation in _near(root):
            for event in activation.events.values():
                if event.kind == "call" and (event.subject in _DATABASES or _opens_to_write(event)):
                    return event
    return None


def _opened(program: Program, signals: StopSignals, results: Results, life: Life) -> Event | None:
    """Where the thread opens something to write to, unless something that it waits for is signalled by others."""
    for root in results.roots(life):
        looked_at = {key for key in signals.of(root) if key[0] != "queue"}
        if looked_at:
            others = [a for a in program.ask(execution).activations if a.function is not root.function]
            if signals.given_in(others) & looked_at:
                return None
    return _where_opened(results, life)


def _near(root: Root) -> list[Activation]:
    """The thread's own code: what its target calls in the same module, a few calls deep."""
    found = [root.activation]
    rest = [root.activation]
    for _ in range(_DEPTH):
        rest = [edge.callee for activation in rest for edge in activation.edges.values()]
        found += [each for each in rest if each not in found and each.function.module is root.function.module]
    return found


def _opens_to_write(event: Event) -> bool:
    if event.subject not in ("builtins.open", "io.open", "gzip.open", "bz2.open", "codecs.open"):
        return False
    mode = event.detail.arguments.get(1, "mode") or ()
    return any(
        isinstance(value, Lit) and isinstance(value.value, str) and set(value.value) & set("wax+") for value in mode
    )
