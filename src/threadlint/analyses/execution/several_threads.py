"""Which roots are *many*: several threads of them may run at once."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ...program.values import Address
from .activation import Activation, Edge
from .events import Event

if TYPE_CHECKING:
    from . import Execution
    from .roots import Root


def count_threads(found: Execution) -> None:
    """Mark roots whose start can happen more than once while earlier ones still run: in a loop, by code that itself
    runs several times, or at two places."""
    often: dict[Activation, bool] = {}
    callers = found.callers
    beginning: dict[Activation, list[Root]] = defaultdict(list)
    for root in found.roots:
        beginning[root.activation].append(root)

    def several(activation: Activation, path: frozenset[Activation]) -> bool:
        if activation in often:
            return often[activation]
        if activation in path:
            return False
        path |= {activation}
        roots = beginning.get(activation, [])
        calls = callers.get(activation, ())
        ways = len(calls) + sum(1 for root in roots if root.kind != "thread") + sum(len(r.spawns) for r in roots)
        answer = (
            ways > 1
            or any(edge.repeats or several(caller, path) for caller, edge in calls)
            or any(root.many or any(e.repeats or several(e.activation, path) for e in root.spawns) for root in roots)
        )
        often[activation] = answer
        return answer

    for root in found.roots:
        for event in root.spawns:
            root.addresses |= _names(found.explorer.renamed, event)
        if root.kind == "thread" and not root.many:
            own = [event for event in root.spawns if event not in root.choices]
            root.many = any(_again(event, root, several) for event in own) or _overlap(own)
            if root.many and all(event.detail.what == "timer" for event in own):
                begun = _beginnings(root, own, callers, beginning, several)
                root.many = len(begun) > 1 or any(begun)


def _beginnings(
    root: Root,
    own: list[Event],
    callers: Mapping[Activation, Sequence[tuple[Activation, Edge]]],
    beginning: dict[Activation, list[Root]],
    several: Callable[[Activation, frozenset[Activation]], bool],
) -> list[bool]:
    """The ways in which a chain of timers begins, each of which starts the next one, itself or through a helper, and
    whether that can happen again. One timer of a chain comes after the other."""
    calls = list(callers.get(root.activation, ()))
    begun: list[bool] = []
    for event in own:
        helped = [edge for each, edge in callers.get(event.activation, ()) if each is root.activation]
        if event.activation is root.activation:
            continue
        if helped and not event.repeats and not any(edge.repeats for edge in helped):
            outside = [(each, edge) for each, edge in callers.get(event.activation, ()) if each is not root.activation]
            calls += outside
            begun += [each.many for each in beginning[event.activation] if each is not root]
        else:
            begun.append(_again(event, root, several))
    return begun + [edge.repeats or several(each, frozenset()) for each, edge in calls]


def _names(
    renamed: dict[tuple[Activation, Address], set[tuple[Activation, Address]]], event: Event
) -> set[Address]:
    """The addresses by which a thread is known to those whom the calls that started it return it to."""
    start = (event.activation, event.subject)
    found = {start}
    pending = [start]
    for each in pending:
        fresh = renamed.get(each, set()) - found
        found |= fresh
        pending.extend(fresh)
    return {address for _, address in found}


def _overlap(spawns: list[Event]) -> bool:
    """Whether one of several starts may happen while the thread of another one runs. Of starts that do not stand in one
    function this is not known."""
    for number, event in enumerate(spawns):
        for other in spawns[:number]:
            if event.activation is not other.activation or event.subject is other.subject:
                return True
            if other.subject in event.running or event.subject in other.running:
                return True
    return False


def _again(event: Event, root: Root, several: object) -> bool:
    """Whether one spawn event can happen again before its thread has surely ended."""
    assert callable(several)
    address = event.detail.obj.address
    if event.repeats and (address.many or address.kind != "site"):  # one thread object starts once, in a loop or not
        return event.subject in event.running or address.many
    return bool(several(event.activation, frozenset()))
