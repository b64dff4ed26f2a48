"""Calls of functions that somebody else stored, made while a lock is held.

Definitions. A *stored call* calls what an attribute of an object holds that was put there from outside
(`self.on_close()`), or each of a container of such functions (`for listener in self._listeners: listener(event)`), and
the program does not show what that is. A listener may be an object as well: what calls a method of it whose name says
that it is told of something (`for handler in self._handlers: handler.dispatch(event)`) is a stored call where the place
that keeps it says what it is for. Completing a future that a public function gave away (`future.set_result()`)
calls what its users registered. Such a call is made under lock L when L is surely held. It can come back when a public
function or method takes L and waits for it.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...knowledge.callbacks import CALLBACK_WORDS, HANDLING_METHODS
from ...knowledge.threads import COMPLETING
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Binding, Class, Function, last_name
from ...program.traverse import walk, walk_expression
from ...program.values import Obj
from ..execution import Event, Execution, Hold, execution
from ..lock_names import Names, lock_names
from ..parallel import Parallel, parallel
from .critical_pairs import CriticalPairs, Pair, critical_pairs

_WEAK = frozenset({"weakref", "WeakMethod", "ReferenceType"})
FUTURE = "concurrent.futures.Future"


class StoredCall(NamedTuple):
    """`event` calls what is stored under `name`, with `hold` held; `back` is where a public function takes that lock.
    `told`: the name, or that each of a list is called, says that the functions are the user's."""

    event: Event
    name: str
    hold: Hold
    back: Pair
    told: bool


