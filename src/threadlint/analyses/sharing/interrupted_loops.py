"""Loops over a container that a finalizer or signal handler changes in size.

The collector may drop the last reference to an object at any step of a loop, on the thread that runs it, and so may
a signal arrive: no second thread is needed, and no lock helps. What the callback of a weak reference, a `__del__` or
a signal handler adds to or takes from a dict or set is therefore a danger to every loop over it, but for a loop over
a copy.

Only what the finalizer does itself, or a function that it calls, counts: one that closes half a program is not called
in the middle of it.

Left out: containers of the object that dies; changes that stand behind a test of something else than the container (a
protocol of the class: "while somebody iterates, note it down for later"); what both sides do under one lock (told as a
deadlock).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...knowledge.types import DICTS, GROWS, SETS, SHRINKS
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import dotted
from ...program.traverse import walk, walk_expression
from ...program.values import Address, Obj
from ..execution import Event, Root, execution
from ..lock_names import Names, lock_names
from .shared_state import INIT_LIKE


class InterruptedLoop(NamedTuple):
    """`loop` iterates what `change` changes in the middle of it; `root` is the finalizer or handler."""

    loop: Event
    change: Event
    root: Root


def interrupted_loops(program: Program) -> list[InterruptedLoop]:
    """Every such loop, in order of place."""
    run = program.ask(execution)
    names: Names = program.ask(lock_names)
    changes: dict[tuple[str, ...], list[tuple[Root, Event]]] = {}
    for root in run.interrupts:
        for activation in root.near():
            for event in activation.events.values():
                if _changes_size(event) and not _dies_with(root, event.subject) and not _by_protocol(event):
                    changes.setdefault(names.identity(event.subject), []).append((root, event))
    found: dict[tuple[object, f.Span], InterruptedLoop] = {}
    for event in run.events("access") if changes else ():
        if event.detail.how == "iterate" and not event.detail.owned and event.function.name not in INIT_LIKE:
            if event.detail.type in DICTS or event.detail.type in SETS or event.detail.type.startswith("dict "):
                for each in _meeting(event, changes.get(names.identity(event.subject), ()), names):
                    found.setdefault((event.function, event.at), each)
    return sorted(found.values(), key=lambda each: (each.loop.function.module.name, each.loop.at))


def _meeting(loop: Event, changes: list[tuple[Root, Event]] | tuple[()], names: Names) -> Iterator[InterruptedLoop]:
    locks = {names.identity(hold.lock) for hold in loop.held}
    for root, change in changes:
        if change.function is not loop.function and names.may_be_same(loop.subject, change.subject):
            if locks.isdisjoint(names.identity(hold.lock) for hold in change.held):
                yield InterruptedLoop(loop, change, root)


def _changes_size(event: Event) -> bool:
    if event.kind != "access" or event.detail.owned:
        return False
    how, method = event.detail.how, event.detail.method
    return how == "item" or (how == "change" and (method in SHRINKS or method in GROWS))


def _dies_with(root: Root, location: Address) -> bool:
    """Whether a location belongs to the object that is being finalized."""
    receiver = root.activation.receiver
    return root.function.name == "__del__" and isinstance(receiver, Obj) and location.within(receiver.address)


def _by_protocol(change: Event) -> bool:
    """Whether a change depends on a test of something else than the container: the class has a protocol for it."""
    function = change.function
    for node in walk(function.facts.body):
        if isinstance(node, f.If) and node.at[0] < change.at[0]:
            inside = node.at[0] <= change.at[0] < node.at[1]
            leaves = any(isinstance(each, (f.Return, f.Raise)) for each in walk(node.body))
            if (inside or leaves) and any(
                isinstance(part, f.Attr) and _is_own(part, function.receiver_name) and part.attr != change.subject.key
                for part in walk_expression(node.test)
            ):
                return True
    return False


def _is_own(part: f.Attr, receiver: str | None) -> bool:
    return receiver is not None and dotted(part.value) == receiver
