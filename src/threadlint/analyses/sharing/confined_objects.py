"""Objects that belong to one thread, used on another; and objects that threads may use in turn, used by two at once.

Domain: objects of the types in `knowledge.confined`, made by a call of the program, and calls of their methods. An
object is used elsewhere when a thread calls its methods and does not itself make it. A maker's argument can lift the
confinement (`sqlite3.connect(…, check_same_thread=False)`). Objects that threads may use in turn are told when two of
their calls can run at the same time without a common lock.

What it does not know: objects that are handed over in containers or queues.
"""

from __future__ import annotations

from typing import NamedTuple

from ...knowledge.confined import CONFINED, Confined
from ...program.program import Program
from ...program.values import Address, Lit, Obj
from ..execution import Event, Root, execution
from ..parallel import Parallel, parallel
from .instances import Instances, instances
from .shared_state import SharedState, Site, shared_state

MOST_CALLS = 12
"""Of the calls of one object this many are looked at."""


class Stray(NamedTuple):
    """A call on an object of another thread: the call, the thread, the object, where it was made, and the rule of its
    type."""

    use: Event
    root: Root
    obj: Obj
    made: Event | None
    why: Confined


def confined_objects(program: Program) -> list[Stray]:
    """Uses of confined objects on other threads: for each object and function the first, in order of place."""
    found = program.ask(execution)
    running: Parallel = program.ask(parallel)
    own: Instances = program.ask(instances)
    uses = [
        event
        for event in found.events("call")
        if event.detail.receiver is not None and event.detail.receiver.type in CONFINED
    ]
    if not uses:
        return []
    makers: dict[tuple[str, int], Event] = {}
    for event in found.events("call"):
        for value in event.detail.result:
            if isinstance(value, Obj) and value.site is not None and value.type in CONFINED:
                makers.setdefault(value.site, event)
    threads = [root for root in running.roots if root.kind == "thread" and root.domain == "thread" and root.spawns]
    strays: dict[object, Stray] = {}
    in_turn: dict[Address, list[tuple[Event, Event]]] = {}
    for event in uses:
        obj: Obj = event.detail.receiver
        why = CONFINED[str(obj.type)]
        made = makers.get(obj.site) if obj.site is not None else None
        if event.subject.rpartition(".")[2] in why.free or made is None or _lifted(made, why):
            continue
        if why.in_turn:
            in_turn.setdefault(obj.address, []).append((event, made))
            continue
        for root in threads:
            reached = running.reached(root)
            if event.activation in reached and made.activation not in reached and not _fresh(own, root, obj.address):
                strays.setdefault((obj.site, event.function), Stray(event, root, obj, made, why))
                break
    state: SharedState = program.ask(shared_state)
    for address, calls in in_turn.items():
        for event, made in calls[:MOST_CALLS]:
            met = _meets(state, running, address, event, [other for other, _ in calls[:MOST_CALLS]])
            if met is not None:
                obj = event.detail.receiver
                strays.setdefault((obj.site, "in turn"), Stray(event, met, obj, made, CONFINED[str(obj.type)]))
    return sorted(strays.values(), key=lambda each: (each.use.function.module.name, each.use.at))


def _meets(
    state: SharedState, running: Parallel, address: Address, event: Event, others: list[Event]
) -> Root | None:
    """The thread on which a call of an object can run beside another call of it, without a common lock."""
    for first in running.meetings((event,)):
        if first.root.kind == "thread":
            for second in running.meetings(others):
                if state.conflict(Site(first, address), Site(second, address)):
                    return first.root
    return None


def _fresh(own: Instances, root: Root, address: Address) -> bool:
    return address.root.kind == "site" and own.makes(root, address.root)


def _lifted(made: Event, why: Confined) -> bool:
    """Whether an argument of the maker lifts the confinement."""
    if why.lifted_by is None:
        return False
    given = made.detail.arguments.get(None, why.lifted_by)
    return made.detail.arguments.open or (given is not None and given != (Lit(True),))
