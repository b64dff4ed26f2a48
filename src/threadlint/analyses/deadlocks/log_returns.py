"""Log calls made under a lock that a log handler of the program takes.

Definitions. What a log call leads to is up to the handlers that are installed: the program's own subclasses of
`logging.Handler` run `emit`, and the filters among them `filter`, on the thread that logs, before the call returns. A
log call under a plain lock *returns* when such a method takes that very lock and waits for it: the thread waits for
itself. The way from the method to the lock is followed through the calls that the abstract run resolved, and, where it
knows nothing of an object, through one that is named after a class of the program (`self._transport.queue(…)` and
`class Transport`).

What does not lead back: a logger that does not propagate, or that lies outside those which the handler was added to; a
handler that turns records of that logger away by name, or that tests a flag against re-entry. Which levels are let
through is not known, nor which handler a user installs: those that are defined are taken to be in use.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from ...knowledge.logs import LEVELS, LOG_CALLS, run_by_log_calls
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class, Function, dotted, last_name
from ...program.values import Obj
from ..execution import Activation, Event, Hold, execution, kind_of
from ..execution.events import UNTIMED
from ..lock_names import Names, lock_names
from .loggers import Loggers
from .reentry_guards import turns_back

DEEPEST = 10
"""How many calls may lie between the handler and the lock."""
MOST_NAMESAKES = 4
"""Classes that an object may be named after; a name that more of them share says nothing."""


class LogReturn(NamedTuple):
    """`event` logs while `hold` is held; `through` are the functions from the handler's method to the one that takes
    the lock again, at `taken`."""

    event: Event
    hold: Hold
    through: tuple[Function, ...]
    taken: Event


class _Need(NamedTuple):
    """A lock that a handler takes."""

    handler: Class
    through: tuple[Function, ...]
    taken: Event


class LogReturns:
    """The answer: `found`, once for each place that logs and each lock."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._names: Names = program.ask(lock_names)
        self._run = program.ask(execution)
        self._by_name: dict[str, list[Class]] = {}
        self.found: list[LogReturn] = []
        needs = self._needs()
        if not needs:
            return
        loggers = Loggers(program)
        seen: set[object] = set()
        for event in self._log_calls():
            for hold in event.held:
                key = (event.function, event.at, self._names.identity(hold.lock))
                if key in seen or not _plain(hold.obj):
                    continue
                for need in needs.get(self._names.identity(hold.lock), ()):
                    if self._names.may_be_same(hold.lock, need.taken.subject) and loggers.reach(event, need.handler):
                        seen.add(key)
                        self.found.append(LogReturn(event, hold, need.through, need.taken))
                        break
        self.found.sort(key=lambda each: (each.event.function.module.name, each.event.at))

    def _log_calls(self) -> Iterator[Event]:
        for event in self._run.events("call"):
            if event.held and event.subject in LOG_CALLS:
                yield event
        for event in self._run.events("unknown"):
            if event.held and isinstance(event.subject, f.Attr) and _is_logger(event.subject):
                yield event

    # --- what handlers need -------------------------------------------------------------------------------------

    def _needs(self) -> dict[tuple[str, ...], list[_Need]]:
        """The plain locks that log handlers take, by identity."""
        found: dict[tuple[str, ...], list[_Need]] = defaultdict(list)
        running: dict[Function, list[Activation]] | None = None
        for cls in self._program.classes:
            for name in run_by_log_calls(self._program.hierarchy.library_bases(cls)):
                method = cls.methods.get(name)
                if method is None or turns_back(method):
                    continue
                if running is None:
                    running = defaultdict(list)
                    for activation in self._run.activations:
                        running[activation.function].append(activation)
                for through, event in self._acquisitions(method, running):
                    found[self._names.identity(event.subject)].append(_Need(cls, through, event))
        return found

    def _acquisitions(
        self, start: Function, running: dict[Function, list[Activation]]
    ) -> Iterator[tuple[tuple[Function, ...], Event]]:
        """Acquisitions of plain locks that a function leads to, each with the functions on the way."""
        way: dict[Function, tuple[Function, ...]] = {start: (start,)}
        pending = [start]
        for function in pending:
            for activation in running.get(function, ()):
                for event in activation.events.values():
                    if event.kind == "acquire" and event.detail.how in UNTIMED and _plain(event.detail.obj):
                        if not turns_back(event.function, event.at):
                            yield way[function], event
                if len(way[function]) > DEEPEST:
                    continue
                for callee in self._callees(activation):
                    if callee not in way:
                        way[callee] = (*way[function], callee)
                        pending.append(callee)

    def _callees(self, activation: Activation) -> Iterator[Function]:
        for edge in activation.edges.values():
            yield edge.callee.function
        for event in activation.events.values():
            if event.kind == "unknown" and isinstance(event.subject, f.Attr):
                for cls in self._namesakes(last_name(event.subject.value) or ""):
                    method = self._program.hierarchy.find(cls, event.subject.attr)
                    if method is not None:
                        yield method

    def _namesakes(self, name: str) -> list[Class]:
        """The classes that an object of this name is named after: those of just that name, else those that end in
        it."""
        word = name.strip("_").replace("_", "").lower()
        known = self._by_name.get(word)
        if known is None:
            classes = self._program.classes if len(word) > 3 else []
            same = [cls for cls in classes if cls.name.strip("_").lower() == word]
            found = same or [cls for cls in classes if cls.name.lower().endswith(word)]
            known = self._by_name[word] = found if len(found) <= MOST_NAMESAKES else []
        return known


def _is_logger(func: f.Attr) -> bool:
    """Whether a call of something unknown writes to a log: `self.logger.error`."""
    owner = (dotted(func.value) or last_name(func.value) or "").rpartition(".")[2].strip("_").lower()
    return func.attr in LEVELS and owner in ("log", "logger")


def _plain(obj: Obj) -> bool:
    kind = kind_of(obj)
    return kind.reentrant is False and kind.excludes and kind.domain == "thread"


def log_returns(program: Program) -> LogReturns:
    """Where logging leads back to a lock that is held."""
    return LogReturns(program)
