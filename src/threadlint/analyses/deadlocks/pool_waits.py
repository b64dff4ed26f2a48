"""Tasks that wait for other tasks of the pool that runs them.

Definitions. A task of pool P waits for P when it asks for the result of a future of P, or shuts P down and waits,
without a timeout. With one worker it waits for ever. With more it does once every worker runs such a task: possible
when as many of them can be under way as there are workers (`crowds`), whatever functions they run. A pool whose size
the text does not show has `USUAL` workers or more.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...program.program import Program
from ...program.values import Address, Lit, Obj
from ..execution import LibraryCall, Root
from ..lock_names import Names, lock_names
from ..parallel import Parallel, parallel
from .crowds import Crowds, crowds
from .waiting import Waiting, waiting

USUAL = 5
"""`max_workers` when it is not given: the number of processors and four more."""

_TRIED = ("try", "timed")
"""Ways of taking a lock which whoever does not get it goes on without."""


class PoolWait(NamedTuple):
    """`task` waits for its own `pool`; `workers` is None where the text does not show how many there are."""

    waiting: Waiting
    task: Root
    pool: Address
    workers: int | None


class PoolWaits:
    """The answer: `found`."""

    def __init__(self, program: Program) -> None:
        self._parallel: Parallel = program.ask(parallel)
        self._names: Names = program.ask(lock_names)
        self._crowds: Crowds = program.ask(crowds)
        self._pool_of = self._parallel.execution.explorer.pool_of
        waits = [
            PoolWait(each, task, pool, self._workers(pool))
            for each in program.ask(waiting)
            if each.length == "forever" and each.wait.on in ("future", "futures", "pool")
            for task, pool in self._tasks(each)
        ]
        self.found: list[PoolWait] = []
        told: set[int] = set()
        for wait in waits:
            if id(wait.waiting) not in told and self._starves(wait, waits):
                told.add(id(wait.waiting))
                self.found.append(wait)

    def _starves(self, wait: PoolWait, waits: list[PoolWait]) -> bool:
        """Whether every worker of the pool can be running a task that waits like this."""
        beside = dict.fromkeys(
            other.task
            for other in waits
            if self._names.may_be_same(other.pool, wait.pool)
            and (other.task is wait.task or self._parallel.beside(other.task, wait.task))
        )
        tried = {other.task for other in waits if any(hold.how in _TRIED for hold in other.waiting.held)}
        alone = tried - {other.task for other in waits if not any(hold.how in _TRIED for hold in other.waiting.held)}
        occupied = 0
        for task in beside:
            several = self._crowds.at_once(task) if task.many and task not in alone else 1
            if several is None:
                return True
            occupied += several
        return occupied >= (wait.workers or USUAL)

    def _awaited(self, each: Waiting) -> list[Address]:
        """The pools whose tasks are waited for."""
        if each.wait.on == "pool":
            return each.targets
        call: LibraryCall = each.event.detail
        targets = each.targets
        if each.wait.on == "futures" and call.arguments.positional:
            given = self._parallel.execution.explorer.elements_of(call.arguments.positional[0])
            targets = [value.address for value in given if isinstance(value, Obj)]
        return [self._pool_of[target] for target in targets if target in self._pool_of]

    def _tasks(self, each: Waiting) -> Iterator[tuple[Root, Address]]:
        """The tasks that wait here for the pool that runs them, each with that pool."""
        pools = self._awaited(each)
        for root in self._parallel.roots_of(each.event.activation) if pools else ():
            if root.kind == "thread" and root.domain == "thread":
                homes = [self._pool_of[address] for address in root.addresses if address in self._pool_of]
                mine = [home for home in homes if any(self._names.may_be_same(home, pool) for pool in pools)]
                if mine and not self._made_within(root, mine[0]):
                    yield root, mine[0]

    def _made_within(self, task: Root, pool: Address) -> bool:
        """Whether the task makes the pool that it waits for: that is another one than the pool that runs it."""
        made = self._parallel.execution.explorer.constructions.get(pool)
        if made is None or pool.kind != "site":
            return False
        return any(activation.function is made[3].function for activation in self._parallel.reached(task))

    def _workers(self, pool: Address) -> int | None:
        made = self._parallel.execution.explorer.constructions.get(pool)
        if made is None:
            return None
        given = made[1].get(0, "max_workers") or made[1].get(0, "processes")
        if given and len(given) == 1 and isinstance(given[0], Lit) and isinstance(given[0].value, int):
            return given[0].value
        return None


def pool_waits(program: Program) -> PoolWaits:
    """Tasks that may starve their own pool."""
    return PoolWaits(program)
