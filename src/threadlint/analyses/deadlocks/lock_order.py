"""Orders in which locks are taken, and the cycles among them that threads can close.

A set of critical pairs ⟨X₁, ℓ₁⟩ … ⟨Xₙ, ℓₙ⟩, one for each of n threads, deadlocks iff every ℓᵢ may be in Xᵢ₊₁ (the
last in the first), the Xᵢ share no lock (a lock held by all is a *gate*: it lets one thread in at a time), every
acquisition waits for ever, the events may happen at the same time, no signal has the one come before the other, and
no lock of Xᵢ is held by somebody else as long as the thread lives. n = 2 is found by index on (held → wanted), larger
n by search in the graph of lock identities.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import islice, pairwise
from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.values import Address
from ..execution import Event, Hold, Root
from ..execution.events import vague
from ..lock_names import Names, lock_names
from ..parallel import Occurrence, Parallel, parallel
from ..sharing.handovers import Handovers, handovers
from .awaited import Awaited, awaited
from .critical_pairs import Pair, critical_pairs

LONGEST = 4
TRIES = 400
"""Combinations of pairs tried for one cycle of identities."""
MOST_THREADS = 40
"""Threads tried for one acquisition."""


class Order(NamedTuple):
    """One thread takes `pair.wanted` while it holds `hold`; in a cycle, `occurrence` is the thread that does."""

    hold: Hold
    pair: Pair
    occurrence: Occurrence | None = None

    @property
    def root(self) -> Root:
        """The thread that takes part in a cycle."""
        assert self.occurrence is not None
        return self.occurrence.root

    @property
    def event(self) -> Event:
        """The acquisition as that thread meets it."""
        return self.occurrence.event if self.occurrence is not None else self.pair.event

    @property
    def held(self) -> Address:
        return self.hold.lock

    @property
    def wanted(self) -> Address:
        return self.pair.wanted


class Cycle(NamedTuple):
    """Orders that close: each wants what the next one holds. `same_class`: the locks are one attribute of different
    instances of a class."""

    orders: tuple[Order, ...]
    same_class: bool


class LockOrder:
    """The answer: `orders`, and `cycles()`."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._names: Names = program.ask(lock_names)
        self._parallel: Parallel = program.ask(parallel)
        self._handovers: Handovers = program.ask(handovers)
        self._awaited: Awaited = program.ask(awaited)
        self.orders: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Order]] = defaultdict(list)
        for pair in program.ask(critical_pairs).nested:
            for hold in pair.held:
                if hold.kind.excludes:
                    names = (self._names.identity(hold.lock), self._names.identity(pair.wanted))
                    told_apart = pair if names[0] != names[1] else self._told_apart(hold.lock, pair)
                    if told_apart is not None:
                        self.orders[names].append(Order(hold, told_apart))

    def cycles(self) -> Iterator[Cycle]:
        """Every cycle that threads can close, once for each set of locks, shortest first."""
        done: set[frozenset[object]] = set()
        for path in self._identity_cycles():
            for cycle in self._closed_by_threads(path):
                locks = frozenset(self._key(order.held) for order in cycle.orders) | {path}
                if locks not in done:
                    done.add(locks)
                    yield cycle

    def _key(self, address: Address) -> object:
        return address if address.single else self._names.identity(address)

    def _identity_cycles(self) -> Iterator[tuple[tuple[str, ...], ...]]:
        """Cycles in the graph of lock identities, each once, starting at its least member; a lock class nested in
        itself is a cycle of one."""
        graph: dict[tuple[str, ...], list[tuple[str, ...]]] = defaultdict(list)
        for held, wanted in sorted(self.orders):
            graph[held].append(wanted)
        for length in range(1, LONGEST + 1):
            for start in list(graph):
                yield from self._paths(graph, (start,), length)

    def _paths(
        self, graph: dict[tuple[str, ...], list[tuple[str, ...]]], path: tuple[tuple[str, ...], ...], length: int
    ) -> Iterator[tuple[tuple[str, ...], ...]]:
        for following in graph.get(path[-1], ()):
            if len(path) == length:
                if following == path[0]:
                    yield path
            elif following > path[0] and following not in path:
                yield from self._paths(graph, (*path, following), length)

    def _closed_by_threads(self, path: tuple[tuple[str, ...], ...]) -> Iterator[Cycle]:
        steps = [self.orders[a, b] for a, b in pairwise((*path, path[0]))]
        if len(path) == 1:
            steps = steps * 2  # two instances of one class
        found_locks: set[frozenset[object]] = set()
        for combination in islice(_combinations(steps), TRIES):
            locks = frozenset(self._key(order.held) for order in combination)
            if locks not in found_locks and self._closes(combination):
                together = self._threads(combination)
                if together is not None:
                    found_locks.add(locks)
                    same = len(path) == 1 and all(o.held.kind == o.wanted.kind == "field" for o in together)
                    yield Cycle(together, same)

    def _closes(self, orders: tuple[Order, ...]) -> bool:
        for order, following in pairwise((*orders, orders[0])):
            if not order.pair.waits or not self._names.may_be_same(order.wanted, following.held):
                return False
        for index, order in enumerate(orders):
            for other in orders[index + 1 :]:
                if self._gated(order, other):
                    return False
        return len(orders) == 2 or not _throttled(orders)

    def _threads(self, orders: tuple[Order, ...]) -> tuple[Order, ...] | None:
        """The same orders with threads that can take them at the same time; None when there are none."""
        choices = [
            [each for each in self._parallel.meetings(order.pair.events)[:MOST_THREADS] if self._may_hold(each)]
            for order in orders
        ]

        def chosen(index: int, taken: tuple[Occurrence, ...]) -> tuple[Occurrence, ...] | None:
            if index == len(choices):
                return taken
            for occurrence in choices[index]:
                if all(self._at_once(occurrence, other) for other in taken):
                    found = chosen(index + 1, (*taken, occurrence))
                    if found is not None:
                        return found
            return None

        found = chosen(0, ())
        if found is None:
            return None
        return tuple(order._replace(occurrence=occurrence) for order, occurrence in zip(orders, found, strict=True))

    def _told_apart(self, held: Address, pair: Pair) -> Pair | None:
        """The pair in contexts where two objects of one class are known to be two: parameters of one call, objects made
        at two places, or one and the other that it is linked with; what else hangs off an object may be that very
        object."""
        owners = [address.base for address in (held, pair.wanted)]
        if not self._twins(*owners):
            if any(
                owner is not None and not owner.single and (owner.kind != "some" or vague(owner)) for owner in owners
            ):
                return None
            if all(owner is not None and owner.kind == "some" and owner.key[1] == "self" for owner in owners):
                return None  # one object, seen as an instance of its class and of a base
        events = tuple(event for event in pair.events if not event.activation.widened)
        return pair._replace(events=events) if events else None

    def _twins(self, one: Address | None, other: Address | None) -> bool:
        """Whether one of two objects is what the other keeps in an attribute by which the two point at each other."""
        if one is None or other is None:
            return False
        far, near = (one, other) if one.base is other else (other, one)
        return far.kind == "field" and far.base is near and far.key in self._mutual

    @cached_property
    def _mutual(self) -> frozenset[str]:
        """Attributes that are set both ways: `self.peer = other` and `other.peer = self`."""
        found = set()
        for function in self._program.functions:
            links = {
                (owner, attr, binding.expr.id)
                for owner, attr, binding in function.index.attributes
                if isinstance(binding.expr, f.Name)
            }
            found |= {attr for owner, attr, other in links if owner != other and (other, attr, owner) in links}
        return frozenset(found)

    def _may_hold(self, each: Occurrence) -> bool:
        """Whether the thread can have the locks that it holds there."""
        kept = self._awaited.kept_out(each.root)
        return not kept or not any(hold.lock in kept for hold in each.event.held)

    def _at_once(self, one: Occurrence, other: Occurrence) -> bool:
        """Whether two acquisitions may be waiting at the same time."""
        return self._parallel.may_run_together(one, other, locks=True) and not self._handovers.between(one, other)

    def _gated(self, one: Order, other: Order) -> bool:
        """Whether both hold a lock that only one of them can have."""
        for hold in one.pair.held:
            for also in other.pair.held:
                if hold.kind.excludes and (hold.lock is also.lock or self._surely_same(hold.lock, also.lock)):
                    if self._distinct_instances(one, other, hold.lock, also.lock):
                        continue
                    return True
        return False

    def _surely_same(self, one: Address, other: Address) -> bool:
        return self._names.identity(one) == self._names.identity(other) and not (one.single and other.single)

    def _distinct_instances(self, one: Order, other: Order, first: Address, second: Address) -> bool:
        """For two instances of one class, each side's own held lock is not a gate for the other."""
        pair = {self._names.identity(one.held), self._names.identity(one.wanted)}
        return len(pair) == 1 and self._names.identity(first) in pair and not (first.single and first is second)


def _throttled(orders: tuple[Order, ...]) -> bool:
    """Whether all hold one semaphore, which may have too few permits for so many."""
    held = [{hold.lock for hold in order.pair.held if not hold.kind.excludes} for order in orders]
    return bool(set.intersection(*held))


def _combinations(steps: list[list[Order]]) -> Iterator[tuple[Order, ...]]:
    if not steps:
        yield ()
        return
    for order in steps[0]:
        for rest in _combinations(steps[1:]):
            yield (order, *rest)


def lock_order(program: Program) -> LockOrder:
    """The orders in which the program takes its locks."""
    return LockOrder(program)
