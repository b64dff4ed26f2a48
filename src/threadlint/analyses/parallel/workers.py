"""Workers: how many of its pool a task takes up, and which tasks find room beside each other.

Domain. While a task of a pool surely waits for another task of the same pool to end, the two take up two workers. So a
task takes up one worker, and those that the tasks waiting for it take up; in a pool of k workers two tasks run at the
same time only if both find room, and a task that takes up more than k never begins; nor does one that is submitted
after k others that never end. A pool whose size the text does not show, or that may be one of several, has room for
all.
"""
from __future__ import annotations

from ...program.program import Program
from ...program.values import Address, Lit
from ..execution import Execution, Root
from ..execution.marks import submitted
from .dead_ends import DeadEnds

_DEEPEST = 4
"""Tasks that wait for each other one in the other are followed so far."""


class Workers(DeadEnds):
    """Who finds room in a pool."""

    def __init__(self, program: Program, found: Execution) -> None:
        super().__init__(program, found)
        self._homes: dict[Root, Address | None] = {}
        self._waiting_for: dict[Root, tuple[Root, ...]] = {}
        self._starters: dict[Root, list[Root]] = {}
        roomless = [root for root in self.roots if root.kind == "thread" and self._finds_no_room(root)]
        if roomless:
            self.unborn.update(roomless)
            self.spread()
        while self.dead and (late := [root for root in self.roots if self._stands_behind_the_stuck(root)]):
            self.unborn.update(late)
            self.spread()

    def starters(self, thread: Root) -> list[Root]:
        """The roots whose own code starts a thread."""
        known = self._starters.get(thread)
        if known is None:
            found = {starter for event in thread.spawns for starter in self.roots_of(event.activation)}
            known = self._starters[thread] = sorted(found, key=self._rank.__getitem__)
        return known

    def workers_of(self, pool: Address) -> int | None:
        """How many workers a pool has; None where the text does not show it."""
        made = self.execution.explorer.constructions.get(pool)
        if made is None:
            return None
        given = made[1].get(0, "max_workers") or made[1].get(0, "processes")
        if given and len(given) == 1 and isinstance(given[0], Lit) and isinstance(given[0].value, int):
            return given[0].value
        return None

    def home(self, task: Root) -> Address | None:
        """The one pool whose workers always run this; None where that is not sure, or no pool's workers do."""
        if task not in self._homes:
            pools = {self._pools.get(address) for address in task.addresses}
            pool = pools.pop() if len(pools) == 1 and task.kind == "thread" else None
            self._homes[task] = pool if pool is not None and pool.single else None
        return self._homes[task]

    def _finds_no_room(self, task: Root) -> bool:
        """Whether there is no room for a task beside those that wait for it."""
        pool = self.home(task)
        size = self.workers_of(pool) if pool is not None else None
        return size is not None and self.taken_up(task) > size

    def _stands_behind_the_stuck(self, task: Root) -> bool:
        """Whether a task is surely submitted after as many that never end as there are workers."""
        pool = self.home(task) if task not in self.unborn else None
        size = self.workers_of(pool) if pool is not None else None
        if size is None:
            return False
        marks = [
            {submitted(address) for address in root.addresses}
            for root in self.roots
            if root is not task and root not in self.unborn and self.home(root) is pool and self.never_ends(root)
        ]
        return len(marks) >= size and all(
            sum(not mark.isdisjoint(spawn.ended) for mark in marks) >= size for spawn in task.spawns
        )

    def find_room(self, a: Root, b: Root) -> bool:
        """Whether two tasks may run at the same time, as far as the room in their pools tells."""
        if a in self.unborn or b in self.unborn:
            return False
        pool = self.home(a)
        if pool is None or pool is not self.home(b):
            return True
        size = self.workers_of(pool)
        return size is None or self._taken_up_by_both(a, b, 0) <= size

    def within_apart(self, a: Root, b: Root) -> bool:
        """Whether one of two threads lives within a task that finds no room beside the other, or beside the task within
        which that one lives."""
        return any(
            one is not other and not self.find_room(one, other)
            for one in {a, self._outlived_by(a)} - {b}
            for other in {b, self._outlived_by(b)} - {a}
        )

    def _outlived_by(self, thread: Root) -> Root:
        """The only one that starts a thread, where it surely waits for its end; else the thread itself."""
        starters = self.starters(thread) if thread.kind == "thread" else []
        return starters[0] if len(starters) == 1 and _outlives(starters[0], thread) else thread

    def waiting_for(self, task: Root) -> tuple[Root, ...]:
        """The tasks of which one starts this one and surely waits for its end, in the same pool; none if it may as well
        be started by somebody else, or outlive who started it."""
        known = self._waiting_for.get(task)
        if known is None:
            pool, starters = self.home(task), self.starters(task)
            sure = pool is not None and all(self.home(each) is pool and _outlives(each, task) for each in starters)
            known = self._waiting_for[task] = tuple(starters) if sure else ()
        return known

    def taken_up(self, task: Root, depth: int = 0) -> int:
        """How many workers a task and those that wait for it take up, at the least."""
        if depth == _DEEPEST:
            return 1
        return 1 + min((self.taken_up(each, depth + 1) for each in self.waiting_for(task)), default=0)

    def _taken_up_by_both(self, a: Root, b: Root, depth: int) -> int:
        """How many workers two tasks take up together, at the least."""
        if depth == _DEEPEST:
            return 1
        if a is not b:
            for inner, outer in ((a, b), (b, a)):
                if outer in self.all_waiting_for(inner):
                    return self.taken_up(inner)
        above, beside = self.waiting_for(a), self.waiting_for(b)
        if not above or not beside:
            return 2 + min((self.taken_up(each) for each in above or beside), default=0)
        return 2 + min(
            self.taken_up(one)
            if one is other and (a is not b or _starts_several(one, a))
            else self._taken_up_by_both(one, other, depth + 1)
            for one in above
            for other in beside
        )

    def all_waiting_for(self, task: Root) -> list[Root]:
        """The tasks of its pool that surely wait for a task, or for one that does."""
        found = [task]
        for each in found:  # grows while it is read
            found.extend(outer for outer in self.waiting_for(each) if outer not in found)
        return found[1:]


def _outlives(starter: Root, task: Root) -> bool:
    """Whether who starts a task surely waits for its end."""
    end = starter.activation.exit
    if end is None or not task.addresses <= end.ended:
        return False
    return all(
        task.addresses.isdisjoint(event.running)
        for event in starter.activation.events.values()
        if event.kind == "raise"
    )


def _starts_several(starter: Root, task: Root) -> bool:
    """Whether one run of who starts a task may start it several times."""
    return len(task.spawns) > 1 or any(
        spawn.repeats or spawn.detail.many or spawn.activation is not starter.activation for spawn in task.spawns
    )
