"""Plain locks that a thread takes while it holds them, and whether it surely waits for ever there.

Domain. An acquisition that waits, of a plain lock of threads that is surely held just before, and whose address names
one object. It is *certain* that nobody gets behind it unless the lock is used as a signal (somebody gives it back who
did not take it), or may be another one: an attribute that has an `RLock` in some class of a family, or an acquisition
of one of several locks.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from ...knowledge.locks import ONE_PERMIT_LOCK
from ...program.program import Program
from ...program.symbols import Function
from ...program.values import Address, Obj
from ..execution import Acquire, Activation, Event, Execution, execution, is_lock, kind_of
from ..execution.events import takes_again
from ..lock_names import Names, lock_names


class OwnLocks:
    """Answers about locks that are taken again."""

    def __init__(self, program: Program) -> None:
        self._names: Names = program.ask(lock_names)
        self._run: Execution = program.ask(execution)

    def certain(self) -> list[Address]:
        """The locks behind whose second taking surely nobody gets, wherever a thread takes them again."""
        again: dict[Address, list[Event]] = defaultdict(list)
        for event in self._run.events("acquire"):
            acquire: Acquire = event.detail
            if event.held and takes_again(acquire.hold, event.held):
                again[event.subject].append(event)
        return [
            lock
            for lock, events in again.items()
            if self.surely_plain(lock) and not self.is_signal(lock, events) and not any(map(self._may_differ, events))
        ]

    @cached_property
    def batons(self) -> frozenset[Address]:
        """Semaphores of one permit that somebody gives back who has not taken them: signals, and no locks."""
        taken = {each.subject for each in self._run.events("acquire") if kind_of(each.detail.obj) is ONE_PERMIT_LOCK}
        given = [each.subject for each in self._run.events("release") if each.detail is None] if taken else []
        return frozenset(lock for lock in taken if any(self._names.may_be_same(lock, each) for each in given))

    def _may_differ(self, event: Event) -> bool:
        """Whether the lock that is taken need not be the one that is held."""
        holds = (hold for hold in event.held if hold.lock is event.subject)
        chosen = self.chooses(event.activation, event.at) or any(self.chooses(h.activation, h.at) for h in holds)
        return chosen or of_other_making(event)

    def chooses(self, activation: Activation, at: tuple[int, int]) -> bool:
        """Whether an acquisition takes one of several locks, and which one is not known."""
        return len(self._taken_at.get((activation, at), ())) > 1

    @cached_property
    def _taken_at(self) -> dict[tuple[Activation, tuple[int, int]], set[Address]]:
        found: dict[tuple[Activation, tuple[int, int]], set[Address]] = defaultdict(set)
        for event in self._run.events("acquire"):
            found[event.activation, event.at].add(event.subject)
        return found

    def surely_plain(self, lock: Address) -> bool:
        """Whether no place of the program makes the lock a re-entrant one: an attribute may get an `RLock` in one
        constructor, or in one class of a family, and a `Lock` in another."""
        explorer = self._run.explorer
        owner = explorer.owners.get(lock)
        family = () if owner is None else (owner, *explorer.program.hierarchy.subclasses(owner))
        static = explorer.static
        declared = (
            value
            for cls in family
            for value in static.class_field(cls, lock.key, static.parameter_receiver(cls))
            if isinstance(value, Obj) and is_lock(value)
        )
        taken = self._taken.get(self._names.identity(lock), ())
        return all(kind_of(obj).reentrant is False for obj in (*declared, *taken))

    @cached_property
    def _taken(self) -> dict[tuple[str, ...], list[Obj]]:
        """What is taken, by the identity of the lock."""
        found: dict[tuple[str, ...], list[Obj]] = defaultdict(list)
        for event in self._run.events("acquire"):
            found[self._names.identity(event.subject)].append(event.detail.obj)
        return found

    def is_signal(self, lock: Address, events: Iterable[Event]) -> bool:
        """Whether somebody else gives the lock back, so that taking it again is a way of waiting for a signal: it is
        released where it is not held, or it was handed on by the one who made it, and not only seen by functions that
        are made beside it. What a `with` holds is given back at its end."""
        if all(hold.how == "with" for event in events for hold in event.held if hold.lock is lock):
            return False
        if lock in self.batons:
            return True
        for event in self._run.events("release"):
            if event.detail is None and self._names.may_be_same(event.subject, lock):
                if not any(word in event.function.name.lower() for word in ("release", "unlock", "exit")):
                    return True  # not the other half of a pair of methods
        handed_on = lock.kind == "site" and any(
            lock in event.activation.escaped and lock not in event.activation.captured for event in events
        )
        return handed_on and any(event.detail.how != "with" for event in events)


def of_other_making(event: Event) -> bool:
    """Whether a lock that is held is that of another call of the function which made both: a decorator makes one for
    each function that it decorates."""
    wanted: Address = event.subject
    inner = event.activation.closure
    if wanted.kind != "site" or inner is None:
        return False
    maker = inner.function
    if wanted.key[0] != maker.module.name or not _lies_in(wanted.key[1], maker):
        return False
    outer = [hold.activation.closure for hold in event.held if hold.lock is wanted]
    return all(each is not None and each.function is maker and each.bound != inner.bound for each in outer)


def _lies_in(offset: object, function: Function) -> bool:
    start, end = function.facts.at
    return isinstance(offset, int) and start <= offset < end


def own_locks(program: Program) -> OwnLocks:
    """Plain locks that are taken by their holders."""
    return OwnLocks(program)
