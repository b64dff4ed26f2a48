"""Dead ends: points of the program that no thread ever gets to.

Domain. A thread that takes a plain lock while it holds it goes no further (`own_locks` says where that is certain). So
nothing happens behind such a point, nor behind

- the waiting for the end of a thread or task that gets to its end only past a dead end;
- the waiting for a task for which there is no room in its pool (`workers`);
- the waiting for a signal that is given behind dead ends only;

and a thread that is started behind dead ends only never runs. What a path has surely behind it is told by
`Event.ended`: where paths meet, a dead end counts if it lies on each.

What it does not know: threads that wait for each other for certain, and locks that nobody gives back.
"""
from __future__ import annotations

from ...program.program import Program
from ...program.values import Address
from ..execution import Event, Execution, Root
from ..execution.marks import done, taken_again
from ..lock_names import Names, lock_names
from .own_locks import own_locks
from .reach import Reach
from .signals import Signals


class DeadEnds(Reach):
    """What each root meets, without what nobody gets to."""

    def __init__(self, program: Program, found: Execution) -> None:
        super().__init__(program, found)
        self.signals = Signals(found)
        self._names: Names = program.ask(lock_names)
        self.dead.update(taken_again(lock) for lock in program.ask(own_locks).certain())
        if self.dead:
            self.spread()

    def spread(self) -> None:
        """Dead ends make further ones, until there are no more."""
        names = self._names
        gives: dict[tuple[str, ...], list[Event]] = {}
        for address, events in self.signals.gives.items():
            gives.setdefault(names.identity(address), []).extend(events)
        before = -1
        while before != len(self.dead) + len(self.unborn):
            before = len(self.dead) + len(self.unborn)
            for address, those in self._by_address().items():
                if all(self.never_ends(root) for root in those):
                    self.dead.add(done(address) if address in self._pools else address)
            for address in self.signals.gives:
                if address not in self.signals.unfit and not any(map(self.is_met, gives[names.identity(address)])):
                    self.dead.add(address)
            for root in self.roots:
                if root.kind == "thread" and root.spawns and not any(map(self.is_met, root.spawns)):
                    self.unborn.add(root)

    def _by_address(self) -> dict[Address, list[Root]]:
        found: dict[Address, list[Root]] = {}
        for root in self.roots:
            if root.kind == "thread":
                for address in root.addresses:
                    found.setdefault(address, []).append(root)
        return found

    def never_ends(self, root: Root) -> bool:
        """Whether a thread surely comes to no end, because it never begins or gets stuck."""
        end = root.activation.exit
        return root in self.unborn or (end is not None and not end.ended.isdisjoint(self.dead))
