"""How a deadlock is told: both threads from their start to the blocked acquisition."""
from __future__ import annotations

from typing import NamedTuple

from ...model.finding import Confidence, Step
from ...model.place import LineMap, Place
from ...program.program import Program
from ..execution import Root
from ..lock_names import Spelling, lock_names
from ..traces import Traces, traces
from .lock_order import Cycle, Order

LINE = 150
"""The longest note."""


class Told(NamedTuple):
    """A cycle in words: where to fix it, the locks in the order of the cycle, and the steps."""

    at: Place
    label: str
    scope: str
    locks: tuple[Spelling, ...]
    steps: tuple[Step, ...]
    notes: tuple[str, ...]
    confidence: Confidence


class DeadlockStories:
    """Tells cycles."""

    def __init__(self, program: Program) -> None:
        self._traces: Traces = program.ask(traces)
        self._names = program.ask(lock_names)

    def tell(self, cycle: Cycle) -> Told:
        """The story of a cycle, starting with the thread whose place comes first by path and position."""
        sides = [(self._place(order), order) for order in cycle.orders]
        first = min(range(len(sides)), key=lambda index: sides[index][0])
        sides = sides[first:] + sides[:first]
        steps: list[Step] = []
        locks: list[Spelling] = []
        for _, order in sides:
            trace = self._traces.trace(order.root, order.event)
            wanted = self._names.spelling(order.wanted).short
            locks.append(self._names.spelling(order.held))
            steps.extend(self._traces.acquisition_steps(trace, order.held, wanted))
        at, order = sides[0]
        roots = [order.root for _, order in sides]
        label = ""
        for step in steps:
            if step.at == at:
                label = step.message
        return Told(
            at, label, self._scope(order), tuple(locks), tuple(step for step in steps if step.at != at),
            self._notes(roots), self._confidence(cycle),
        )  # fmt: skip

    def _place(self, order: Order) -> Place:
        trace = self._traces.trace(order.root, order.event)
        hold = trace.hold_of(order.held) or order.hold
        activation, at, _ = trace.towards(hold)
        return self._traces.place(activation, at)

    def _scope(self, order: Order) -> str:
        trace = self._traces.trace(order.root, order.event)
        activation, _, _ = trace.towards(trace.hold_of(order.held) or order.hold)
        return activation.function.qualname

    def _notes(self, roots: list[Root]) -> tuple[str, ...]:
        """Who the threads are, and where those of the program start."""
        different = list(dict.fromkeys(roots))
        if all(root.spawns for root in different):
            told = [f"`{root.name}` starts at `{self._start(root)}`" for root in different]
            if len(different) == 1:
                return (f"threads: {told[0]}, more than once",)
            joined = (
                "neither is joined before the other starts"
                if len(different) == 2
                else "none is joined before the others start"
            )
            line = f"threads: {', '.join(told)}; {joined}"
            return (line,) if len(line) <= LINE else (*told, joined)
        told = list(dict.fromkeys(self._traces.who(root) for root in different))
        if len(told) == 1:
            return (f"threads: {told[0]}, on two threads at once",)
        return (f"threads: {' and '.join(told)} can run at the same time",)

    def _start(self, root: Root) -> str:
        event = root.spawns[0]
        module = event.function.module
        return f"{module.source.path}:{LineMap(module.source.text).line_of(event.at[0])}"

    def _confidence(self, cycle: Cycle) -> Confidence:
        roots = [order.root for order in cycle.orders]
        for order in cycle.orders:
            if not self._traces.trace(order.root, order.event).certain(order.hold):
                return Confidence.LOW
        single = all(order.held.single and order.wanted.single for order in cycle.orders)
        if all(root.kind in ("thread", "main") for root in roots):
            return Confidence.HIGH if single else Confidence.MEDIUM
        if any(order.held.kind == "some" or order.hold.kind.reentrant is None for order in cycle.orders):
            return Confidence.LOW
        return Confidence.MEDIUM


def deadlock_stories(program: Program) -> DeadlockStories:
    """The teller of the program's deadlocks."""
    return DeadlockStories(program)