class StoredCalls:
    """The answer: `found`, once for each place and lock."""

    def __init__(self, program: Program) -> None:
        self._run: Execution = program.ask(execution)
        self._parallel: Parallel = program.ask(parallel)
        self._pairs: CriticalPairs = program.ask(critical_pairs)
        self._names: Names = program.ask(lock_names)
        self._hierarchy = program.hierarchy
        self.found: list[StoredCall] = []
        seen: set[object] = set()
        given_away = self._given_away()
        for event in (*self._run.events("unknown"), *self._completions(given_away), *self._of_known_listeners(program)):
            held = [
                hold
                for hold in event.held
                if hold.kind.reentrant is False and hold.kind.excludes and hold.kind.domain == "thread"
            ]
            if not held or not self._parallel.is_met(event):
                continue
            stored = self._stored(event) if event.kind != "call" else (event.subject.rpartition(".")[2], True)
            if stored is None:
                continue
            name, told = stored
            for hold in reversed(held):
                key = (event.function, event.at, self._names.identity(hold.lock))
                back = self._way_back(event, hold)
                if back is not None and key not in seen:
                    seen.add(key)
                    self.found.append(StoredCall(event, name, hold, back, told))
        self.found.sort(key=lambda each: (each.event.function.module.name, each.event.at))

    def _given_away(self) -> set[tuple[str, int]]:
        """Where futures are made that a public function returns, by site."""
        return {
            value.site
            for activation in self._run.activations
            if activation.function.is_public
            for value in activation.returns
            if isinstance(value, Obj) and value.type == FUTURE and value.site is not None
        }

    def _completions(self, given_away: set[tuple[str, int]]) -> Iterator[Event]:
        """Calls that run what was registered with a future that was given away."""
        completing = {f"{FUTURE}.{name}" for name in COMPLETING}
        for event in self._run.events("call") if given_away else ():
            if event.subject in completing and event.held:
                receiver = event.detail.receiver
                if receiver is not None and receiver.site in given_away:
                    yield event

    def _of_known_listeners(self, program: Program) -> Iterator[Event]:
        """Calls of listeners of the program itself, where others give theirs as well: those who call its public
        functions."""
        for activation in self._run.activations:
            function = activation.function
            for edge in activation.edges.values():
                if not edge.held or not edge.callee.function.name.startswith(HANDLING_METHODS):
                    continue
                if not program.config.assumes_threaded(function.qualname):
                    continue
                for node in walk(function.facts.body):
                    if isinstance(node, f.Call) and node.at == edge.at and isinstance(node.func, f.Attr):
                        yield Event(
                            "known", edge.at, activation, edge.held, edge.running, edge.ended, node.func, node
                        )

    def _way_back(self, event: Event, hold: Hold) -> Pair | None:
        """Where a public function takes the lock."""
        for pair in self._pairs.by_wanted.get(self._names.identity(hold.lock), ()):
            if pair.waits and any(
                self._public(each.activation.function) or self._from_public(each) for each in pair.events
            ):
                return pair
        return None

    def _public(self, function: Function) -> bool:
        return function.is_public and not (function.name.startswith("__") and function.name != "__call__")

    def _from_public(self, event: Event) -> bool:
        return any(
            self._public(member.function)
            for root in self._parallel.roots_of(event.activation)
            if root.kind == "entry"
            for member in root.members
            if member.activation is event.activation
        )

    # --- what is called -----------------------------------------------------------------------------------------

    def _stored(self, event: Event) -> tuple[str, bool] | None:
        """The name under which the called function is stored, and whether that is a plain case."""
        callee = event.subject
        function = event.function
        if event.kind == "known":
            return self._listener(function, callee) if isinstance(callee, f.Attr) else None
        if _dereferences(event):
            return None
        if (
            isinstance(callee, f.Attr)
            and isinstance(callee.value, f.Name)
            and callee.value.id == function.receiver_name
        ):
            if self._given_from_outside(function, callee.attr):
                return callee.attr, _says(callee.attr)
            return None
        if isinstance(callee, f.Attr) and callee.attr.startswith(HANDLING_METHODS):
            return self._listener(function, callee)
        if isinstance(callee, f.Name):
            return self._named(function, callee)
        if isinstance(callee, f.Item):
            source = _attribute_of(callee.value, function.receiver_name)
            if source is not None:
                return source, _says(source)
        return None

    def _named(self, function: Function, name: f.Name) -> tuple[str, bool] | None:
        """Where a local got what it stands for from, and whether that is a plain case."""
        for binding in function.bindings.get(name.id, ()):
            source = self._source(function, binding)
            if source is not None:
                looped = binding.how in ("element", "element item")
                return source, looped or _says(source) or _says(name.id)
        for statement in _loops(function.facts.body):
            if isinstance(statement.target, f.Name) and statement.target.id == name.id:
                source = _attribute_of(statement.iter, function.receiver_name)
                if source is not None:
                    return source, True
        return None

    def _listener(self, function: Function, method: f.Attr) -> tuple[str, bool] | None:
        """A method of an object that is kept where the name says that others put it there to be told of something."""
        owner, source = method.value, None
        if isinstance(owner, f.Name):
            named = self._named(function, owner)
            source = named[0] if named is not None else None
        elif isinstance(owner, f.Attr) and isinstance(owner.value, f.Name):
            own = owner.value.id == function.receiver_name
            source = owner.attr if own and self._given_from_outside(function, owner.attr) else None
        if source is None or not _says(source):
            return None
        return f"{owner.id if isinstance(owner, f.Name) else source}.{method.attr}", True

    def _source(self, function: Function, binding: Binding) -> str | None:
        if binding.expr is None or binding.how not in ("element", "element item", "value"):
            return None
        if binding.how == "value" and not isinstance(binding.expr, (f.Attr, f.Item, f.Call)):
            return None
        if (
            binding.how == "value"
            and isinstance(binding.expr, f.Call)
            and last_name(binding.expr) not in ("get", "pop")
        ):
            return None
        return _attribute_of(binding.expr, function.receiver_name)

    def _given_from_outside(self, function: Function, attr: str) -> bool:
        """Whether the attribute is assigned from a parameter, and is no method."""
        cls: Class | None = function.method_of.cls if function.method_of is not None else None
        if cls is None or self._hierarchy.find(cls, attr) is not None:
            return False
        for ancestor in self._hierarchy.mro(cls):
            for binding in ancestor.attribute_bindings.get(attr, ()):
                if isinstance(binding.expr, f.Name) and binding.expr.id in binding.function.param_names:
                    return True
        return False


def _dereferences(event: Event) -> bool:
    """Whether the call asks a weak reference for what it refers to: without arguments, for the sake of its result, in a
    class that keeps such references."""
    call = event.detail
    method = event.function.method_of
    if not call.used or not isinstance(call.node, f.Call) or call.node.args or method is None or method.cls is None:
        return False
    return any(not _WEAK.isdisjoint(each.words) for each in method.cls.own_functions)


def _loops(body: tuple[f.Stmt, ...]) -> Iterator[f.ForLoop]:
    for statement in body:
        if isinstance(statement, f.ForLoop):
            yield statement
        for name in ("body", "orelse", "final"):
            yield from _loops(getattr(statement, name, ()))


def _attribute_of(expr: f.Expr, receiver: str | None) -> str | None:
    """The attribute of `self` that an expression takes its values from: `list(self._listeners)`,
    `self._hooks[name]`."""
    for node in walk_expression(expr):
        if (
            isinstance(node, f.Attr)
            and isinstance(node.value, f.Name)
            and node.value.id == receiver
            and receiver is not None
        ):
            return node.attr
    return None


def _says(name: str) -> bool:
    return any(word in name.lower() for word in CALLBACK_WORDS)


def stored_calls(program: Program) -> StoredCalls:
    """Calls of stored functions under a lock that they may need."""
    return StoredCalls(program)
