"""Generators and iterators that several threads advance.

Domain: names (globals, attributes, variables of enclosing functions) all of whose bindings are generators: calls of
generator functions of
the program, generator expressions, and library iterators that are Python code or not safe (`map`, `zip`,
`csv.reader`, …); and the
places that advance them, by `next()` or by a loop, as the program's roots meet them. Two places that may run at the
same time without
a common lock meet inside the generator.

Silent: `itertools.count` and `cycle` (one step is whole under a GIL), an argument of `executor.map` (pulled by one
thread).
"""

from __future__ import annotations

from typing import NamedTuple

from ...knowledge.iterators import ITERATORS
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Binding, Function
from ...program.values import Address, Ext, Fn
from ..execution import Event, execution
from ..lock_names import Names, lock_names
from ..parallel import Occurrence, Parallel, parallel
from .shared_state import SharedState, Site, shared_state


class Advance(NamedTuple):
    """Two threads advance one iterator: the place, the other place, what the iterator is called and made of."""

    event: Event
    other: Event
    first: Occurrence
    second: Occurrence
    name: str
    made: Binding
    is_generator: bool


def shared_iterators(program: Program) -> list[Advance]:
    """Iterators that threads share, once for each function that advances one, in order of place."""
    search = _Search(program)
    found: dict[object, Advance] = {}
    for key, events in search.advances().items():
        made, is_generator = search.made[key]
        for event in events:
            for other in events:
                pair = search.together(event, other)
                if pair is not None:
                    found.setdefault((key, event.function), Advance(event, other, *pair, key[-1], made, is_generator))
                    break
    return sorted(found.values(), key=lambda each: (each.event.function.module.name, each.event.at))


class _Search:
    """The iterators of a program, and who advances them."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._parallel: Parallel = program.ask(parallel)
        self._state: SharedState = program.ask(shared_state)
        self._names: Names = program.ask(lock_names)
        self.made: dict[tuple[str, ...], tuple[Binding, bool]] = {}
        self._known: dict[tuple[str, ...], bool] = {}

    def advances(self) -> dict[tuple[str, ...], list[Event]]:
        """The events that advance shared iterators, by iterator."""
        found: dict[tuple[str, ...], list[Event]] = {}
        for event in self._program.ask(execution).events("call"):
            if event.subject == "builtins.next" and isinstance(event.detail.node, f.Call) and event.detail.node.args:
                key = self._iterator(event.function, event.detail.node.args[0].value)
                if key is not None:
                    found.setdefault(key, []).append(event)
        return dict(sorted(found.items()))

    def _iterator(self, function: Function, expr: f.Expr) -> tuple[str, ...] | None:
        """The identity of the iterator that an expression names, if it is shared and unsafe."""
        key, bindings = self._bindings(function, expr)
        if key is None or not bindings:
            return None
        if key not in self._known:
            kinds = [self._kind(binding) for binding in bindings]
            self._known[key] = bool(kinds) and all(kind is not None for kind in kinds)
            if self._known[key]:
                self.made[key] = (bindings[0], kinds[0] is True)
        return key if self._known[key] else None

    def _bindings(self, function: Function, expr: f.Expr) -> tuple[tuple[str, ...] | None, list[Binding]]:
        if isinstance(expr, f.Name):
            here: Function | None = function
            while here is not None and not here.is_top:
                if expr.id in here.binds and expr.id not in here.facts.globals:
                    if here is function:
                        return None, []
                    return (here.qualname, expr.id), here.bindings.get(expr.id, [])
                here = here.parent
            return (function.module.name, expr.id), function.module.exports.get(expr.id, [])
        method = function.method_of
        if (
            isinstance(expr, f.Attr)
            and isinstance(expr.value, f.Name)
            and method is not None
            and method.cls is not None
        ):
            if expr.value.id == method.receiver_name:
                return (method.cls.qualname, expr.attr), method.cls.attribute_bindings.get(expr.attr, [])
        return None, []

    def _kind(self, binding: Binding) -> bool | None:
        """True for a generator of Python code, False for a library iterator; None for anything else."""
        expr = binding.expr
        if binding.how != "value" or expr is None:
            return None
        if isinstance(expr, f.Comprehension):
            return True if expr.kind == "generator" else None
        if not isinstance(expr, f.Call):
            return None
        for value in self._program.static.evaluate(expr.func, binding.function):
            if isinstance(value, Fn):
                return (
                    True
                    if value.function.facts.is_generator and "contextmanager" not in value.function.decorator_names
                    else None
                )
            if isinstance(value, Ext):
                return False if value.name in ITERATORS else None
        return None

    def together(self, event: Event, other: Event) -> tuple[Occurrence, Occurrence] | None:
        """How two places may run at the same time, on one iterator and without a common lock."""
        here, there = self._location(event), self._location(other)
        for first in self._parallel.meetings((event,)):
            for second in self._parallel.meetings((other,)):
                if here is not None and there is not None:
                    meet = self._state.conflict(Site(first, here), Site(second, there))
                else:
                    meet = not self._common_lock(event, other) and self._parallel.may_run_together(first, second)
                if meet:
                    return first, second
        return None

    def _location(self, event: Event) -> Address | None:
        """Where the iterator lives that a call advances: the attribute or global that its argument reads."""
        at = event.detail.node.args[0].value.at
        for each in event.activation.events.values():
            if each.kind == "access" and each.at == at and isinstance(each.subject, Address):
                return each.subject
        return None

    def _common_lock(self, event: Event, other: Event) -> bool:
        held = {self._names.identity(hold.lock) for hold in event.held if hold.kind.excludes}
        return any(self._names.identity(hold.lock) in held for hold in other.held)
