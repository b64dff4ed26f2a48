"""How an interruption is told: the finalizer or handler, the lock that it takes, and who holds that lock now and
then."""
from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...model import facts as f
from ...model.finding import Step
from ...model.place import Place
from ...program.program import Program
from ...program.traverse import stands_in, walk
from ..execution import Event
from ..lock_names import Names, Spelling, lock_names
from ..traces import Traces, traces
from .interruptions import Interruptions, interruptions


class Told(NamedTuple):
    """An interruption in words. `what` it takes: the lock, or the one inside a queue."""

    at: Place
    scope: str
    lock: Spelling
    what: str
    through: str
    steps: tuple[Step, ...]
    plain: bool


class InterruptionStories:
    """Tells interruptions."""

    def __init__(self, program: Program) -> None:
        self._found: Interruptions = program.ask(interruptions)
        self._names: Names = program.ask(lock_names)
        self._traces: Traces = program.ask(traces)

    def each(self, spelling: str) -> Iterator[Told]:
        """The interruptions by finalizers, or by signal handlers: one for each handler and lock, on a way that needs no
        exception if there is one."""
        seen: set[tuple[str, str]] = set()
        for each in sorted(self._found.found, key=lambda each: _stands_in_a_handler(each.event)):
            lock = self._names.spelling(each.address)
            key = (each.root.function.qualname, lock.full)
            if each.root.spelling != spelling or key in seen:
                continue
            seen.add(key)
            trace = self._traces.trace(each.root, each.event)
            entered = tuple(edge.callee for _, edge in trace.edges)
            at = self._traces.place(each.event.activation, each.event.at)
            steps = []
            if trace.edges:
                begun = each.root.function
                steps.append(
                    Step(
                        self._traces.place(each.root.activation, begun.facts.name_at),
                        f"the {spelling} begins here",
                        each.root.name,
                    )
                )
            how = "is used" if each.call else "is taken"
            steps.append(
                Step(
                    self._traces.place(each.ordinary.activation, each.ordinary.at),
                    f"`{lock.short}` {how} by ordinary code here",
                )
            )
            what = f"the lock inside the queue `{lock.short}`" if each.call else f"`{lock.short}`"
            yield Told(
                at, each.event.function.qualname, lock, what, self._traces.through(entered), tuple(steps), each.plain
            )


def _stands_in_a_handler(event: Event) -> bool:
    """Whether an event happens only after an exception was caught."""
    return any(
        stands_in(handler.body, event.at)
        for node in walk(event.function.facts.body)
        if isinstance(node, f.Try)
        for handler in node.handlers
    )


def interruption_stories(program: Program) -> InterruptionStories:
    """The teller of interruptions."""
    return InterruptionStories(program)
