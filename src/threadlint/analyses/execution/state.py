"""What is known at one point of an activation."""
from __future__ import annotations

from typing import TYPE_CHECKING

from ...program.values import Address, Values, union
from .events import Check, Hold

if TYPE_CHECKING:
    from .handing_over import Hand

NO_ADDRESSES: frozenset[Address] = frozenset()
Got = frozenset[tuple[Address, Address]]
"""Objects, each with the queue that it came from."""
NOTHING_GOT: Got = frozenset()


class State:
    """A point of control flow. `held`: locks surely held, outermost first. `names`: values of locals. `running` and
    `ended`: see `Event`. `owned`: objects that nobody else can reach. `checks`: tests that still count, by location.
    `flags`: locals that mirror whether a lock was taken; `perhaps`: the holds of which no such local was asked yet.
    `copies`: locals that were read from a shared place. `got` and `given`: objects that were surely taken out of a
    queue and not passed on, and that may have been put into one."""

    __slots__ = (
        "checks", "copies", "ended", "flags", "given", "got", "held", "names", "owned", "perhaps", "running",
    )  # fmt: skip

    def __init__(self, held: tuple[Hold, ...], owned: frozenset[Address]) -> None:
        self.held = held
        self.perhaps: tuple[Hold, ...] = ()
        self.names: dict[str, Values] = {}
        self.running = NO_ADDRESSES
        self.ended = NO_ADDRESSES
        self.owned = owned
        self.got = NOTHING_GOT
        self.given: frozenset[tuple[Address, Hand]] = frozenset()
        self.checks: dict[Address, Check] = {}
        self.flags: dict[str, Hold] = {}
        self.copies: dict[str, Check] = {}

    def copy(self) -> State:
        twin = State.__new__(State)
        twin.held = self.held
        twin.perhaps = self.perhaps
        twin.names = self.names.copy()
        twin.running = self.running
        twin.ended = self.ended
        twin.owned = self.owned
        twin.got = self.got
        twin.given = self.given
        twin.checks = self.checks.copy() if self.checks else {}
        twin.flags = self.flags.copy() if self.flags else {}
        twin.copies = self.copies.copy() if self.copies else {}
        return twin

    def join(self, other: State | None) -> State:
        """What is known where two paths meet; `self` may be changed and is returned."""
        if other is None or other is self:
            return self
        if self.held is not other.held:
            theirs = [hold.lock for hold in other.held]
            kept: list[Hold] = []
            for hold in self.held:  # a lock that is taken twice on one path and once on the other is held once
                if hold.lock in theirs:
                    theirs.remove(hold.lock)
                    kept.append(hold)
            self.held = tuple(kept)
        if self.perhaps is not other.perhaps:
            self.perhaps = (*self.perhaps, *(hold for hold in other.perhaps if hold not in self.perhaps))
        mine = self.names
        for name, values in other.names.items():
            known = mine.get(name)
            if known is None:
                mine[name] = values
            elif known is not values:
                mine[name] = union(known, values)
        self.running |= other.running
        self.ended &= other.ended
        self.owned &= other.owned
        if self.got is not other.got:
            self.got &= other.got
        if self.given is not other.given:
            self.given |= other.given
        if self.checks:
            self.checks = {at: check for at, check in self.checks.items() if at in other.checks}
        if self.flags:
            self.flags = {name: hold for name, hold in self.flags.items() if other.flags.get(name) is hold}
        if self.copies:
            self.copies = {name: check for name, check in self.copies.items() if other.copies.get(name) == check}
        return self

    def release(self, lock: Address) -> bool:
        """Give up the innermost hold of a lock; False when it is not surely held."""
        self.settle(lock)
        for index in range(len(self.held) - 1, -1, -1):
            if self.held[index].lock is lock:
                self.held = self.held[:index] + self.held[index + 1 :]
                return True
        return False

    def settle(self, lock: Address) -> None:
        """From here on it is known whether the lock is held."""
        if self.perhaps:
            self.perhaps = tuple(hold for hold in self.perhaps if hold.lock is not lock)

    def holds(self, lock: Address) -> Hold | None:
        for hold in self.held:
            if hold.lock is lock:
                return hold
        return None


def joined(first: State | None, second: State | None) -> State | None:
    """Where two paths meet; None stands for a path that does not get here."""
    if first is None:
        return second
    return first.join(second)
