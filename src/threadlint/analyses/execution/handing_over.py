"""Objects that go from thread to thread through a queue: whoever takes one out has it, until it is passed on.

An object that only its giver could reach and that was put into a queue belongs to the thread that gets it. What the
giver does to it afterwards meets what the receiver does. An object that others could reach when it was put (*lent*) is
shared as before; so is one that is put twice.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ...program.values import Address, Obj, Pack, Values
from .state import State

if TYPE_CHECKING:
    from .ownership import OwningFrame


class Hand(NamedTuple):
    """How an object that is accessed has been passed: got from one queue (`source`), given into another (`to`)."""

    source: Address | None
    to: Address | None


class Passing:
    """What went through queues, over the whole program."""

    def __init__(self) -> None:
        self.twice: set[Address] = set()
        """Objects that one function puts into a queue more than once."""
        self._lent: set[Address] = set()
        self._next: dict[Address, set[Address]] = {}

    def shared(self, location: Address) -> bool:
        """Whether others could reach the object when it was put into a queue."""
        return bool(self._lent) and not self._lent.isdisjoint(location.path())

    def leads(self, first: Address | None, last: Address | None) -> bool:
        """Whether what is put into the first queue may come out of the last."""
        if first is None or last is None:
            return False
        found = {first}
        pending = [first]
        for queue in pending:
            fresh = self._next.get(queue, set()) - found
            found |= fresh
            pending.extend(fresh)
        return last in found

    def put(self, frame: OwningFrame, queue: Address, values: Values) -> None:
        """Objects go into a queue."""
        state = frame.state
        given = state.given
        for address in _objects(values):
            sources = [source for known, source in state.got if known is address]
            for source in sources:
                self._next.setdefault(source, set()).add(queue)
            if not sources and not frame.owns(address):
                again = address not in self._lent and any(address is known for known, _ in given)
                (self.twice if again else self._lent).add(address)
            given |= {(address, Hand(source, queue)) for source in sources or (None,)}
        frame.escape(values)
        state.given = given


def take(frame: OwningFrame, queue: Address, values: Values) -> None:
    """Objects come out of a queue, each for this thread alone."""
    state = frame.state
    if not values:
        frame.explorer.starved.add(queue)
    for address in _objects(values):
        made(state, address)
        state.got |= {(address, queue)}


def made(state: State, address: Address) -> None:
    """The address stands for another object from now on."""
    if state.given:
        state.given = frozenset([pair for pair in state.given if pair[0] is not address])
    if state.got:
        lose(state, {address})


def lose(state: State, gone: set[Address]) -> None:
    """Objects can be reached by others."""
    state.got = frozenset([pair for pair in state.got if pair[0] not in gone])


def hand_of(state: State, location: Address) -> Hand | None:
    """How the object that a location belongs to has been passed."""
    for here in location.path():
        for address, hand in state.given:
            if address is here:
                return hand
        for address, source in state.got:
            if address is here:
                return Hand(source, None)
    return None


def _objects(values: Values) -> Iterator[Address]:
    for value in values:
        if isinstance(value, Obj):
            yield value.address
        elif isinstance(value, Pack):
            for item in value.items:
                yield from _objects(item)
