"""Tasks that wait for other tasks of the pool that runs them.

Definitions. A task of pool P waits for P when it asks for the result of a future of P, or shuts P down and waits,
without a timeout. With one worker it waits for ever. With more it does once every worker runs such a task: possible
when as many of them can be under way as there are workers.
"""
from __future__ import annotations

from typing import NamedTuple

from ...program.program import Program
from ...program.values import Address, Lit, Obj
from ..execution import LibraryCall, Root
from ..lock_names import Names, lock_names
from ..parallel import Parallel, parallel
from .waiting import Waiting, waiting


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
        self._pool_of = self._parallel.execution.explorer.pool_of
        self.found: list[PoolWait] = []
        for each in program.ask(waiting):
            if each.length == "forever" and each.wait.on in ("future", "futures", "pool"):
                for pool in self._awaited(each):
                    found = self._of(each, pool)
                    if found is not None:
                        self.found.append(found)
                        break

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

    def _of(self, each: Waiting, pool: Address) -> PoolWait | None:
        for root in self._parallel.roots_of(each.event.activation):
            if root.kind != "thread" or root.domain != "thread":
                continue
            homes = [self._pool_of[address] for address in root.addresses if address in self._pool_of]
            if not any(self._names.may_be_same(home, pool) for home in homes):
                continue
            workers = self._workers(homes[0])
            if workers == 1 or root.many or (workers is not None and len(root.spawns) >= workers):
                return PoolWait(each, root, pool, workers)
        return None

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
