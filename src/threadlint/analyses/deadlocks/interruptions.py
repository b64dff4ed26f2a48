"""Locks that finalizers and signal handlers take, and that the code which they interrupt may be holding.

Definitions. An *interruption* is an acquisition that waits, reached from a finalizer or signal handler, of a lock
that other code takes too. It may run while the very thread that it interrupts holds the lock: then a plain lock is
never given back. A lock of the dying object itself does not count: nobody else can hold it; nor does what coroutines
do, which run on a loop, later. What stands behind a guard against re-entry (a thread-local flag that is tested first)
or while the collector is switched off is left out.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class
from ...program.values import Address, Obj
from ..execution import Activation, Event, Execution, LibraryCall, Root, execution, kind_of, reach
from ..lock_names import Names, lock_names
from .critical_pairs import CriticalPairs, Pair, critical_pairs
from .reentry_guards import turns_back

_LOCKED_BY_QUEUES = frozenset({
    "queue.Queue.put", "queue.Queue.get", "queue.Queue.put_nowait", "queue.Queue.get_nowait", "queue.LifoQueue.put",
    "queue.PriorityQueue.put", "queue.Queue.join", "queue.Queue.qsize", "queue.Queue.empty",
})  # fmt: skip


class Interruption(NamedTuple):
    """`event` (an acquisition, or a call that takes a lock inside) in the reach of `root`; `ordinary` is where other
    code holds the lock. `plain`: the lock is no re-entrant one."""

    root: Root
    event: Event
    address: Address
    ordinary: Event
    plain: bool
    call: str = ""


class Interruptions:
    """The answer: `found`."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._run: Execution = program.ask(execution)
        self._pairs: CriticalPairs = program.ask(critical_pairs)
        self._names: Names = program.ask(lock_names)
        self.found: list[Interruption] = []
        for root in self._run.interrupts:
            reached = reach(root.activation, at_once=True)
            for activation in reached:
                for event in activation.events.values():
                    self.found.extend(self._of(root, reached, event))

    def _of(self, root: Root, reached: Mapping[Activation, object], event: Event) -> Iterator[Interruption]:
        if event.kind == "acquire":
            obj = event.detail.obj
            if (
                kind_of(obj).domain != "thread"
                or event.detail.how not in ("with", "acquire")
                or not kind_of(obj).excludes
            ):
                return
            if (
                self._dies_with(root, event.subject)
                or turns_back(event.function, event.at)
                or any(h.lock is event.subject for h in event.held)
            ):
                return
            pair = self._ordinary(event.subject, {activation.function for activation in reached})
            if pair is not None:
                known = root.function.name != "__del__" or event.subject.root.kind in ("global", "class")
                yield Interruption(root, event, event.subject, pair.event, known and kind_of(obj).reentrant is False)
        elif event.kind == "call" and event.subject in _LOCKED_BY_QUEUES:
            call: LibraryCall = event.detail
            if call.receiver is None or self._dies_with(root, call.receiver.address):
                return
            if turns_back(event.function, event.at):
                return
            for other in self._run.events("call"):
                if other.subject in _LOCKED_BY_QUEUES and other.activation not in reached:
                    theirs = other.detail.receiver
                    if theirs is not None and self._names.may_be_same(theirs.address, call.receiver.address):
                        home = call.receiver.address
                        known = root.function.name != "__del__" or home.root.kind in ("global", "class")
                        yield Interruption(root, event, home, other, known, event.subject)
                        return

    def _ordinary(self, lock: Address, functions: set[object]) -> Pair | None:
        """An acquisition of the lock by code that the finalizer does not lead to."""
        for pair in self._pairs.by_wanted.get(self._names.identity(lock), ()):
            making = pair.function.name == "__init__" and lock.root.kind not in ("global", "class")
            if pair.function not in functions and not making and pair.function.name != "__del__":
                if any(_busy(event, pair.wanted) for event in pair.events):
                    return pair
        return None

    def _dies_with(self, root: Root, address: Address) -> bool:
        """Whether a lock belongs to the object that is being finalized, or to a part that it made itself."""
        receiver = root.activation.receiver
        if root.function.name != "__del__" or not isinstance(receiver, Obj) or not address.within(receiver.address):
            return False
        step = address
        while step.base is not None and step.base is not receiver.address:
            step = step.base
        cls = receiver.type
        return step is address or not isinstance(cls, Class) or not self._from_outside(cls, step.key)

    def _from_outside(self, cls: Class, attr: str) -> bool:
        """Whether an attribute holds what the constructor was given."""
        return any(
            isinstance(binding.expr, f.Name) and binding.expr.id in binding.function.param_names
            for ancestor in self._program.hierarchy.mro(cls)
            for binding in ancestor.attribute_bindings.get(attr, ())
        )


def _busy(taken: Event, lock: Address) -> bool:
    """Whether the collector may start in the section, or a last reference go: it calls or replaces something."""
    activation = taken.activation
    if any(any(hold.lock is lock for hold in edge.held) for edge in activation.edges.values()):
        return True
    return any(
        _may_free(event) and any(hold.lock is lock and hold.at == taken.at for hold in event.held)
        for event in activation.events.values()
    )


def _may_free(event: Event) -> bool:
    """Whether an event can make garbage or drop a last reference."""
    if event.kind == "access":
        return event.detail.how in ("item", "change", "write", "delete")
    return event.kind in ("call", "unknown") and not str(event.subject).endswith((".release", ".acquire"))


def interruptions(program: Program) -> Interruptions:
    """Locks that finalizers and signal handlers fight over with the code that they interrupt."""
    return Interruptions(program)
