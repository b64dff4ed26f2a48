"""Daemon threads that write a file or a database, and that nothing waits for.

Domain. A started daemon that nothing joins, that keeps in the picture and that no method of its keeper or class
stops; where it (its target and what that calls in the same module, a few calls deep) opens a file to write to, or a
database. A thread whose loop looks at an event or flag that other code sets is told to stop in time, and is left
alone.
"""

from __future__ import annotations

from typing import NamedTuple

from ...program.program import Program
from ...program.values import Lit
from ..execution import Activation, Event, Root, execution
from ..failures.thread_results import Results, thread_results
from .lifetimes import Life, lifetimes
from .stop_signals import StopSignals, stop_signals

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


def _opened(program: Program, signals: StopSignals, results: Results, life: Life) -> Event | None:
    """Where the thread opens something to write to, unless something that it waits for is signalled by others."""
    for root in results.roots(life):
        looked_at = {key for key in signals.of(root) if key[0] != "queue"}
        if looked_at:
            others = [a for a in program.ask(execution).activations if a.function is not root.function]
            if signals.given_in(others) & looked_at:
                return None
        for activation in _near(root):
            for event in activation.events.values():
                if event.kind == "call" and (event.subject in _DATABASES or _opens_to_write(event)):
                    return event
    return None


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
