"""Critical pairs: some execution reaches an event while it holds exactly these locks.

Domain. A pair is an acquisition and the locks surely held just before (where the outcome of an attempt is kept and
not asked yet, there is a second pair with that lock as well); acquisitions at one place of the text, of one lock and
under the same locks are one pair, whatever contexts lead there. Taking a re-entrant lock again makes no pair; taking
a plain lock again is a self-deadlock and listed apart; what lies behind one is never reached. (Brotherston, Brunet,
Gorogiannis, Kanovich: A Compositional Deadlock Detector for Android Java, ASE 2021; here locks held come down with
the activation instead of going up with summaries.)

Who reaches a pair is not part of it: that is asked only of pairs that could close a cycle (`Parallel.meetings`).
"""
from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from ...program.program import Program
from ...program.symbols import Function
from ...program.values import Address, Obj
from ..execution import Acquire, Activation, Event, Hold, is_lock, kind_of, one_object
from ..lock_names import Names, lock_names
from ..parallel import Parallel, parallel

MOST_HELD = 5
WAITING = ("with", "acquire")
"""Ways of taking a lock that wait until it is there."""


class Pair(NamedTuple):
    """⟨held, acquisition⟩: `events` are the same acquisition in different contexts, `wanted` the lock's address."""

    events: tuple[Event, ...]
    held: tuple[Hold, ...]
    wanted: Address

    @property
    def event(self) -> Event:
        return self.events[0]

    @property
    def function(self) -> Function:
        return self.event.function

    @property
    def waits(self) -> bool:
        """Whether the acquisition waits for ever."""
        return self.event.detail.how in WAITING


class CriticalPairs:
    """The answer: acquisitions under other locks (`nested`), every acquisition (`all`), and acquisitions of a plain
    lock by its holder (`again`)."""

    def __init__(self, program: Program) -> None:
        names = self._names = program.ask(lock_names)
        together: Parallel = program.ask(parallel)
        self._explorer = together.execution.explorer
        self.all: list[Pair] = []
        self.nested: list[Pair] = []
        self.again: list[Pair] = []
        self.by_wanted: dict[tuple[str, ...], list[Pair]] = defaultdict(list)
        self._taken_at: dict[tuple[Activation, tuple[int, int]], set[Address]] = defaultdict(set)
        for event in together.execution.events("acquire"):
            self._taken_at[event.activation, event.at].add(event.subject)
        for pair in _pairs(together):
            acquire: Acquire = pair.event.detail
            if any(hold.lock is pair.wanted for hold in pair.held):
                pair = pair._replace(events=tuple(e for e in pair.events if not _of_other_making(e, pair.wanted)))
                if not pair.events:
                    continue
                if kind_of(acquire.obj).reentrant is False and pair.waits and one_object(pair.wanted):
                    if not _signal(together, names, pair):
                        self.again.append(pair)
                continue
            self.all.append(pair)
            self.by_wanted[names.identity(pair.wanted)].append(pair)
            for held in (pair.held, _perhaps_held(pair)):
                if held and len(held) <= MOST_HELD:
                    self.nested.append(pair._replace(held=held))

    def chooses(self, activation: Activation, at: tuple[int, int]) -> bool:
        """Whether an acquisition takes one of several locks, and which one is not known."""
        return len(self._taken_at.get((activation, at), ())) > 1

    def surely_plain(self, lock: Address) -> bool:
        """Whether no place of the program makes the lock a re-entrant one: an attribute may get an `RLock` in one
        constructor, or in one class of a family, and a `Lock` in another."""
        owner = self._explorer.owners.get(lock)
        family = () if owner is None else (owner, *self._explorer.program.hierarchy.subclasses(owner))
        static = self._explorer.static
        declared = (
            value
            for cls in family
            for value in static.class_field(cls, lock.key, static.parameter_receiver(cls))
            if isinstance(value, Obj) and is_lock(value)
        )
        taken = (pair.event.detail.obj for pair in self.by_wanted.get(self._names.identity(lock), ()))
        return all(kind_of(obj).reentrant is False for obj in (*declared, *taken))


def _of_other_making(event: Event, wanted: Address) -> bool:
    """Whether a lock that is held is that of another call of the function which made both: a decorator makes one for
    each function that it decorates."""
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


def _perhaps_held(pair: Pair) -> tuple[Hold, ...]:
    """The locks held where attempts before have taken theirs; empty when nothing depends on that."""
    surely = {hold.lock for hold in pair.held} | {pair.wanted}
    more = [hold for hold in pair.event.perhaps if hold.lock not in surely and hold.kind.domain == "thread"]
    return (*pair.held, *more) if more else ()


def _pairs(together: Parallel) -> list[Pair]:
    """Acquisitions of thread locks that threads of this process reach, in order of the program's text."""
    contexts: dict[object, list[Event]] = defaultdict(list)
    for event in together.execution.events("acquire"):
        acquire: Acquire = event.detail
        if any(hold.how == "never" for hold in event.held):
            continue
        if kind_of(acquire.obj).domain == "thread" and event.activation in together.reachable:
            locks = frozenset(hold.lock for hold in event.held if hold.kind.domain == "thread")
            contexts[event.function, event.at, event.subject, acquire.how, locks].append(event)
    found = []
    for events in contexts.values():
        held = tuple(hold for hold in events[0].held if hold.kind.domain == "thread")
        found.append(Pair(tuple(events), held, events[0].subject))
    found.sort(key=lambda pair: (pair.function.module.name, pair.event.at, len(pair.held)))
    return found


def _signal(together: Parallel, names: Names, pair: Pair) -> bool:
    """Whether somebody else gives the lock back, so that taking it again is a way of waiting for a signal: it is
    released where it is not held, or it was handed on by the one who made it. What a `with` holds is given back at its
    end."""
    if all(hold.how == "with" for event in pair.events for hold in event.held if hold.lock is pair.wanted):
        return False
    for event in together.execution.events("release"):
        if event.detail is None and names.may_be_same(event.subject, pair.wanted):
            if not any(word in event.function.name.lower() for word in ("release", "unlock", "exit")):
                return True  # not the other half of a pair of methods
    handed_on = pair.wanted.kind == "site" and any(pair.wanted in event.activation.escaped for event in pair.events)
    return handed_on and pair.event.detail.how != "with"


def critical_pairs(program: Program) -> CriticalPairs:
    """Every critical pair of the program."""
    return CriticalPairs(program)
