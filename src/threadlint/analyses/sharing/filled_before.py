"""What is surely there before its test: a thing that is made where it is missing, and made before on every way there.

Domain. A *slot* is a shared location, or an entry with a literal key of a container there, which nobody empties. It is
filled by an assignment (`x = make()`, `d["k"] = v`); behind `if x is None: x = make()` it is filled either way. A point
of an activation is behind the filling when every way to it fills the slot: in the function itself, in functions that it
called, in its callers before the call, in whoever started the thread before the start, or in a thread that has ended by
then. A test at such a point never finds the thing missing.

What it does not know: keys that are no literals, what loops fill, expressions that call only perhaps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from ...knowledge.types import SHRINKS
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import dotted
from ...program.traverse import walk
from ...program.values import Address
from ..execution import Activation, Root, one_object
from ..parallel import Occurrence, Parallel, parallel
from .double_checks import Missing, asks_for
from .shared_state import Shared, SharedState, Site, shared_state

Key = tuple[str, object]


class _Slot(NamedTuple):
    """A location, and the literal key of an entry there (None: what the location itself refers to)."""

    location: Address
    key: Key | None


class FilledBefore:
    """The answer: `surely`."""

    def __init__(self, program: Program) -> None:
        self._state: SharedState = program.ask(shared_state)
        self._parallel: Parallel = program.ask(parallel)
        self._fillings: dict[tuple[Activation, _Slot], Filling] = {}
        self._at_entry: dict[tuple[Activation, Root, _Slot], bool] = {}
        self._at_start: dict[tuple[Root, _Slot], bool] = {}
        self._kept: dict[tuple[tuple[str, ...], bool], bool] = {}
        self._slots: dict[Site, _Slot | None] = {}
        self._leading: dict[_Slot, set[Activation]] = {}
        """The activations that fill a slot, and those that call them."""
        self._filling_there: dict[Address, set[Activation]] = {}
        for event in self._parallel.execution.events("access"):
            if event.detail.how in ("write", "item"):
                self._filling_there.setdefault(event.subject, set()).add(event.activation)

    def surely(self, shared: Shared, site: Site) -> bool:
        """Whether the test that a change relies on never finds missing what the change makes."""
        check = site.access.check
        if check is None or site.access.how not in ("write", "item"):
            return False
        if check.form not in ("none", "hasattr", "membership"):
            return False
        if site not in self._slots:
            self._slots[site] = self._slot(shared, site)
        slot = self._slots[site]
        if slot is None:
            return False
        activation = site.event.activation
        if self._filling(activation, slot).before(check.at[0]) or self._entered(activation, site.root, slot):
            return True
        return self._ended(site.occurrence, slot)

    def _slot(self, shared: Shared, site: Site) -> _Slot | None:
        """What a site fills, if nobody empties it and somebody else may have filled it before."""
        entry = site.access.how == "item"
        kept = self._kept.get((shared.key, entry))
        if kept is None:
            kept = not any(_empties(each, entry) for each in shared.changes)
            self._kept[shared.key, entry] = kept
        if not kept or not one_object(site.location):
            return None
        key = _key(site.event.activation, site.event.at) if entry else None
        if entry and key is None:
            return None
        slot = _Slot(site.location, key)
        if slot not in self._leading:
            leading = self._leading[slot] = set(self._filling_there.get(slot.location, ()))
            pending = list(leading)
            for activation in pending:
                for caller, _ in self._called_by(activation):
                    if caller not in leading:
                        leading.add(caller)
                        pending.append(caller)
        return slot

    def _called_by(self, activation: Activation) -> list[tuple[Activation, int]]:
        """The callers of an activation, each with the place of the call."""
        return [(caller, edge.at[0]) for caller, edge in self._parallel.execution.callers.get(activation, ())]

    def _filling(self, activation: Activation, slot: _Slot) -> Filling:
        if activation not in self._leading[slot]:
            return _NOWHERE
        known = self._fillings.get((activation, slot))
        if known is None:
            known = self._fillings[activation, slot] = Filling()
            known.run(activation, slot, lambda callee: self._filling(callee, slot).at_end)
        return known

    def _entered(self, activation: Activation, root: Root, slot: _Slot) -> bool:
        """Whether the slot is filled whenever a root enters an activation."""
        name = (activation, root, slot)
        known = self._at_entry.get(name)
        if known is None:
            self._at_entry[name] = True  # on the way round a cycle nothing new is entered
            begins = any(each.activation is activation for each in root.members)
            reached = self._parallel.reached(root)
            known = self._at_entry[name] = (not begins or self._started(root, slot)) and all(
                self._filling(caller, slot).before(at) or self._entered(caller, root, slot)
                for caller, at in self._called_by(activation)
                if caller in reached
            )
        return known

    def _started(self, root: Root, slot: _Slot) -> bool:
        """Whether the slot is filled whenever a thread starts."""
        known = self._at_start.get((root, slot))
        if known is None:
            self._at_start[root, slot] = False
            starts = self._parallel.meetings(root.spawns) if root.kind == "thread" else []
            known = self._at_start[root, slot] = bool(starts) and all(
                self._filling(start.event.activation, slot).before(start.event.at[0])
                or self._entered(start.event.activation, start.root, slot)
                or self._ended(start, slot)
                for start in starts
            )
        return known

    def _ended(self, occurrence: Occurrence, slot: _Slot) -> bool:
        """Whether a thread that has ended by then filled the slot."""
        return any(
            self._filling(root.activation, slot).at_end
            for root in self._parallel.roots
            if root.kind == "thread" and not root.addresses.isdisjoint(occurrence.ended)
        )


class Filling:
    """Where in one run of a function a slot is surely filled."""

    def __init__(self) -> None:
        self.at_end = False
        self._before: list[tuple[int, int, bool]] = []

    def before(self, offset: int) -> bool:
        """Whether the slot is filled before what stands at an offset."""
        around = [(end - start, filled) for start, end, filled in self._before if start <= offset < end]
        return bool(around) and min(around)[1]

    def run(self, activation: Activation, slot: _Slot, ends_filled: Callable[[Activation], bool]) -> None:
        """Walk over the function."""
        self._fills = _fills(activation, slot)
        self._paths = set(self._fills.values())
        self._calls: dict[f.Span, bool] = {}
        for edge in activation.edges.values():
            self._calls[edge.at] = self._calls.get(edge.at, True) and ends_filled(edge.callee)
        self._slot = slot
        self._ends: list[bool] = []
        if self._fills or any(self._calls.values()):
            end = self._block(activation.function.facts.body, False)
            self.at_end = all([*self._ends, *([] if end is None else [end])]) and (end is not None or bool(self._ends))

    def _block(self, block: tuple[f.Stmt, ...], filled: bool) -> bool | None:
        """Whether the slot is filled behind a block; None if no way leads there."""
        now: bool | None = filled
        for statement in block:
            if now is None:
                return None
            now = self._statement(statement, now)
        return now

    def _statement(self, s: f.Stmt, filled: bool) -> bool | None:
        match s:
            case f.If(test=test, body=body, orelse=orelse):
                return self._if(s, test, body, orelse, filled)
            case f.With(items=items, body=body):
                filled = self._simple(s.at, (item.context for item in items), filled)
                return self._block(body, filled)
            case f.Try():
                return self._try(s, filled)
            case f.While() | f.ForLoop():
                filled = self._simple(s.at, (s.test if isinstance(s, f.While) else s.iter,), filled)
                self._block(s.body, filled)
                return self._block(s.orelse, filled)
            case f.Match(cases=cases):
                self._note(s.at, filled)
                for case in cases:
                    self._block(case.body, filled)
                return filled
            case f.Return(value=value):
                self._ends.append(self._simple(s.at, (value,) if value is not None else (), filled))
                return None
            case f.Raise():
                self._note(s.at, filled)
                return None
            case f.Jump(kind=kind):
                return filled if kind == "pass" else None
            case f.Assign(targets=targets, value=value):
                filled = self._simple(s.at, (value,) if value is not None else (), filled)
                return filled or any(target.at in self._fills for target in targets)
            case f.Evaluate(value=value):
                return self._simple(s.at, (value,), filled)
        self._note(s.at, filled)
        return filled

    def _if(
        self, s: f.If, test: f.Expr, body: tuple[f.Stmt, ...], orelse: tuple[f.Stmt, ...], filled: bool
    ) -> bool | None:
        filled = self._simple(s.at, (test,), filled)
        asked = _asked(test)
        about = asked is not None and asked.entry == (self._slot.key is not None) and asked.path in self._paths
        there = about and asked is not None and not asked.absent
        missing = about and asked is not None and asked.absent
        one = self._block(body, filled or there)
        other = self._block(orelse, filled or missing)
        return other if one is None else one if other is None else one and other

    def _try(self, s: f.Try, filled: bool) -> bool | None:
        self._note(s.at, filled)
        ends = [self._block((*s.body, *s.orelse), filled)]
        ends += [self._block(handler.body, filled) for handler in s.handlers]
        left = [end for end in ends if end is not None]
        after = self._block(s.final, bool(left) and all(left))
        return after if left else None

    def _simple(self, at: f.Span, expressions: Iterable[f.Expr], filled: bool) -> bool:
        """What calls in expressions fill."""
        self._note(at, filled)
        for expr in expressions:
            nodes = list(walk((f.Evaluate(expr.at, expr),)))
            if not any(isinstance(node, (f.BoolOp, f.IfExp, f.Comprehension)) for node in nodes):
                filled = filled or any(isinstance(n, f.Call) and self._calls.get(n.at, False) for n in nodes)
        return filled

    def _note(self, at: f.Span, filled: bool) -> None:
        self._before.append((at[0], at[1], filled))


def _fills(activation: Activation, slot: _Slot) -> dict[f.Span, str | None]:
    """The targets by which a function fills a slot, and the paths that they name."""
    found: dict[f.Span, str | None] = {}
    for event in activation.events.values():
        if event.kind == "access" and event.subject is slot.location and not _may_be_none(event.detail.value):
            if event.detail.how == "write" and slot.key is None:
                found[event.at] = None
            elif event.detail.how == "item" and event.detail.method != "del" and slot.key is not None:
                if _key(activation, event.at) == slot.key:
                    found[event.at] = None
    if found:
        for node in walk(activation.function.facts.body):
            if isinstance(node, f.Assign):
                for target in node.targets:
                    if target.at in found:
                        found[target.at] = dotted(target.value if isinstance(target, f.Item) else target)
    return found


def _key(activation: Activation, at: f.Span) -> Key | None:
    """The literal key of the entry that is assigned at a place."""
    for node in walk(activation.function.facts.body):
        if isinstance(node, f.Item) and node.at == at:
            index = node.index
            return (index.kind, index.value) if isinstance(index, f.Const) and index.value is not None else None
    return None


def _asked(test: f.Expr) -> Missing | None:
    """What a test asks for; also `d.get(k) is None`."""
    if isinstance(test, f.Compare) and test.op in ("is", "is not") and isinstance(test.left, f.Call):
        call, right = test.left, test.right
        if isinstance(call.func, f.Attr) and call.func.attr == "get" and isinstance(right, f.Const):
            path = dotted(call.func.value)
            return Missing(path, True, test.op == "is") if path and right.kind == "none" else None
    return asks_for(test)


def _may_be_none(value: f.Expr | None) -> bool:
    return value is None or isinstance(value, (f.Name, f.Attr, f.IfExp)) or (
        isinstance(value, f.Const) and value.kind == "none"
    )  # fmt: skip


def _empties(site: Site, entry: bool) -> bool:
    """Whether a place may empty a slot: an entry, or what the location itself refers to."""
    access = site.access
    if access.how == "delete":
        return True
    if access.how == "write":
        return not _begins(site) and (_may_be_none(access.value) or entry)
    return entry and (access.method in SHRINKS or access.method == "del")


def _begins(site: Site) -> bool:
    """Whether a place gives a location its first value: at the top of a module, or of the function whose local it
    is."""
    if site.function.is_top:
        return not site.event.repeats
    key, activation = site.location.key, site.event.activation
    if site.location.kind != "site" or key[-1] != activation.number or site.event.repeats:
        return False
    return not any(
        event.kind == "access" and event.subject is site.location and event.at < site.event.at
        for event in activation.events.values()
    )


_NOWHERE = Filling()


def filled_before(program: Program) -> FilledBefore:
    """What is surely filled before it is tested."""
    return FilledBefore(program)
