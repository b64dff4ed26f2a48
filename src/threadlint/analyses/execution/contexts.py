"""Contexts: which activations of a function are told apart.

An *activation* is a function together with its receiver, the values of its parameters that matter (objects, functions,
classes), what it closes over, and the locks that its caller holds. Each is run once. A function with more than `MOST`
activations is run for the rest with unknown arguments.
"""
from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ...knowledge import types
from ...model import facts as f
from ...program.evaluate import Arguments
from ...program.symbols import Class, Function
from ...program.values import Address, Ext, Fn, Lit, Mod, Obj, Pack, Value, Values
from .activation import Activation
from .events import Hold
from .rounds import Rounds
from .state import NOTHING_GOT, Got

if TYPE_CHECKING:
    from ...program.program import Program
    from .frame import ActiveFrame

MOST = 12
DEEPEST_CALLS = 120


class Contexts(Rounds):
    """The activations there are, found again by what makes each of them one."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._declarations: dict[tuple[Function, bool], tuple[tuple[str, Values], ...]] = {}
        self._decorating: list[int] = []
        """How deep calls were nested where decorators are being applied: each use of one is a context of its own."""
        self._holds: dict[Any, Hold] = {}

    def activate(
        self, frame: ActiveFrame | None, fn: Fn, arguments: Arguments, held: tuple[Hold, ...],
        node: f.Expr | None = None,
    ) -> Activation | None:
        """The activation of a function for these arguments and locks; None when calls are nested too deeply. A function
        whose locals outlive it, in functions that it makes, is told apart by the place of the call."""
        function = fn.function
        bound = arguments.bound(function, fn.receiver)
        kept: dict[str, Values] = {}
        entry_owned: set[Address] = set()
        making = function.name == "__init__"
        receiver = self._seen_from_inside(fn.receiver, frame, entry_owned, making and self._any_matter(bound))
        keep = making and fn.receiver is not None and self.matters(fn.receiver)
        for name, values in bound.items():
            matter: list[Value] = []
            for value in values:
                if isinstance(value, Obj):
                    whole = False
                    if value.type in types.CONTAINERS:
                        whole = self._opens(function, name, value)
                        if not whole and name not in self.changed_parameters(function):
                            continue
                    seen = self._seen_from_inside(value, frame, entry_owned, whole or keep)
                    if seen is not None and seen not in matter:
                        matter.append(seen)
                elif isinstance(value, Lit):
                    if (value.value is None or isinstance(value.value, bool)) and name in self.switches(function):
                        matter.append(value)
                elif not isinstance(value, (Mod, Ext)) or (isinstance(value, Ext) and value.name in types.STREAMS):
                    matter.append(value)
            if matter:
                kept[name] = tuple(matter)
        if frame is not None and arguments.node is not None and not arguments.open:  # a call in the text
            for name, default in self.switches(function).items():
                if default is not None and name not in bound:
                    kept[name] = (default,)
        if receiver is not None and function.receiver_name is not None:
            kept[function.receiver_name] = (receiver,)
        for name, values in self._declared(function, receiver):
            if name not in kept:
                kept[name] = values
        if frame is None and function.name == "__init__" and isinstance(receiver, Obj):
            entry_owned.add(receiver.address)
        owned = frozenset(entry_owned)
        got = _still_had(frame, kept) if frame is not None and frame.state.got else NOTHING_GOT
        closure = fn.closure if isinstance(fn.closure, Activation) else None
        locks = tuple(sorted({hold.lock for hold in held}, key=Address.order)) if held else ()
        home = closure.number if closure is not None else None
        call = None
        if node is not None and frame is not None and self.written_cells(function):
            call = frame.activation.number, node.at
        passed = tuple(sorted(kept.items(), key=lambda item: item[0]))
        key = (function, receiver, home, passed, locks, owned, got, call)
        known = self.activations.get(key)
        if known is not None:
            return self.meet(known)
        if len(self.running) >= DEEPEST_CALLS:
            return None
        count = self.contexts_of(function, closure)
        wide = count >= MOST and not (self._decorating and len(self.running) <= self._decorating[-1] + 1)
        if wide:
            key = (function, None, None, (), locks, frozenset(), NOTHING_GOT, None)
            known = self.activations.get(key)
            if known is not None:
                return self.meet(known)
            if count >= 2 * MOST:
                return None
            kept, owned, closure, receiver = self._general(function), frozenset(), None, None
            got = NOTHING_GOT
        made = Activation(function, receiver, kept, closure, held, owned, self.number_of(key), got)
        made.widened = wide or (frame is not None and frame.activation.widened)
        self.add(key, made)
        self.run(made)
        return made

    def _seen_from_inside(
        self, value: Value | None, frame: ActiveFrame | None, owned: set[Address], keep: bool
    ) -> Value | None:
        """An argument as the callee sees it. Objects that only the caller can reach, and that keep nothing of concern,
        are all alike: one owned instance of their class."""
        if not isinstance(value, Obj) or frame is None:
            return value
        if not frame.state.owned or not frame.owns(value.address):
            if (
                value.address.kind == "some"
                or any(value.address is got for got, _ in frame.state.got)
                or value.address.single
                or self.matters(value)
                or value.type in types.CONTAINERS
            ):
                return value
            self.taken_for_alike(value)
            return Obj(value.type, Address("some", None, (value.type_name, "an argument")))
        if keep or self.matters(value) or value.address.root.kind in ("global", "class"):
            owned.add(value.address)
            return value
        self.taken_for_alike(value)
        alike = Obj(value.type, Address("site", None, ("an owned instance", value.type_name), True))
        owned.add(alike.address)
        return alike

    def _opens(self, function: Function, name: str, container: Obj) -> bool:
        """Whether a function takes objects of the program out of a container that it gets."""
        return name in self.opened_parameters(function) and any(map(_is_object, self.contents(container.address)))

    def _any_matter(self, bound: dict[str, Values]) -> bool:
        return any(self.matters(v) or isinstance(v, Obj) for values in bound.values() for v in values)

    def _declared(self, function: Function, receiver: Value | None) -> tuple[tuple[str, Values], ...]:
        """What annotations and defaults tell of parameters (and of the receiver, when it is not known)."""
        known = self._declarations.get((function, receiver is None))
        if known is None:
            skip = function.receiver_name if receiver is not None else None
            found = [(p.name, self.static.parameter(function, p.name)) for p in function.facts.params if p.name != skip]
            known = self._declarations[function, receiver is None] = tuple(
                (name, values)
                for name, values in found
                if values and not (len(values) == 1 and isinstance(values[0], Lit))
            )
        return known

    def _general(self, function: Function) -> dict[str, Values]:
        found = {}
        for param in function.facts.params:
            values = self.static.parameter(function, param.name)
            if values:
                found[param.name] = values
        return found

    def run(self, activation: Activation) -> None:
        """Run an activation's body."""
        raise NotImplementedError

    def blank(self, function: Function) -> Activation:
        """An activation that is only a place to evaluate in; what happens there is not part of the program's run."""
        return Activation(function, None, {}, None, (), frozenset(), -1)

    def hold(self, activation: Activation, obj: Obj, at: f.Span, how: str, through: Address | None) -> Hold:
        key = (activation, obj, at, how)
        known = self._holds.get(key)
        if known is None:
            known = self._holds[key] = Hold(obj, at, how, activation, through)
        return known


def _is_object(value: Value) -> bool:
    if isinstance(value, Pack):
        return any(_is_object(each) for item in value.items for each in item)
    return isinstance(value, Obj) and isinstance(value.type, Class)


def _still_had(frame: ActiveFrame, kept: dict[str, Values]) -> Got:
    """The arguments that the caller has got from a queue."""
    given = {v.address for values in kept.values() for v in values if isinstance(v, Obj)}
    return frozenset([pair for pair in frame.state.got if pair[0] in given])


def deeper() -> None:
    """Activations nest Python calls; make room for `DEEPEST_CALLS` of them."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 60_000))
