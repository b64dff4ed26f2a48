"""Whom a waiting waits for, and which locks that keeps from them all their life.

Domain. The roots that a `join()`, `result()`, `shutdown()` or the end of a pool's block waits for, by the addresses
of threads, futures and pools. A lock is *kept out* of a root when each of its starts and the waiting for its end lie
in one holding of the lock: the thread that holds it does not let go before the other has ended, so that the other, if
it wants the lock, waits for it and never has it.
"""
from __future__ import annotations

from collections import defaultdict

from ...program.program import Program
from ...program.values import Address, Obj
from ..execution import Hold, LibraryCall, Root
from ..lock_names import Names, lock_names
from ..parallel import Parallel, parallel
from .waiting import Waiting, waiting

ENDS = frozenset({"thread", "future", "pool", "futures"})
"""What is waited for when it is waited for the end of threads or tasks."""


class Awaited:
    """The answer: `roots` of a waiting, and `kept_out`."""

    def __init__(self, program: Program) -> None:
        self._names: Names = program.ask(lock_names)
        self._parallel: Parallel = program.ask(parallel)
        self._by_address: dict[tuple[str, ...], list[Root]] = defaultdict(list)
        self._by_pool: dict[tuple[str, ...], list[tuple[Address, Root]]] = defaultdict(list)
        pools = self._parallel.execution.explorer.pool_of
        for root in self._parallel.roots:
            for address in root.addresses:
                self._by_address[self._names.identity(address)].append(root)
                if address in pools:
                    self._by_pool[self._names.identity(pools[address])].append((pools[address], root))
        self._kept: dict[Root, frozenset[Address]] = {}
        self._waits = [each for each in program.ask(waiting) if each.length == "forever" and each.wait.on in ENDS]
        self._waits_of: dict[Root, list[Waiting]] | None = None
        for each in self._waits:
            if each.held:
                for root in self.roots(each):
                    self._kept[root] = self._kept.get(root, frozenset()) | _held_all_along(each, root)

    def roots(self, each: Waiting) -> list[Root]:
        """The threads and tasks that have to end first."""
        found: list[Root] = []
        for target in each.targets:
            if each.wait.on == "pool":
                tasks = self._by_pool.get(self._names.identity(target), ())
                found.extend(root for pool, root in tasks if self._names.may_be_same(pool, target))
            else:
                for root in self._by_address.get(self._names.identity(target), ()):
                    if any(self._names.may_be_same(address, target) for address in root.addresses):
                        found.append(root)
        if each.wait.on == "futures":
            waited = self.futures(each) or each.event.running
            found = [root for root in self._parallel.roots if not root.addresses.isdisjoint(waited)]
        return list(dict.fromkeys(found))

    def futures(self, each: Waiting) -> list[Address]:
        """The futures that `wait()` or `as_completed()` is given, as far as they are known."""
        call: LibraryCall = each.event.detail
        given = call.arguments.positional[0] if call.arguments.positional else ()
        explorer = self._parallel.execution.explorer
        return [value.address for value in explorer.elements_of(given) if isinstance(value, Obj)]

    def waits_of(self, root: Root) -> list[Waiting]:
        """Where a root waits for the end of others."""
        if self._waits_of is None:
            self._waits_of = defaultdict(list)
            for each in self._waits:
                for waiter in self._parallel.roots_of(each.event.activation):
                    self._waits_of[waiter].append(each)
        return self._waits_of.get(root, [])

    def kept_out(self, root: Root) -> frozenset[Address]:
        """Locks that a root can wait for and never have."""
        return self._kept.get(root, frozenset())


def _held_all_along(each: Waiting, root: Root) -> frozenset[Address]:
    """The locks held at a waiting that were held without a break since each start of the root."""
    if not root.spawns:
        return frozenset()
    started = [{_holding(hold) for hold in event.held} for event in root.spawns]
    return frozenset(
        hold.lock for hold in each.held if hold.lock.single and all(_holding(hold) in start for start in started)
    )


def _holding(hold: Hold) -> tuple[object, ...]:
    return hold.lock, hold.activation, hold.at


def awaited(program: Program) -> Awaited:
    """Whom the program's waitings wait for."""
    return Awaited(program)
