"""What happens on an event loop: one thread, however many tasks.

A coroutine runs on its loop, and so does what only coroutines lead to. Public methods of a class that has coroutines
and keeps no lock of threads are taken to be called on the loop too.

What it does not know: programs with several loops.
"""

from __future__ import annotations

from ...program.program import Program
from ...program.symbols import Class
from ..execution import Activation, Event, Root
from ..parallel import Parallel, parallel


class EventLoops:
    """The answer: `on_one_loop`."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._parallel: Parallel = program.ask(parallel)
        self._loops: dict[Class, bool] = {}
        self._off_loops: dict[Root, set[Activation]] = {}

    def on_one_loop(self, one: Event, its: Root, other: Event, others: Root) -> bool:
        """Whether two events both happen on an event loop: in coroutines, or in methods of a class that lives on a
        loop."""
        return self._on_loop(one, its) and self._on_loop(other, others)

    def _on_loop(self, event: Event, root: Root) -> bool:
        if event.activation not in self._off_loop(root):
            return True
        if root.kind == "thread":
            return False
        method = event.function.method_of
        return method is not None and method.cls is not None and self._lives_on_loop(method.cls)

    def _off_loop(self, root: Root) -> set[Activation]:
        """What a root leads to without entering a coroutine."""
        known = self._off_loops.get(root)
        if known is None:
            known = self._off_loops[root] = set()
            pending = [each.activation for each in root.members]
            while pending:
                activation = pending.pop()
                if activation not in known and not activation.function.facts.is_async:
                    known.add(activation)
                    pending.extend(edge.callee for edge in activation.edges.values())
        return known

    def _lives_on_loop(self, cls: Class) -> bool:
        """Whether a class has coroutines and keeps no lock of threads."""
        known = self._loops.get(cls)
        if known is None:
            known = self._loops[cls] = not self._parallel.owns_lock(cls) and any(
                method.facts.is_async for each in self._program.hierarchy.mro(cls) for method in each.own_functions
            )
        return known


def event_loops(program: Program) -> EventLoops:
    """What runs on an event loop."""
    return EventLoops(program)
