"""Threads that are started in a constructor before the object is complete.

Domain: activations of `__init__`. An attribute is *late* when it is first written while a thread that the constructor
started may be running, and the thread (or what it calls) reads the same attribute. An attribute that the class body
defines, or that was written before the start as well, is not late; timers have a delay and are left out.

What it does not know: how long the thread takes to get there, threads that are started by what the object is handed
to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from ...program.program import Program
from ...program.symbols import Class
from ...program.values import Address, Obj
from ..execution import Activation, Event, Root, execution
from ..lock_names import Names, lock_names
from ..parallel import parallel


class EarlyStart(NamedTuple):
    """A thread that a constructor starts too early: where, which attributes are late, and where the thread reads
    each."""

    root: Root
    start: Event
    late: tuple[tuple[Event, Event], ...]


def early_starts(program: Program) -> list[EarlyStart]:
    """Every thread started before attributes that it uses, in order of place; the reads come with the writes."""
    names, running = program.ask(lock_names), program.ask(parallel)
    threads = {address: root for root in running.roots if root.kind == "thread" for address in root.addresses}
    found: dict[tuple[Root, object], EarlyStart] = {}
    for activation in program.ask(execution).activations:
        if activation.function.name != "__init__" or not isinstance(activation.receiver, Obj):
            continue
        writes = _writes(activation)
        for (address, place), event in _late(activation, writes, threads).items():
            root = threads[address]
            if root.spelling == "timer" or root.domain != "thread" or _in_body(activation, place):
                continue
            if not _knows(root, activation):
                continue
            read = _reader(running.reached(root), names.identity(place), names)
            start = next((each for each in root.spawns if each.subject is address), None)
            if read is None or start is None:
                continue
            key = (root, start.at)
            known = found.get(key)
            pairs = known.late if known is not None else ()
            if all(pair[0].subject is not place for pair in pairs):
                found[key] = EarlyStart(root, start, (*pairs, (event, read)))
    return sorted(found.values(), key=lambda each: (each.start.function.module.name, each.start.at))


def _writes(activation: Activation) -> dict[Address, list[Event]]:
    """Writes of the object's own attributes in a constructor and in those it calls."""
    found: dict[Address, list[Event]] = defaultdict(list)
    assert isinstance(activation.receiver, Obj)
    own = activation.receiver.address
    pending, seen = [activation], {activation}
    for here in pending:
        for event in here.events.values():
            if event.kind == "access" and event.detail.how == "write" and event.subject.base is own:
                found[event.subject].append(event)
        for edge in here.edges.values():
            if (
                edge.callee not in seen
                and isinstance(edge.callee.receiver, Obj)
                and edge.callee.receiver.address is own
            ):
                seen.add(edge.callee)
                pending.append(edge.callee)
    return found


def _late(
    activation: Activation, writes: dict[Address, list[Event]], threads: dict[Address, Root]
) -> dict[tuple[Address, Address], Event]:
    """Attributes written only while a thread may run, by thread and attribute."""
    late: dict[tuple[Address, Address], Event] = {}
    for place, events in writes.items():
        direct = [event for event in events if event.activation is activation]
        if len(direct) != len(events):  # also written by something that is called: order not known
            continue
        for address in direct[0].running:
            if address in threads and all(address in event.running for event in direct):
                late[address, place] = direct[0]
    return late


def _knows(root: Root, activation: Activation) -> bool:
    """Whether a thread works on the object under construction: as its receiver, an argument, or what it closes
    over."""
    assert isinstance(activation.receiver, Obj)
    own = activation.receiver.address
    target = root.activation
    values = [target.receiver, *(v for given in target.bound.values() for v in given)]
    if target.closure is not None:
        values += [target.closure.receiver, *(v for given in target.closure.bound.values() for v in given)]
    return any(isinstance(value, Obj) and value.address is own for value in values)


def _in_body(activation: Activation, place: Address) -> bool:
    """Whether the class body, or that of a class above, gives the attribute a first value."""
    receiver = activation.receiver
    cls = receiver.type if isinstance(receiver, Obj) else None
    if not isinstance(cls, Class):
        return True
    bindings = cls.body.bindings.get(place.key)
    return bool(bindings)


def _reader(reached: Iterable[Activation], identity: tuple[str, ...], names: Names) -> Event | None:
    """The first place among activations that looks at a location."""
    best: Event | None = None
    for activation in reached:
        for event in activation.events.values():
            if event.kind == "access" and event.detail.how != "write" and names.identity(event.subject) == identity:
                if best is None or (event.function.module.name, event.at) < (best.function.module.name, best.at):
                    best = event
    return best
