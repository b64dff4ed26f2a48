"""What is drawn of a lock graph, and its words: the same numbers and sentences in every format for eyes.

Locks that are never nested, orders that follow from others and threads that take no lock are counted, not drawn, unless
everything is asked for.
"""
from __future__ import annotations

from collections import Counter
from functools import cached_property

from ...analyses.deadlocks.lock_graph import Line, LockGraph, Nested, Ring
from ...model.place import Place
from ...model.report import Texts

CODES = {"opposite": "THR101", "circle": "THR101", "instances": "THR104", "self": "THR102"}
"""The rule that tells of a kind of cycle."""
MOST_WAYS = 3
"""Outer places that are listed for one order, and inner ones for each of them."""
MOST_STARTS = 2
MOST_THREADS = 3
MOST_LOCKS = 6


class Picture:
    """A graph with the texts that its places stand in. With `everything`, nothing is folded away."""

    def __init__(self, graph: LockGraph, texts: Texts, *, everything: bool = False) -> None:
        self.graph = graph
        self.texts = texts
        self.everything = everything

    # --- what is drawn ------------------------------------------------------------------------------------------

    @cached_property
    def orders(self) -> list[Nested]:
        """The orders that are drawn; they are numbered from 1 in this order."""
        return [order for order in self.graph.orders if self.everything or order.direct or order.cycles]

    @cached_property
    def locks(self) -> list[int]:
        """The numbers of the locks that are drawn."""
        if self.everything:
            return list(range(len(self.graph.locks)))
        return sorted({lock for order in self.orders for lock in (order.held, order.wanted)})

    @cached_property
    def modules(self) -> dict[str, list[int]]:
        """The locks that are drawn, by module."""
        found: dict[str, list[int]] = {}
        for number in self.locks:
            found.setdefault(self.graph.locks[number].module, []).append(number)
        return dict(sorted(found.items()))

    @cached_property
    def alone(self) -> list[int]:
        """Locks that are folded away: no other is taken while they are held, and they under none."""
        drawn = set(self.locks)
        return [number for number in range(len(self.graph.locks)) if number not in drawn]

    @cached_property
    def threads(self) -> list[Line]:
        """The threads that are listed."""
        return [line for line in self.graph.threads if self.everything or line.locks]

    @cached_property
    def names(self) -> list[str]:
        """What each lock is called: as in messages, with so much of its full name before it that no other is called so,
        and that a plain variable is told with where it stands."""
        parts = [lock.full.split(".") for lock in self.graph.locks]
        lengths = [max(lock.name.count(".") + 1, 2) for lock in self.graph.locks]
        while True:
            names = [".".join(each[-length:]) for each, length in zip(parts, lengths, strict=True)]
            times = Counter(names)
            grown = [
                min(length + (times[name] > 1), len(each))
                for each, length, name in zip(parts, lengths, names, strict=True)
            ]
            if grown == lengths:
                return [name.replace("[]", "[…]") for name in names]
            lengths = grown

    def sure(self, order: Nested) -> bool:
        """Whether a cycle that this order helps to close is one that `check` tells unasked."""
        return any(self.graph.cycles[index].confidence != "low" for index in order.cycles)

    # --- words --------------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """What there is, counted."""
        graph = self.graph
        threads = sum(line.kind == "thread" for line in graph.threads)
        counts = [
            count(len(graph.locks), "lock"), count(len(graph.orders), "order"),
            count(len(graph.cycles), "cycle"), count(threads, "thread"),
        ]  # fmt: skip
        return ", ".join(counts)

    def where(self, at: Place) -> str:
        """A place as path and line."""
        place = self.texts.where(at)
        cell = "" if place.cell is None else f"cell {place.cell}:"
        return f"{place.path}:{cell}{place.line}"

    def near(self, at: Place) -> str:
        """The same, with the folders left out where no two files are confused by that."""
        told = self.where(at)
        name = at.path.rpartition("/")[2]
        return told.removeprefix(at.path.removesuffix(name)) if name not in self._ambiguous else told

    @cached_property
    def _ambiguous(self) -> set[str]:
        paths = {at.path for order in self.graph.orders for way in order.ways for at in (way.held, way.wanted)}
        paths |= {at.path for line in self.graph.threads for at in line.starts}
        names = [path.rpartition("/")[2] for path in paths]
        return {name for name in names if names.count(name) > 1}

    def ways(self, order: Nested, *, short: bool = False) -> list[str]:
        """Where the outer lock is taken, and then the inner one; the direct ways first, and of many only some."""
        told = self.near if short else self.where
        found: dict[str, dict[str, None]] = {}
        for way in sorted(order.ways, key=lambda way: not way.direct):
            outer, inner = told(way.held), told(way.wanted)
            path = outer.rpartition(":")[0]
            found.setdefault(outer, {})[inner.removeprefix(path) if way.held.path == way.wanted.path else inner] = None
        lines = [f"{outer} → {self._listed(list(inner), MOST_WAYS)}" for outer, inner in found.items()]
        if len(lines) <= MOST_WAYS or self.everything:
            return lines
        return [*lines[: MOST_WAYS - 1], f"and {len(lines) - MOST_WAYS + 1} more"]

    def by(self, order: Nested) -> str:
        """Who takes two locks in this order."""
        lines = dict.fromkeys(number for way in order.ways for number in way.threads)
        found = (self.graph.threads[number] for number in sorted(lines))
        return self._listed(list(dict.fromkeys(map(self._name, found))), MOST_THREADS)

    def between(self, order: Nested) -> str:
        """The two locks of an order."""
        another = order.held == order.wanted and all(self.graph.cycles[each].kind != "self" for each in order.cycles)
        return f"{self.names[order.held]} → {self.names[order.wanted]}{' of another object' * another}"

    def cycle(self, number: int) -> str:
        """The name of a cycle: its number and the way round."""
        ring: Ring = self.graph.cycles[number]
        names = [self.names[lock] for lock in ring.locks]
        path = " → ".join([*names, names[0]])
        what = {"instances": ", of two objects", "self": ", by the thread that holds it"}.get(ring.kind, "")
        return f"cycle {number + 1}: {path}{what} ({CODES[ring.kind]}, {ring.confidence} confidence)"

    def mark(self, order: Nested) -> str:
        """The cycles that an order helps to close."""
        if not order.cycles:
            return ""
        return f"cycle{'s' * (len(order.cycles) > 1)} {', '.join(str(index + 1) for index in order.cycles)}"

    def thread(self, line: Line) -> str:
        """Who a thread is."""
        if line.kind == "thread":
            what = "" if line.spelling == "thread" else f", {line.spelling}"
            return f"{line.name}{what}{', many at once' * line.many}"
        return self._name(line)

    @staticmethod
    def _name(line: Line) -> str:
        return f"top level of {line.name}" if line.kind == "main" else line.name

    def start(self, line: Line) -> str:
        """Where a thread starts; for what nobody of the program starts, where its code is."""
        if line.starts:
            places = self._listed([self.where(at) for at in line.starts], MOST_STARTS)
            runs = f" and runs {'.'.join(line.function.split('.')[-2:])}" * (self._called[line.name] > 1)
            return f"starts at {places}{runs}"
        return f"runs {self.where(line.begins)}" if line.kind == "thread" and line.begins is not None else ""

    @cached_property
    def _called(self) -> Counter[str]:
        return Counter(line.name for line in self.graph.threads)

    def takes(self, line: Line) -> str:
        """The locks that a thread takes."""
        if not line.locks:
            return "takes no lock"
        verb = "take" if line.kind == "outside" else "takes"
        return f"{verb} {self._listed([self.names[lock] for lock in line.locks], MOST_LOCKS)}"

    def told(self, line: Line) -> str:
        """All about a thread in one line."""
        return f"{self.thread(line)}: {', '.join(filter(None, (self.start(line), self.takes(line))))}"

    def _listed(self, names: list[str], most: int) -> str:
        """Names with commas; of many only the first, and how many more there are."""
        if len(names) > most + 1 and not self.everything:
            return f"{', '.join(names[:most])} and {len(names) - most} more"
        return ", ".join(names)

    @property
    def folded(self) -> list[str]:
        """What is not drawn, counted."""
        if not self.graph.locks:
            return ["no lock is taken"]
        told = []
        if self.alone:
            also = "and " if self.locks else ""
            told.append(f"{also}{count(len(self.alone), 'lock')} taken alone")
        indirect = len(self.graph.orders) - len(self.orders)
        if indirect:
            told.append(f"and {count(indirect, 'order')} that {'follow' if indirect > 1 else 'follows'} from these")
        idle = len(self.graph.threads) - len(self.threads)
        if idle:
            also = "and " if self.threads else ""
            told.append(f"{also}{count(idle, 'thread')} that {'take' if idle > 1 else 'takes'} no lock")
        return told


def count(number: int, what: str) -> str:
    """`1 lock`, `2 locks`."""
    return f"{number} {what}{'s' * (number != 1)}"
