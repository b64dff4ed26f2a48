"""How an interruption is told: the finalizer or handler, the lock that it takes, and who holds that lock now and
then."""
from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...model.finding import Step
from ...model.place import Place
from ...program.program import Program
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
        """The interruptions by finalizers, or by signal handlers: the first for each handler and lock."""
        seen: set[tuple[str, str]] = set()
        for each in self._found.found:
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


def interruption_stories(program: Program) -> InterruptionStories:
    """The teller of interruptions."""
    return InterruptionStories(program)
