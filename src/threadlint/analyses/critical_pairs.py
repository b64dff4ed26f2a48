"""Critical pairs: some execution of a root reaches an event while it holds exactly these locks.

Domain. A pair is a root, an event (acquire, or a library call that waits) and the set of locks surely held just before. Taking a
re-entrant lock again makes no pair; taking a plain lock again is a self-deadlock and listed apart, and what only lies
behind one is not a pair. (Brotherston, Brunet, Gorogiannis, Kanovich: A Compositional Deadlock Detector for Android Java,
ASE 2021; here locks held come down with the activation instead of going up with summaries.)
"""
from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from ..program.program import Program
from ..program.values import Address
from .execution import Acquire, Event, Hold, kind_of
from .lock_names import lock_names
from .parallel import Occurrence, parallel

MOST_HELD = 5


class Pair(NamedTuple):
    """⟨held, event⟩ of one root. `wanted` is the address of the lock that the event acquires."""

    occurrence: Occurrence
    held: tuple[Hold, ...]
    wanted: Address

    @property
    def event(self) -> Event:
        return self.occurrence.event

    @property
    def waits(self) -> bool:
        """Whether the acquisition waits for ever."""
        return self.event.detail.how in ("with", "acquire")


class CriticalPairs:
    """The answer: acquisitions under other locks (`nested`), every acquisition (`all`), and acquisitions of a plain lock by
    its holder (`again`)."""

    def __init__(self, program: Program) -> None:
        names = program.ask(lock_names)
        together = program.ask(parallel)
        self.all: list[Pair] = []
        self.nested: list[Pair] = []
        self.again: list[Pair] = []
        self.by_wanted: dict[tuple[str, ...], list[Pair]] = defaultdict(list)
        for root in together.roots:
            if root.domain != "thread":
                continue
            for occurrence in together.occurrences(root, "acquire"):
                event = occurrence.event
                acquire: Acquire = event.detail
                kind = kind_of(acquire.obj)
                if kind.domain != "thread":
                    continue
                lock: Address = event.subject
                held = tuple(hold for hold in event.held if hold.kind.domain == "thread")
                pair = Pair(occurrence, held, lock)
                if any(hold.lock is lock for hold in held):
                    if kind.reentrant is False and pair.waits and _one_object(lock):
                        self.again.append(pair)
                    continue
                self.all.append(pair)
                self.by_wanted[names.identity(lock)].append(pair)
                if held and len(held) <= MOST_HELD:
                    self.nested.append(pair)


def _one_object(address: Address) -> bool:
    """Whether within one thread the address names one object (no element, no repeated allocation on its path)."""
    here: Address | None = address
    while here is not None:
        if here.kind == "element" or here.many or (here.kind == "some" and here.key[1] == "return"):
            return False
        here = here.base
    return True


def critical_pairs(program: Program) -> CriticalPairs:
    """Every critical pair of the program."""
    return CriticalPairs(program)
