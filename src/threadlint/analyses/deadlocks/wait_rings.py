"""Threads that wait, under a lock, for somebody who cannot come without that lock.

Definitions. A waiting W holds the locks X until somebody *ends* it: the thread that is joined, the task whose result is
asked for, the tasks of a pool that is shut down, who puts into the queue, sets the event, notifies the condition, and
those who come to the barrier, of whom all are needed. An
end *needs* a lock of X when it happens under that lock, or when the thread has to take the lock (and waits for it) on
its way there; for a thread or task the whole of it is the way. W is a ring when some end that may still be to come
needs a lock of X and no end that could come meanwhile does without; nor does one come that needs a lock of somebody
who waits for the same.

Longer rings go through further threads: the end needs a lock that another thread holds while it wants one of X; the
thread that is waited for waits in turn for one that needs a lock of X; or the task that is waited for stands in the
queue of its pool behind tasks that need one (`full_pools`).
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from ...knowledge.blocking import ENDERS
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function
from ...program.traverse import stands_in, walk
from ...program.values import Address
from ..execution import Activation, Event, Hold, LibraryCall, Root
from ..lock_names import Names, lock_names
from ..parallel import Occurrence, Parallel, parallel
from ..traces import Traces, traces
from .awaited import ENDS, Awaited, awaited
from .critical_pairs import CriticalPairs, Pair, critical_pairs
from .full_pools import FullPools, full_pools
from .lock_order import LockOrder, Order, lock_order
from .waiting import Waiting, parties_of, waiting

LONGEST = 3
"""Threads followed that wait for each other one after the other."""
_Spot = tuple[Activation, f.Span]


class Ring(NamedTuple):
    """`waiter` waits under `hold`; `other` (a thread that is waited for, or that would end the waiting) gets to `need`,
    an acquisition of that lock. `middle`, if any, is an order by which a third thread closes the ring."""

    waiting: Waiting
    hold: Hold
    waiter: Occurrence
    other: Occurrence
    need: Event
    middle: Order | None = None
    end: Event | None = None
    """The event that would end the waiting (put, set, notify); None where it is the end of the thread."""
    chain: tuple[Waiting, ...] = ()
    """Where what is waited for waits in turn, up to the end of `other`; empty where that is what is waited for."""
    behind: tuple[Root, Address] | None = None
    """The task that waits for a worker of a pool where `other` and its like occupy them all; None where nobody does."""


class Rings:
    """The answer: `found`."""

    def __init__(self, program: Program) -> None:
        self._names: Names = program.ask(lock_names)
        self._parallel: Parallel = program.ask(parallel)
        self._pairs: CriticalPairs = program.ask(critical_pairs)
        self._order: LockOrder = program.ask(lock_order)
        self._traces: Traces = program.ask(traces)
        self._awaited: Awaited = program.ask(awaited)
        self._full_pools: FullPools = program.ask(full_pools)
        self._ends: dict[str, dict[tuple[str, ...], list[Event]]] | None = None
        self._met: dict[Event, list[Occurrence]] = {}
        waits = [
            each
            for each in program.ask(waiting)
            if each.length == "forever"
            and each.held
            and each.wait.on not in ("io", "time", "file", "process")
        ]
        self._for: dict[tuple[str, ...], list[Waiting]] = defaultdict(list)
        for each in waits:
            for target in each.targets:
                self._for[self._names.identity(target)].append(each)
        self.found: list[Ring] = [ring for each in waits if (ring := self._ring(each)) is not None]

    # --- who ends it --------------------------------------------------------------------------------------------

    def _meetings(self, event: Event) -> list[Occurrence]:
        """How roots meet an event; asked once for one waiting, whatever the number of roots."""
        known = self._met.get(event)
        if known is None:
            known = self._met[event] = self._parallel.meetings((event,))
        return known

    def _ring(self, each: Waiting) -> Ring | None:
        self._met.clear()
        if each.wait.on in ENDS:
            ending = list(self._to_end_first(each))
            for root, chain, _ in ending:
                ring = self._through(each, root, None)
                if ring is not None:
                    return ring._replace(chain=chain)
            for root, chain, waiting in ending:
                ring = self._behind(each, root, waiting)
                if ring is not None:
                    return ring._replace(chain=chain)
            return None
        if each.wait.on == "barrier":
            return self._at_barrier(each)
        ring = None
        for end in self._ending(each):
            enders = list(self._parallel.leading(end))  # it would end the waiting, if it ever came to that
            for root in self._parallel.roots_of(end.activation):
                verdict = self._needed_for(each, root, end, [ender for ender in enders if ender.root is root])
                if verdict is False:
                    return None
                if isinstance(verdict, Ring):
                    ring = ring or verdict
        return ring

    def _at_barrier(self, each: Waiting) -> Ring | None:
        """The ring of a waiting at a barrier to which too few can come without a lock that is held there."""
        wanted = parties_of(self._parallel, each.receiver)
        mine = {waiter.root for waiter in self._meetings(each.event)}
        rings: list[Ring] = []
        coming: set[Root] = set()
        for end in self._ending(each):
            enders = list(self._parallel.leading(end))
            for root in self._parallel.roots_of(end.activation):
                verdict = self._needed_for(each, root, end, [ender for ender in enders if ender.root is root])
                if isinstance(verdict, Ring):
                    rings.append(verdict)
                elif root not in mine and verdict is False:
                    coming.add(root)
        if wanted is None or not rings or any(root.many for root in coming | mine):
            return None
        return rings[0] if len(coming) + 1 < wanted else None

    def _to_end_first(self, each: Waiting) -> Iterator[tuple[Root, tuple[Waiting, ...], tuple[Root, ...]]]:
        """The threads and tasks that have to end before the waiting does, the nearest first: those waited for, and
        those that these wait for, each with the waits and the threads on the way there."""
        pending: list[tuple[Root, tuple[Waiting, ...], tuple[Root, ...]]]
        pending = [(root, (), ()) for root in self._awaited.roots(each)]
        seen = {root for root, _, _ in pending}
        for root, chain, way in pending:
            yield root, chain, way
            for further in self._awaited.waits_of(root) if len(chain) < LONGEST else ():
                for awaited_too in self._awaited.roots(further):
                    if awaited_too not in seen and not self._parallel.one_by_one(root, awaited_too):
                        seen.add(awaited_too)
                        pending.append((awaited_too, (*chain, further), (*way, root)))

    def _behind(self, each: Waiting, task: Root, waiting: tuple[Root, ...]) -> Ring | None:
        """The ring of a waiting and tasks that hold up another one because they occupy all workers of its pool."""
        for pool in self._full_pools.pools(task):
            ahead = self._full_pools.ahead_of(task, pool)
            rings = [ring for other in ahead if (ring := self._through(each, other, None)) is not None]
            held_up, waiters = [ring.other.root for ring in rings], [ring.waiter.root for ring in rings]
            if rings and self._full_pools.full(pool, task, held_up, (*waiters, *waiting)):
                return rings[0]._replace(behind=(task, pool))
        return None

    def _ending(self, each: Waiting) -> list[Event]:
        """The calls that end it: on the same queue, event or condition."""
        if self._ends is None:
            self._ends = {on: defaultdict(list) for on in ENDERS}
            for event in self._parallel.execution.events("call"):
                for on, names in ENDERS.items():
                    if event.subject in names and event.activation in self._parallel.reachable:
                        call: LibraryCall = event.detail
                        if call.receiver is not None:
                            self._ends[on][self._names.identity(call.receiver.address)].append(event)
        found: list[Event] = []
        for target in each.targets:
            for event in self._ends.get(each.wait.on, {}).get(self._names.identity(target), ()):
                if self._names.may_be_same(event.detail.receiver.address, target):
                    found.append(event)
        return found

    # --- what they need -----------------------------------------------------------------------------------------

    def _needed_for(self, each: Waiting, root: Root, end: Event, enders: list[Occurrence]) -> Ring | bool | None:
        """A ring when this end needs a held lock; False when it can come without, or came already; None when it does
        not matter."""
        waiters = self._meetings(each.event)
        if all(waiter.root is root for waiter in waiters) and not root.many:
            return False if self._precedes(root, end, each.event) else None
        if not any(
            self._parallel.may_run_together(waiter, ender, locks=True) for waiter in waiters for ender in enders
        ):
            return False
        return self._through(each, root, end) or (None if self._held_back(each, root, end, waiters) else False)

    def _held_back(self, each: Waiting, root: Root, end: Event, waiters: list[Occurrence]) -> bool:
        """Whether the end needs a lock that somebody else holds who waits for the same."""
        return any(
            other.event is not each.event
            and other.wait.on == each.wait.on
            and any(
                self._parallel.may_run_together(waiter, beside, locks=True)
                for waiter in waiters
                for beside in self._meetings(other.event)
            )
            and self._through(other, root, end) is not None
            for target in each.targets
            for other in self._for[self._names.identity(target)]
        )

    def _through(self, each: Waiting, root: Root, end: Event | None) -> Ring | None:
        """The ring of a waiting and a thread that needs a held lock before `end` (or before its own end)."""
        waiters = self._meetings(each.event)
        signals = self._signals(each)
        for hold in each.held:
            for pair, middle in self._needs(hold.lock):
                if _shut_out(each, pair) or (middle is not None and _shut_out(each, middle.pair)):
                    continue
                for event in pair.events:
                    if root not in self._parallel.roots_of(event.activation):
                        continue
                    if end is not None and not self._on_the_way(each, root, pair, event, end):
                        continue
                    for other in self._meetings(event):
                        if other.root is not root or not signals.isdisjoint(other.ended):
                            continue
                        for waiter in waiters:
                            if waiter.root is root and not root.many:
                                continue
                            if not self._parallel.may_run_together(waiter, other, locks=True):
                                continue
                            third = self._middle(middle, waiter, other, signals)
                            if middle is None or third is not None:
                                return Ring(each, hold, waiter, other, event, third, end)
        return None

    def _signals(self, each: Waiting) -> set[Address]:
        """What whoever is behind the waiting knows to have been given: events, items, flags under the condition."""
        flags = self._parallel.execution.explorer.flag_waits.get((each.event.function, each.event.at), set())
        return {*flags, *(each.targets if each.wait.on in ("event", "barrier") else ())}

    def _needs(self, lock: Address) -> Iterator[tuple[Pair, Order | None]]:
        """Acquisitions that wait for a lock, directly or through one more thread."""
        for pair in self._pairs.by_wanted.get(self._names.identity(lock), ()):
            if pair.waits and self._names.may_be_same(pair.wanted, lock):
                yield pair, None
        for (_, wanted), orders in self._order.orders.items():
            if wanted != self._names.identity(lock):
                continue
            for order in orders:
                if order.pair.waits and self._names.may_be_same(order.wanted, lock):
                    for pair in self._pairs.by_wanted.get(self._names.identity(order.held), ()):
                        gates = {hold.lock for hold in pair.held} & {hold.lock for hold in order.pair.held}
                        if pair.waits and not gates and self._names.may_be_same(pair.wanted, order.held):
                            yield pair, order

    def _middle(
        self, middle: Order | None, waiter: Occurrence, other: Occurrence, signals: set[Address]
    ) -> Order | None:
        """The order in the middle, with a thread that runs beside both, and not only once the waiting is over."""
        if middle is None:
            return None
        for third in self._parallel.meetings(middle.pair.events):
            if signals.isdisjoint(third.ended) and all(
                self._parallel.may_run_together(third, each, locks=True) for each in (waiter, other)
            ):
                return middle._replace(occurrence=third)
        return None

    def _on_the_way(self, each: Waiting, root: Root, pair: Pair, event: Event, end: Event) -> bool:
        """Whether a thread takes the pair's lock before it gets to the end: it still holds it there, or has had it. Who
        takes from a full queue in a loop, alone, takes again only after what follows in the loop."""
        if any(self._names.may_be_same(hold.lock, pair.wanted) for hold in end.held):
            return True
        here, there = self._parting(root, event, end)
        if here is None or there is None:
            return False
        if here[1] < there[1]:
            return True
        return each.wait.on == "put" and _alone(root) and _in_one_loop(here[0].function, here[1], there[1])

    def _precedes(self, root: Root, first: Event, second: Event) -> bool:
        """Whether one event of a root comes before another in the text of the function where their ways part."""
        here, there = self._parting(root, first, second)
        return here is not None and there is not None and here[1] < there[1]

    def _parting(self, root: Root, first: Event, second: Event) -> tuple[_Spot | None, _Spot | None]:
        """Where the ways of a root to two events part: two places in one activation."""
        ways: list[list[tuple[Activation, tuple[int, int]]]] = []
        for event in (first, second):
            trace = self._traces.trace(root, event)
            ways.append([(activation, edge.at) for activation, edge in trace.edges] + [(event.activation, event.at)])
        for (one, here), (other, there) in zip(*ways, strict=False):
            if one is not other:
                break
            if here != there:
                return (one, here), (other, there)
        return None, None


def _alone(root: Root) -> bool:
    """Whether one thread at most runs it for one object: many may be those of many objects that each start one."""
    if not root.many:
        return True
    return len(root.spawns) == 1 and all(
        spawn.function.name == "__init__" and not spawn.repeats and not spawn.detail.many for spawn in root.spawns
    )


def _in_one_loop(function: Function, one: f.Span, other: f.Span) -> bool:
    """Whether two places stand in the body of one loop."""
    return any(
        isinstance(loop, (f.While, f.ForLoop)) and stands_in(loop.body, one) and stands_in(loop.body, other)
        for loop in walk(function.facts.body)
    )


def _shut_out(each: Waiting, pair: Pair) -> bool:
    """Whether an acquisition happens under a lock that the one who waits holds."""
    mine = {hold.lock for hold in each.held if hold.lock.single}
    return any(hold.lock in mine and hold.kind.excludes for hold in pair.held)


def wait_rings(program: Program) -> Rings:
    """Waits that hold back whoever would end them."""
    return Rings(program)
