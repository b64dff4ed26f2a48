"""Tasks that stand in the queue of their pool behind tasks that are held up.

Domain. Tasks begin in the order in which they were submitted. One that waits for a worker waits for ever if all workers
are occupied by tasks that were there before it, and that are held up until it has ended: those that the question names
(they need a lock, say), those that wait for one of them, and those that wait for others of the same pool. How many of
each can be under way at once is told by `crowds`; a pool whose size the text does not show has `USUAL` workers.
"""
from __future__ import annotations

from collections.abc import Iterable

from ...program.program import Program
from ...program.values import Address
from ..execution import Root
from ..lock_names import Names, lock_names
from ..parallel import Parallel, parallel
from .crowds import Crowds, crowds
from .pool_waits import USUAL, PoolWaits, pool_waits


class FullPools:
    """The answer: `ahead_of` and `full`."""

    def __init__(self, program: Program) -> None:
        self._names: Names = program.ask(lock_names)
        self._parallel: Parallel = program.ask(parallel)
        self._crowds: Crowds = program.ask(crowds)
        self._waits: PoolWaits = program.ask(pool_waits)
        self._pool_of = self._parallel.execution.explorer.pool_of

    def pools(self, task: Root) -> list[Address]:
        """The pools that may run a task."""
        return list(dict.fromkeys(self._pool_of[each] for each in task.addresses if each in self._pool_of))

    def ahead_of(self, task: Root, pool: Address) -> list[Root]:
        """Other tasks of a pool that may have been submitted, and not have ended, when this one is (or the last of
        several)."""
        return [
            root
            for root in self._parallel.roots
            if root is not task and root.kind == "thread" and self._runs(pool, root) and self._precedes(root, task)
        ]

    def _precedes(self, root: Root, task: Root) -> bool:
        if task.many and self._parallel.starts_at_all(task, root):
            return True
        return self._parallel.may_be_running_at_start(root, task)

    def full(self, pool: Address, task: Root, held_up: Iterable[Root], waiting: Iterable[Root]) -> bool:
        """Whether a task finds all workers of its pool occupied: by tasks that are held up, by those that are waiting
        for it, by those that wait for one of these or for others of the pool."""
        occupied = {root: self._before(root, task) for root in held_up}
        for wait in self._waits.between(pool, pool):
            if wait.task is task or self._precedes(wait.task, task):
                several = 1 if wait.alone else self._before(wait.task, task)
                occupied.setdefault(wait.task, several)
        for root in waiting:
            occupied.setdefault(root, 1)
        for root in list(occupied):
            for outer in self._parallel.all_waiting_for(root):
                occupied.setdefault(outer, 1 if occupied[root] == 1 else self._before(outer, task))
        mine = [number for root, number in occupied.items() if self._runs(pool, root)]
        known = [number for number in mine if number is not None]
        return len(known) < len(mine) or sum(known) >= (self._parallel.workers_of(pool) or USUAL)

    def _before(self, root: Root, task: Root) -> int | None:
        """How many tasks of one kind can be there before the last of another kind; None where there is no limit."""
        several, last = self._at_once(root), self._at_once(task)
        if root is task and several is not None:
            return several - 1
        if several is not None and last is not None and self._parallel.started_only_under(root, task):
            return several * (last - 1) // last
        return several

    def _at_once(self, root: Root) -> int | None:
        return self._crowds.at_once(root) if root.many else 1

    def _runs(self, pool: Address, task: Root) -> bool:
        return any(self._names.may_be_same(each, pool) for each in self.pools(task))


def full_pools(program: Program) -> FullPools:
    """Which pools can be full, and who stands in their queues."""
    return FullPools(program)
