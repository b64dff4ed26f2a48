"""How many threads or tasks that begin at one place can be under way at once.

Domain. A number, or None where the text sets no limit. A start happens once for each round of the loops around it
(`range(3)`, a display of four items; other loops have no limit), times the calls that lead there; recursion and
outside callers have no limit. A start in a loop that waits for the end of the one before counts once, and so does one
of several starts in one function that do.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import prod

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function
from ...program.traverse import walk
from ..execution import Activation, Edge, Event, Root
from ..parallel import Parallel, parallel


class Crowds:
    """The answer: `at_once`."""

    def __init__(self, program: Program) -> None:
        self._parallel: Parallel = program.ask(parallel)
        self._begun: dict[Activation, list[Root]] = defaultdict(list)
        for root in self._parallel.roots:
            for each in root.members:
                self._begun[each.activation].append(root)
        self._times: dict[Activation, int | None] = {}

    def at_once(self, root: Root) -> int | None:
        """How many threads of a root can be under way together."""
        starts: dict[Activation, list[Event]] = defaultdict(list)
        for event in root.spawns:
            if event.detail.many and _items(event) is None:
                return None
            starts[event.activation].append(event)
        total = 0
        for activation, events in starts.items():
            times, each = self._run(activation), self._started(events)
            if times is None or each is None:
                return None
            total += times * each
        return total

    def _started(self, events: list[Event]) -> int | None:
        """How many of the threads that one run of a function starts are under way together."""
        counts = [(_rounds(event.function, event.at) if _overlaps(event) else 1, _items(event)) for event in events]
        known = [rounds * items for rounds, items in counts if rounds is not None and items is not None]
        if len(known) < len(counts):
            return None
        apart = all(one.subject not in other.running for one in events for other in events if one is not other)
        return max(known) if apart else sum(known)

    def _run(self, activation: Activation) -> int | None:
        """How often the program runs an activation."""
        if activation not in self._times:
            self._times[activation] = None  # recursion has no limit
            self._times[activation] = self._count(activation)
        return self._times[activation]

    def _count(self, activation: Activation) -> int | None:
        total = 0
        for root in self._begun.get(activation, ()):
            times = 1 if root.kind == "main" else self.at_once(root) if root.kind == "thread" and root.spawns else None
            if times is None:
                return None
            total += times
        for caller, edge in self._calls(activation):
            times, rounds = self._run(caller), _rounds(caller.function, edge.at) if edge.repeats else 1
            if times is None or rounds is None:
                return None
            total += times * rounds
        return total

    def _calls(self, activation: Activation) -> Sequence[tuple[Activation, Edge]]:
        return self._parallel.execution.callers.get(activation, ())


def _overlaps(event: Event) -> bool:
    """Whether a start can happen again before what it started has ended."""
    address = event.detail.obj.address
    return bool(event.repeats) and (event.subject in event.running or address.many)


def _items(event: Event) -> int | None:
    """How many threads one start makes: for a `map` as many as there are items, if the text shows it."""
    if not event.detail.many:
        return 1
    for node in walk(event.function.facts.body):
        if isinstance(node, f.Call) and node.at == event.at:
            lengths = [_length(arg.value) for arg in node.args[1:] if arg.keyword is None and not arg.star]
            return min((length for length in lengths if length is not None), default=None)
    return None


def _rounds(function: Function, at: f.Span) -> int | None:
    """How often one run of a function gets to a place, at most."""
    limits: list[int | None] = []
    for node in walk(function.facts.body):
        if isinstance(node, f.ForLoop) and _holds(node.body, at):
            limits.append(_length(node.iter))
        elif isinstance(node, f.While) and node.at[0] <= at[0] < node.at[1]:
            return None
        elif isinstance(node, f.Comprehension) and _holds(node.elements, at):
            limits.extend(_length(each.iter) for each in node.fors)
    known = [limit for limit in limits if limit is not None]
    return prod(known) if known and len(known) == len(limits) else None


def _holds(nodes: tuple[f.Stmt, ...] | tuple[f.Expr, ...], at: f.Span) -> bool:
    return bool(nodes) and nodes[0].at[0] <= at[0] < nodes[-1].at[1]


def _length(iterable: f.Expr) -> int | None:
    """How many items a loop goes over, if the text shows it."""
    if isinstance(iterable, f.Display) and not any(isinstance(item, f.Starred) for item in iterable.items):
        return len(iterable.items)
    if isinstance(iterable, f.Call) and isinstance(iterable.func, f.Name) and iterable.func.id == "range":
        values = (arg.value.value for arg in iterable.args if isinstance(arg.value, f.Const))
        numbers = [value for value in values if isinstance(value, int) and not isinstance(value, bool)]
        if len(numbers) == len(iterable.args) in (1, 2):
            return len(range(*numbers))
    return None


def crowds(program: Program) -> Crowds:
    """How many threads of each kind the program can have at once."""
    return Crowds(program)
