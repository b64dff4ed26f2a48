"""Locks, the orders in which they are taken, the cycles among these that threads can close, and who takes what.

The plain structure behind a drawing: everything is told by number and by place, and nothing in it knows the abstract
run. One lock here is what people call by one name: all instances of a class share it, as in `lock_names`. An order is
*direct* where no third lock is taken between its two; one that never is follows from others.

Sources: `critical_pairs` (every acquisition), `lock_order` (orders and cycles), `parallel` (who reaches what). It does
not know orders through semaphores, through waiting for threads, or under more locks than `critical_pairs` looks at.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from ...model.finding import Confidence
from ...model.place import Place
from ...program.program import Program
from ...program.values import Address
from ..execution import Activation, Hold, Root, kind_of, lock_of
from ..lock_names import Names, lock_names
from ..parallel import Parallel, parallel
from ..parallel.own_locks import own_locks
from ..traces import traces
from .critical_pairs import CriticalPairs, Pair, critical_pairs
from .deadlock_stories import deadlock_stories
from .lock_order import lock_order

OUTSIDE = "outside"
"""The kind of the line that stands for everybody who calls functions of the program from outside."""


class Lock(NamedTuple):
    """A lock: `name` for messages, `full` with all that it hangs on, of which `module` is the first part (in a function
    of a library, all but the last). `made` is where, if it is known; `taken` every place that takes it."""

    name: str
    full: str
    module: str
    kind: str
    made: Place | None
    taken: tuple[Place, ...]


class Nesting(NamedTuple):
    """One way in which a lock is taken under another: where each of both is taken, in which functions, and by which
    threads (by number). `waits`: the inner acquisition waits for ever."""

    held: Place
    holder: str
    wanted: Place
    taker: str
    threads: tuple[int, ...]
    direct: bool
    waits: bool


class Nested(NamedTuple):
    """An order: the lock `wanted` is taken while `held` is; `cycles` are those that it helps to close."""

    held: int
    wanted: int
    ways: tuple[Nesting, ...]
    cycles: tuple[int, ...]

    @property
    def direct(self) -> bool:
        """Whether some way takes one right after the other."""
        return any(way.direct for way in self.ways)


class Ring(NamedTuple):
    """Locks, each wanted by a holder of the one before, and the first by a holder of the last. `kind` is opposite (two
    locks), circle (more), instances (one lock of two objects of a class) or self (a plain lock and its holder);
    `confidence` that of the surest finding about them."""

    kind: str
    locks: tuple[int, ...]
    confidence: str


class Line(NamedTuple):
    """A thread: what runs on it begins at `begins` and is started at `starts`. `kind` is thread, main (a module's own
    top level) or outside; `many`: several may run at once; `locks` are those that it can take."""

    kind: str
    name: str
    spelling: str
    begins: Place | None
    function: str
    starts: tuple[Place, ...]
    many: bool
    locks: tuple[int, ...]


class LockGraph(NamedTuple):
    """The answer. Locks are in order of their full names, all else in order of locks and places."""

    locks: tuple[Lock, ...]
    orders: tuple[Nested, ...]
    cycles: tuple[Ring, ...]
    threads: tuple[Line, ...]

    def around(self, paths: frozenset[str]) -> LockGraph:
        """What has to do with some files: the locks made or taken there, those nested with them, and the threads that
        take one of all these or begin there."""
        near = {
            number for number, lock in enumerate(self.locks)
            if any(place.path in paths for place in (*lock.taken, *filter(None, (lock.made,))))
        }  # fmt: skip
        rings = {index for index, ring in enumerate(self.cycles) if not near.isdisjoint(ring.locks)}
        seen = near | {lock for index in rings for lock in self.cycles[index].locks}
        for order in self.orders:
            if order.held in near or order.wanted in near:
                seen |= {order.held, order.wanted}
        orders = [
            order for order in self.orders
            if order.held in near or order.wanted in near or not rings.isdisjoint(order.cycles)
        ]  # fmt: skip
        locks = {old: new for new, old in enumerate(sorted(seen))}
        ring_of = {old: new for new, old in enumerate(sorted(rings))}
        kept = [
            number for number, line in enumerate(self.threads)
            if not seen.isdisjoint(line.locks) or (line.begins is not None and line.begins.path in paths)
        ]  # fmt: skip
        thread = {old: new for new, old in enumerate(kept)}
        return LockGraph(
            tuple(self.locks[old] for old in locks),
            tuple(
                Nested(
                    locks[order.held], locks[order.wanted],
                    tuple(
                        way._replace(threads=tuple(thread[each] for each in way.threads if each in thread))
                        for way in order.ways
                    ),
                    tuple(ring_of[each] for each in order.cycles if each in ring_of),
                )
                for order in orders
            ),
            tuple(
                ring._replace(locks=tuple(locks[each] for each in ring.locks))
                for index, ring in enumerate(self.cycles) if index in rings
            ),
            tuple(
                line._replace(locks=tuple(locks[each] for each in line.locks if each in locks))
                for line in (self.threads[old] for old in kept)
            ),
        )  # fmt: skip


class _Maker:
    """Gathers the graph of one program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._names: Names = program.ask(lock_names)
        self._pairs: CriticalPairs = program.ask(critical_pairs)
        self._together: Parallel = program.ask(parallel)
        self._locks: list[Lock] = self._found_locks()
        self._number = {lock.full: number for number, lock in enumerate(self._locks)}
        self._behind = self._found_behind()
        self._lines: list[Line] = []
        self._line_of: dict[Root, int] = {}
        self._find_lines()

    def made(self) -> LockGraph:
        """Everything, numbered."""
        program_order = self._program.ask(lock_order)
        stories = self._program.ask(deadlock_stories)
        ways: dict[tuple[int, int], dict[tuple[Place, Place], Nesting]] = defaultdict(dict)
        for orders in program_order.orders.values():
            for order in orders:
                self._add(ways[self._index(order.held), self._index(order.wanted)], order.pair, order.held)
        rings: dict[tuple[tuple[int, ...], str], tuple[set[tuple[int, int]], set[Confidence]]] = {}
        for cycle in program_order.cycles():
            edges = [(self._index(order.held), self._index(order.wanted)) for order in cycle.orders]
            kind = "instances" if cycle.same_class else "opposite" if len(edges) == 2 else "circle"
            held = list(dict.fromkeys(one for one, _ in edges))
            first = held.index(min(held))
            closing, sure = rings.setdefault((tuple(held[first:] + held[:first]), kind), (set(), set()))
            closing.update(edges)
            sure.add(stories.tell(cycle).confidence)
        for pair in self._pairs.again:
            lock = self._index(pair.wanted)
            self._add(ways[lock, lock], pair, pair.wanted)
            closing, sure = rings.setdefault(((lock,), "self"), (set(), set()))
            closing.add((lock, lock))
            sure.add(self._sureness(pair))
        numbered = sorted(rings.items())
        nested = [
            Nested(
                *edge,
                tuple(sorted(found.values(), key=lambda way: (way.held, way.wanted))),
                tuple(index for index, (_, (edges, _)) in enumerate(numbered) if edge in edges),
            )
            for edge, found in sorted(ways.items())
            if found
        ]
        cycles = tuple(Ring(kind, locks, _surest(sure)) for (locks, kind), (_, sure) in numbered)
        return LockGraph(tuple(self._locks), tuple(nested), cycles, tuple(self._lines))

    def _sureness(self, pair: Pair) -> Confidence:
        """How sure it is that a holder gets to its own plain lock."""
        trace = self._program.ask(traces).trace(self._together.roots_of(pair.event.activation)[0], pair.event)
        hold = trace.hold_of(pair.wanted)
        sure = hold is not None and trace.certain(hold) and self._program.ask(own_locks).surely_plain(pair.wanted)
        return Confidence.HIGH if sure else Confidence.LOW

    # --- locks --------------------------------------------------------------------------------------------------

    def _acquisitions(self) -> Iterator[Pair]:
        yield from self._pairs.all
        yield from self._pairs.again

    def _index(self, address: Address) -> int:
        return self._number[self._names.spelling(address).full]

    def _found_locks(self) -> list[Lock]:
        found: dict[str, list[Pair]] = defaultdict(list)
        for pair in self._acquisitions():
            found[self._names.spelling(pair.wanted).full].append(pair)
        return [self._lock(full, pairs) for full, pairs in sorted(found.items())]

    def _lock(self, full: str, pairs: list[Pair]) -> Lock:
        objects = [lock_of(event.detail.obj) for pair in pairs for event in pair.events]
        kinds = {kind_of(obj).spelling for obj in objects if obj.type}
        known = sorted(kinds - {"lock"}) or ["lock"]
        return Lock(
            self._names.spelling(pairs[0].wanted).short, full, self._module(full), " or ".join(known),
            min(filter(None, (self._site(obj.site) for obj in objects)), default=None),
            tuple(sorted({self._program.place(pair.function, pair.event.at) for pair in pairs})),
        )  # fmt: skip

    def _module(self, full: str) -> str:
        """The longest first part of a name that is a module of the program."""
        name = full.rpartition(".")[0]
        while name and name not in self._program.modules:
            name = name.rpartition(".")[0]
        return name or full.rpartition(".")[0]

    def _site(self, site: tuple[str, int] | None) -> Place | None:
        module = self._program.modules.get(site[0]) if site is not None else None
        if site is None or module is None:
            return None
        return Place(module.source.path, site[1], site[1])

    # --- threads ------------------------------------------------------------------------------------------------

    def _find_lines(self) -> None:
        """Threads of the program, by where they begin, then modules, then the one line for everybody outside."""
        outside: set[int] = set()
        callers: list[Root] = []
        lines: dict[tuple[bool, Place | None, str, str, tuple[Place, ...]], list[tuple[Line, Root]]] = defaultdict(list)
        for root in self._together.roots:
            if root.domain != "thread":
                continue
            locks = self._locks_of(root)
            if root.kind == "entry":
                outside |= locks
                callers.append(root)
            elif root.kind == "thread" or locks:
                line = self._line(root, locks)
                alike = (line.kind != "thread", line.begins, line.name, line.spelling, line.starts)
                lines[alike].append((line, root))
        for alike in sorted(lines):
            found = lines[alike]
            both = {lock for line, _ in found for lock in line.locks}
            self._line_of.update((root, len(self._lines)) for _, root in found)
            first = found[0][0]
            self._lines.append(first._replace(many=any(line.many for line, _ in found), locks=tuple(sorted(both))))
        if outside:
            for root in callers:
                self._line_of[root] = len(self._lines)
            name = "callers from outside"
            self._lines.append(Line(OUTSIDE, name, name, None, "", (), True, tuple(sorted(outside))))

    def _line(self, root: Root, locks: set[int]) -> Line:
        function = root.function
        main = root.kind == "main"
        return Line(
            root.kind,
            function.module.name if main else root.name,
            "main thread" if main else root.spelling,
            self._program.place(function, (0, 0) if main else function.facts.name_at),
            function.qualname,
            tuple(sorted({self._program.place(event.function, event.at) for event in root.spawns})),
            root.many,
            tuple(sorted(locks)),
        )

    def _locks_of(self, root: Root) -> set[int]:
        found = 0
        for each in root.members:
            found |= self._behind.get(each.activation, 0)
        return {number for number in range(len(self._locks)) if found >> number & 1}

    def _found_behind(self) -> dict[Activation, int]:
        """The locks taken in each activation and in all that it leads to, one bit for each lock."""
        callers = self._together.execution.callers
        behind: dict[Activation, int] = defaultdict(int)
        for pair in self._acquisitions():
            for event in pair.events:
                behind[event.activation] |= 1 << self._index(pair.wanted)
        pending = list(behind)
        for activation in pending:
            locks = behind[activation]
            for caller, _ in callers.get(activation, ()):
                if behind[caller] | locks != behind[caller]:
                    behind[caller] |= locks
                    pending.append(caller)
        return behind

    # --- orders -------------------------------------------------------------------------------------------------

    def _add(self, ways: dict[tuple[Place, Place], Nesting], pair: Pair, held: Address) -> None:
        """The ways of one pair in all its contexts, each pair of places once."""
        for event in pair.events:
            holds = [hold for hold in event.held if hold.kind.domain == "thread" and hold.kind.excludes]
            for hold in holds:
                if hold.lock is held:
                    threads = {
                        self._line_of[root]
                        for root in self._together.roots_of(event.activation)
                        if root in self._line_of
                    }
                    way = Nesting(
                        self._at(hold), hold.function.qualname,
                        self._program.place(pair.function, event.at), pair.function.qualname,
                        tuple(sorted(threads)), hold is holds[-1], pair.waits,
                    )  # fmt: skip
                    known = ways.get((way.held, way.wanted))
                    ways[way.held, way.wanted] = way if known is None else _both(known, way)

    def _at(self, hold: Hold) -> Place:
        return self._program.place(hold.function, hold.at)


def _both(one: Nesting, other: Nesting) -> Nesting:
    return one._replace(
        threads=tuple(sorted({*one.threads, *other.threads})),
        direct=one.direct or other.direct,
        waits=one.waits or other.waits,
    )


def _surest(among: set[Confidence]) -> str:
    return next(each.value for each in (Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW) if each in among)


def lock_graph(program: Program) -> LockGraph:
    """Locks, threads and the order between them."""
    return _Maker(program).made()
