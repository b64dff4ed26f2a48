"""Tasks that wait for other tasks of the pool that runs them, or of one whose tasks wait for theirs.

Definitions. A task of pool P waits for Q when it asks for the result of a future of Q, or shuts Q down and waits,
without a timeout; or when it waits like that for a task that does. A task that waits for P itself waits for ever once
every worker of P runs such a task: possible when as many of them can be under way as there are workers (`crowds`),
whatever functions they run. So do the tasks of two pools that wait for each other, once every worker of both runs one
that waits. A pool whose size the text does not show has `USUAL` workers or more.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from ...program.program import Program
from ...program.values import Address
from ..execution import Root
from ..lock_names import Names, lock_names
from ..parallel import Parallel, parallel
from .awaited import Awaited, awaited
from .crowds import Crowds, crowds
from .waiting import Waiting, waiting

USUAL = 5
"""`max_workers` when it is not given: the number of processors and four more."""

_TRIED = ("try", "timed")
"""Ways of taking a lock which whoever does not get it goes on without."""


class PoolWait(NamedTuple):
    """`task` of `pool`, which has so many `workers` (None where the text does not show it), waits for a task of the
    pool `awaited`. `through`: it waits for another task, which does so in turn. `back`: where, if these are two
    pools, a task of the one that is waited for waits for this one."""

    waiting: Waiting
    task: Root
    pool: Address
    workers: int | None
    awaited: Address
    through: bool = False
    back: Waiting | None = None

    @property
    def alone(self) -> bool:
        """Whether it waits under a lock that whoever does not get it goes on without: only one such task does."""
        return any(hold.how in _TRIED for hold in self.waiting.held)


class PoolWaits:
    """The answer: `found`, and all waits `between` pools, whether these starve or not."""

    def __init__(self, program: Program) -> None:
        self._parallel: Parallel = program.ask(parallel)
        names: Names = program.ask(lock_names)
        self._names = names
        self._crowds: Crowds = program.ask(crowds)
        self._awaited: Awaited = program.ask(awaited)
        self._pool_of = self._parallel.execution.explorer.pool_of
        waits = [
            wait
            for each in program.ask(waiting)
            if each.length == "forever" and each.wait.on in ("future", "futures", "pool")
            for wait in self._waits(each)
        ]
        self._between: dict[tuple[object, object], list[PoolWait]] = defaultdict(list)
        for wait in waits:
            self._between[names.identity(wait.pool), names.identity(wait.awaited)].append(wait)
        self.found: list[PoolWait] = []
        told: set[object] = set()
        for wait in waits:
            pools = frozenset((names.identity(wait.pool), names.identity(wait.awaited)))
            about: object = id(wait.waiting) if len(pools) == 1 else pools
            if about not in told and (starving := self._starving(wait)):
                told.add(about)
                self.found.append(starving)

    def between(self, pool: Address, awaited: Address) -> list[PoolWait]:
        """The waits of tasks of one pool for tasks of another, or of the same."""
        same, names = self._names.may_be_same, self._names
        return [
            wait
            for wait in self._between.get((names.identity(pool), names.identity(awaited)), ())
            if same(wait.pool, pool) and same(wait.awaited, awaited)
        ]

    def _starving(self, wait: PoolWait) -> PoolWait | None:
        """The waiting if every worker of the pool can be running a task that waits like this; or of both pools, where
        tasks of another are waited for."""
        pool, other = wait.pool, wait.awaited
        own = self.between(pool, pool)
        if wait in own:
            return wait if self._fill(pool, wait.task, own) else None
        back = [each for each in self.between(other, pool) if self._parallel.beside(each.task, wait.task)]
        if back and self._fill(pool, wait.task, [*self.between(pool, other), *own]):
            theirs = [*back, *self.between(other, other)]
            for each in back:
                if self._fill(other, each.task, theirs):
                    return wait._replace(back=each.waiting)
        return None

    def _fill(self, pool: Address, task: Root, waits: list[PoolWait]) -> bool:
        """Whether tasks that wait, and can be under way beside one of them, are as many as a pool has workers."""
        there = [
            wait
            for wait in waits
            if wait.task is task or self._parallel.beside(wait.task, task)
        ]
        alone = {wait.task for wait in there if wait.alone} - {wait.task for wait in there if not wait.alone}
        occupied = 0
        for each in dict.fromkeys(wait.task for wait in there):
            several = self._crowds.at_once(each) if each.many and each not in alone else 1
            if several is None:
                return True
            occupied += several
        return occupied >= (self._parallel.workers_of(pool) or USUAL)

    def _pools(self, each: Waiting) -> list[Address]:
        """The pools whose tasks are waited for."""
        if each.wait.on == "pool":
            return each.targets
        targets = self._awaited.futures(each) if each.wait.on == "futures" else each.targets
        return [self._pool_of[target] for target in targets if target in self._pool_of]

    def _waits(self, each: Waiting) -> Iterator[PoolWait]:
        """The tasks that wait here, each with the pools that run them and those that they wait for."""
        pools = dict.fromkeys(self._pools(each), False)
        for root in self._awaited.roots(each) if pools else ():
            for further in self._awaited.waits_of(root):
                for pool in self._pools(further):
                    pools.setdefault(pool, True)
        for root in self._parallel.roots_of(each.event.activation) if pools else ():
            if root.kind == "thread" and root.domain == "thread":
                for home in dict.fromkeys(self._pool_of[a] for a in root.addresses if a in self._pool_of):
                    if not self._made_within(root, home):
                        for pool, through in pools.items():
                            yield PoolWait(each, root, home, self._parallel.workers_of(home), pool, through)

    def _made_within(self, task: Root, pool: Address) -> bool:
        """Whether the task makes the pool that it waits for: that is another one than the pool that runs it."""
        made = self._parallel.execution.explorer.constructions.get(pool)
        if made is None or pool.kind != "site":
            return False
        return any(activation.function is made[3].function for activation in self._parallel.reached(task))


def pool_waits(program: Program) -> PoolWaits:
    """Tasks that may starve their own pool."""
    return PoolWaits(program)
