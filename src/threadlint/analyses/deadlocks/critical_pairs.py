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
from ...program.values import Address
from ..execution import Acquire, Event, Hold, kind_of
from ..execution.events import UNTIMED, takes_again
from ..lock_names import Names, lock_names
from ..parallel import Parallel, parallel
from ..parallel.own_locks import OwnLocks, of_other_making, own_locks

MOST_HELD = 5


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
        return self.event.detail.how in UNTIMED


class CriticalPairs:
    """The answer: acquisitions under other locks (`nested`), every acquisition (`all`), and acquisitions of a plain
    lock by its holder (`again`)."""

    def __init__(self, program: Program) -> None:
        names: Names = program.ask(lock_names)
        own: OwnLocks = program.ask(own_locks)
        together: Parallel = program.ask(parallel)
        self.all: list[Pair] = []
        self.nested: list[Pair] = []
        self.again: list[Pair] = []
        self.by_wanted: dict[tuple[str, ...], list[Pair]] = defaultdict(list)
        for pair in _pairs(together, own.batons):
            acquire: Acquire = pair.event.detail
            if any(hold.lock is pair.wanted for hold in pair.held):
                pair = pair._replace(events=tuple(event for event in pair.events if not of_other_making(event)))
                if not pair.events:
                    continue
                if pair.waits and takes_again(acquire.hold, pair.held) and not own.is_signal(pair.wanted, pair.events):
                    self.again.append(pair)
                continue
            self.all.append(pair)
            self.by_wanted[names.identity(pair.wanted)].append(pair)
            for held in (pair.held, _perhaps_held(pair)):
                if held and len(held) <= MOST_HELD:
                    self.nested.append(pair._replace(held=held))


def _perhaps_held(pair: Pair) -> tuple[Hold, ...]:
    """The locks held where attempts before have taken theirs; empty when nothing depends on that."""
    surely = {hold.lock for hold in pair.held} | {pair.wanted}
    more = [hold for hold in pair.event.perhaps if hold.lock not in surely and hold.kind.domain == "thread"]
    return (*pair.held, *more) if more else ()


def _pairs(together: Parallel, batons: frozenset[Address]) -> list[Pair]:
    """Acquisitions of thread locks that threads of this process reach, in order of the program's text."""

    def held_at(event: Event) -> tuple[Hold, ...]:
        return tuple(hold for hold in event.held if hold.kind.domain == "thread" and hold.lock not in batons)

    contexts: dict[object, list[Event]] = defaultdict(list)
    for event in together.execution.events("acquire"):
        acquire: Acquire = event.detail
        reached = event.activation in together.reachable and together.is_met(event)
        if reached and kind_of(acquire.obj).domain == "thread" and event.subject not in batons:
            locks = frozenset(hold.lock for hold in held_at(event))
            contexts[event.function, event.at, event.subject, acquire.how, locks].append(event)
    found = []
    for events in contexts.values():
        found.append(Pair(tuple(events), held_at(events[0]), events[0].subject))
    found.sort(key=lambda pair: (pair.function.module.name, pair.event.at, len(pair.held)))
    return found


def critical_pairs(program: Program) -> CriticalPairs:
    """Every critical pair of the program."""
    return CriticalPairs(program)
