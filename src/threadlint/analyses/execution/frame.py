"""The frame in which an activation is run: what its names mean now, and what is written down on the way."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ...knowledge import locks, types
from ...model import facts as f
from ...program.evaluate import Arguments, Frame
from ...program.symbols import Class, Module
from ...program.values import (
    UNKNOWN,
    Address,
    Cls,
    Ext,
    ExtMethod,
    Fn,
    Lit,
    Mod,
    Obj,
    Pack,
    Partial,
    Value,
    Values,
    field,
    union,
)
from .activation import Activation, Edge
from .conditions import asks_for_a_type, assume_kind
from .events import UNKNOWN_LOCK_TYPE, Access, Acquire, Check, Event, Hold, LibraryCall, Spawn
from .library import ACTIONS
from .state import State

if TYPE_CHECKING:
    from .explore import Explorer


class ActiveFrame(Frame):
    """Names are flow-sensitive; everything of interest becomes an event of the activation."""

    __slots__ = (
        "activation",
        "awaited",
        "exits",
        "explorer",
        "fresh",
        "iterated",
        "loops",
        "muted",
        "snapshots",
        "state",
        "tested",
        "used",
    )
    evaluator: Explorer

    def __init__(self, explorer: Explorer, activation: Activation) -> None:
        super().__init__(explorer, activation.function, activation.receiver)
        self.explorer = explorer
        self.activation = activation
        self.state = State(activation.held, activation.entry_owned)
        self.state.names.update(activation.bound)
        self.exits: list[tuple[str, State]] = []
        """How paths left the block being run: (return | raise | break | continue, state)."""
        self.snapshots: list[list[State]] = []
        """For each `try` around: states at which an exception may leave its body."""
        self.loops = 0
        self.muted = 0
        self.tested = 0
        """How many branches around ask for the type of something."""
        self.awaited: f.Expr | None = None
        self.used = True
        self.iterated: list[frozenset[Address]] = []
        """For each loop around: the objects that its target stands for, one by one."""
        self.fresh: set[Address] = set()
        """Objects made in the current iteration of the innermost loop."""

    @property
    def closure(self) -> Activation:
        return self.activation

    def repeats(self) -> bool:
        return self.loops > 0

    # --- writing down -------------------------------------------------------------------------------------------

    def note(self, kind: str, at: f.Span, subject: Any, detail: Any = None, key: Any = None) -> None:
        """Add an event; the same one met again (a second pass over a loop) only weakens what surely held before it."""
        if self.muted:
            return
        state = self.state
        name = (kind, at, subject, key)
        known = self.activation.events.get(name)
        if known is None:
            event = Event(
                kind, at, self.activation, state.held, state.running, state.ended, subject, detail, self.loops > 0
            )
            self.activation.events[name] = event
            if kind == "spawn":
                self.explorer.spawns.append(event)
            return
        if known.held is not state.held:
            surely = {hold.lock for hold in state.held}
            known.held = tuple(hold for hold in known.held if hold.lock in surely)
        known.running |= state.running
        known.ended &= state.ended
        if detail is not None:
            known.detail = detail

    def access(self, location: Address, how: str, at: f.Span, **more: Any) -> None:
        """Note that a location is read or changed."""
        state = self.state
        owned = bool(state.owned) and self.owns(location)
        check = state.checks.get(location) if how not in ("read", "iterate") else None
        if "check" in more:
            check = more.pop("check") or check
        self.note("access", at, location, Access(how, owned, check=check, **more), how)
        if how in ("write", "delete"):
            state.checks.pop(location, None)
            self._detach(location, at)
            value = more.get("value")
            if how == "write" and state.held and isinstance(value, f.Const) and value.value is True:
                state.running |= {location}  # a flag that others may wait for, see `handovers`

    def _detach(self, location: Address, at: f.Span) -> None:
        """A place gets a new container: locals that stand for the one that was there keep it, and it is theirs now."""
        for known in (self.state.names, self.activation.cells):
            for name, values in known.items():
                if any(isinstance(v, Obj) and v.address is location and v.type in types.CONTAINERS for v in values):
                    old = Address("site", None, (self.function.module.name, at[0], "what was there before"))
                    known[name] = tuple(
                        v.at(old) if isinstance(v, Obj) and v.address is location else v for v in values
                    )

    def owns(self, address: Address) -> bool:
        """Whether nobody else can reach the object at an address, or what it hangs off."""
        owned = self.state.owned
        here: Address | None = address
        while here is not None:
            if here in owned:
                return True
            here = here.base
        return False

    # --- names --------------------------------------------------------------------------------------------------

    def name(self, node: f.Name) -> Values:
        known = self.state.names.get(node.id)
        if known is not None:
            if node.id in self.function.shared_cells and not self.function.is_top:
                self._cell_access(node, self.activation)
            return known
        return self._free_name(node)

    def _free_name(self, node: f.Name) -> Values:
        name = node.id
        function = self.function
        if not function.is_top and name in function.binds:
            return UNKNOWN if name in function.bindings else self.explorer.static_name(function, name, self.receiver)
        here: Activation | None = self.activation.closure
        above = function.parent
        while above is not None and not above.is_top:
            if name in above.binds:
                while here is not None and here.function is not above:
                    here = here.closure
                if here is not None:
                    self._cell_access(node, here)
                    if name in here.cells:
                        return here.cells[name]
                    if name in here.bound:
                        return here.bound[name]
                return self.explorer.static_name(above, name, None)
            above = above.parent
        module = function.module
        if name in self.explorer.variables(module):
            self.access(Address("global", None, (module.name, name)), "read", node.at)
        return self.explorer.global_values(module, name)

    def _cell_access(self, node: f.Name, owner: Activation) -> None:
        if node.id in self.explorer.written_cells(owner.function):
            self.access(self._cell(owner, node.id), "read", node.at)

    def _cell(self, owner: Activation, name: str) -> Address:
        made = owner.function
        return Address("site", None, (made.module.name, made.facts.at[0], name, owner.number))

    def location_of_name(self, name: str) -> Address | None:
        """The shared location that a plain name stands for: a global or a cell seen by nested functions."""
        function = self.function
        if name in function.facts.globals or (function.is_top and name in self.explorer.variables(function.module)):
            return Address("global", None, (function.module.name, name))
        if name in function.binds and not function.is_top:
            return self._cell(self.activation, name) if name in function.shared_cells else None
        here: Activation | None = self.activation.closure
        above = function.parent
        while above is not None and not above.is_top:
            if name in above.binds:
                while here is not None and here.function is not above:
                    here = here.closure
                return self._cell(here, name) if here is not None else None
            above = above.parent
        if name in self.explorer.variables(function.module):
            return Address("global", None, (function.module.name, name))
        return None

    def location(self, expr: f.Expr) -> Address | None:
        """The shared location that a path names, looked up without leaving a trace. A local that stands for a shared
        container means the place where the container lives."""
        if isinstance(expr, f.Name):
            found = self.location_of_name(expr.id)
            if found is not None:
                return found
            values = self.state.names.get(expr.id)
            if values is None and expr.id not in self.function.binds:  # imported, perhaps
                values = self.explorer.global_values(self.function.module, expr.id)
            homes = [v.address for v in values or () if isinstance(v, Obj) and v.type in types.CONTAINERS]
            return homes[0] if len(homes) == 1 and homes[0].kind in ("field", "global", "class") else None
        if isinstance(expr, f.Item):  # a container in a container: the outer one stands for both
            return self.location(expr.value)
        if isinstance(expr, f.Attr):
            self.muted += 1
            try:
                owners = self.evaluator.evaluate_in(expr.value, self)
            finally:
                self.muted -= 1
            for owner in owners:
                place = self.attribute_location(owner, expr.attr)
                if place is not None:
                    return place
        return None

    def attribute_location(self, owner: Value, attr: str) -> Address | None:
        """The location of `owner.attr` as data; None for methods and for what no thread can share."""
        if isinstance(owner, Obj) and isinstance(owner.type, Class):
            cls = self.explorer.owner_of(owner.type, attr)
            if cls is None:
                return None
            if cls.name and self.explorer.is_class_variable(cls, attr):
                return Address("class", None, (cls.qualname, attr))
            place = field(owner.address, attr)
            self.explorer.owners[place] = cls
            return place
        if isinstance(owner, Cls):
            home = self.explorer.owner_of(owner.cls, attr)
            return Address("class", None, ((home or owner.cls).qualname, attr))
        if isinstance(owner, Mod) and attr in self.explorer.variables(owner.module):
            return Address("global", None, (owner.module.name, attr))
        return None

    def reads(self, owner: Values, node: f.Attr | f.Item, found: Values) -> None:
        if self.muted:
            return
        if isinstance(node, f.Attr):
            for value in owner:
                place = self.attribute_location(value, node.attr)
                if place is not None:
                    self.access(place, "read", node.at)
            if len(owner) == 1 and isinstance(owner[0], Obj):
                obj = owner[0]
                if isinstance(obj.type, str) and obj.type == "threading.local":
                    self.note("local read", node.at, obj.address, node.attr)

    # --- binding ------------------------------------------------------------------------------------------------

    def bind(self, target: f.Expr, values: Values, expr: f.Expr | None = None) -> None:
        kind = type(target)
        if kind is f.Name:
            self._bind_name(target, values, expr)  # type: ignore[arg-type]
        elif kind is f.Attr:
            self._bind_attribute(target, values, expr)  # type: ignore[arg-type]
        elif kind is f.Item:
            self._bind_item(target, values, expr)  # type: ignore[arg-type]
        elif kind is f.Display:
            self._unpack(target, values, expr)  # type: ignore[arg-type]
        elif kind is f.Starred:
            self.bind(target.value, UNKNOWN)  # type: ignore[union-attr, arg-type]

    def _bind_name(self, target: f.Name, values: Values, expr: f.Expr | None) -> None:
        name = target.id
        state = self.state
        function = self.function
        state.flags.pop(name, None)
        state.copies.pop(name, None)
        if name in function.facts.globals or function.is_top:
            self._escape(values)
            if name in self.explorer.variables(function.module):
                place = Address("global", None, (function.module.name, name))
                self.access(place, "write", target.at, value=expr, **self._written(place, values, expr))
                if not function.is_top:
                    return
        elif name in function.facts.nonlocals:
            place_or_none = self.location_of_name(name)
            if place_or_none is not None:
                self.access(place_or_none, "write", target.at, value=expr, **self._written(place_or_none, values, expr))
                self._bind_outer(name, values)
            return
        elif name in function.shared_cells:
            if name in self.explorer.written_cells(function):
                place = self._cell(self.activation, name)
                self.access(place, "write", target.at, value=expr, **self._written(place, values, expr))
            self.activation.cells[name] = union(self.activation.cells.get(name, UNKNOWN), values)
        state.names[name] = values

    def _bind_outer(self, name: str, values: Values) -> None:
        here: Activation | None = self.activation.closure
        while here is not None:
            if name in here.function.binds:
                here.cells[name] = union(here.cells.get(name, UNKNOWN), values)
                return
            here = here.closure

    def _bind_attribute(self, target: f.Attr, values: Values, expr: f.Expr | None) -> None:
        owners = self.evaluator.evaluate_in(target.value, self)
        for owner in owners:
            if isinstance(owner, Obj):
                if isinstance(owner.type, Class):
                    setter = self.explorer.setter(owner.type, target.attr)
                    if setter is not None:
                        self.enter(Fn(setter, owner), Arguments((values,)), target, None)
                        continue
                    self.evaluator.store(field(owner.address, target.attr), self._kept(values))
                    self.explorer.keeps(owner.type, values)
                    place = field(owner.address, target.attr)
                    self.explorer.note_owner(place, owner.type, target.attr)
                    if not self.owns(owner.address):
                        self._escape(values)
                    self.access(place, "write", target.at, value=expr, **self._written(place, values, expr))
                else:
                    self._escape(values)
                    self.note("attribute set", target.at, (owner, target.attr), values)
            else:
                self._escape(values)
                place_or_none = self.attribute_location(owner, target.attr)
                if place_or_none is not None:
                    self.access(
                        place_or_none, "write", target.at, value=expr, **self._written(place_or_none, values, expr)
                    )

    def _kept(self, values: Values) -> Values:
        return tuple(v for v in values if not isinstance(v, Lit))

    def _bind_item(self, target: f.Item, values: Values, expr: f.Expr | None) -> None:
        containers = self.evaluator.evaluate_in(target.value, self)
        self.evaluator.evaluate_in(target.index, self)
        place = self.location(target.value)
        for container in containers:
            if isinstance(container, Obj):
                method = self.evaluator.special(container, "__setitem__")
                if method is not None:
                    self.enter(method, Arguments((UNKNOWN, values)), target, None)
                else:
                    self.evaluator.put(container.address, self._kept(values))
        self._escape(values)
        if place is None:
            homes = [v.address for v in containers if isinstance(v, Obj) and v.type in types.CONTAINERS]
            place = homes[0] if homes else None
        if place is not None:
            kind = next((v.type_name for v in containers if isinstance(v, Obj)), "")
            self.access(place, "item", target.at, value=expr, type=kind, **self._written(place, values, expr, target))

    def _unpack(self, target: f.Display, values: Values, expr: f.Expr | None) -> None:
        parts = expr.items if isinstance(expr, f.Display) and len(expr.items) == len(target.items) else None
        packs = [v for v in values if isinstance(v, Pack) and len(v.items) == len(target.items)]
        for index, item in enumerate(target.items):
            found = union(UNKNOWN, *(pack.items[index] for pack in packs)) if packs else UNKNOWN
            self.bind(item, found, parts[index] if parts else None)
        for item in target.items:  # `old, self.rows = self.rows, []` in whatever order
            place = self.location(item) if isinstance(item, (f.Attr, f.Name)) else None
            if place is not None and place.kind in ("field", "global", "class"):
                self._detach(place, item.at)

    def _written(
        self, place: Address, values: Values, expr: f.Expr | None, target: f.Item | None = None
    ) -> dict[str, Any]:
        """Whether the new value was computed from the old one: a read-modify-write in the clothes of an assignment."""
        if expr is None:
            return {}
        from .reads import read_before

        check, visible = read_before(self, place, expr, target.index if target is not None else None)
        return {"check": check, "visible": visible} if check is not None else {}

    # --- escape -------------------------------------------------------------------------------------------------

    def _escape(self, values: Values) -> None:
        """The values can be reached by others from now on."""
        owned = self.state.owned
        if not owned:
            return
        gone: set[Address] = set()
        pending = list(values)
        while pending:
            value = pending.pop()
            if isinstance(value, Obj):
                here: Address | None = value.address
                while here is not None:
                    if here in owned:
                        gone.add(here)
                    here = here.base
            elif isinstance(value, Fn):
                if value.receiver is not None:
                    pending.append(value.receiver)
                if isinstance(value.closure, Activation):
                    for held in (*value.closure.cells.values(), *value.closure.bound.values()):
                        pending.extend(v for v in held if isinstance(v, Obj))
            elif isinstance(value, Pack):
                pending.extend(v for item in value.items for v in item)
            elif isinstance(value, Partial):
                pending.append(value.function)
                pending.extend(v for item in value.args for v in item)
        if gone:
            self._drag_along(gone)
            self.state.owned = owned - gone
            self.activation.escaped |= gone

    def _drag_along(self, gone: set[Address]) -> None:
        """What hangs off objects that can be reached can be reached itself."""
        tenants, owned = self.evaluator.tenants, self.state.owned
        pending = list(gone)
        for owner in pending:
            for address in tenants.get(owner, ()):
                if address in owned and address not in gone:
                    gone.add(address)
                    pending.append(address)

    # --- calls --------------------------------------------------------------------------------------------------

    def made(self, obj: Obj, arguments: Arguments, node: f.Expr) -> None:
        if len(self.state.owned) < MOST_OWNED:
            self.state.owned |= {obj.address}
        if obj.address.kind == "site":
            self.fresh.add(obj.address)
        self.explorer.constructed(obj, arguments, node, self)

    def doubt(self, test: f.Expr) -> None:
        self.tested += asks_for_a_type(self, test)

    def doubts(self) -> int:
        return self.tested

    def settle(self, doubts: int) -> None:
        self.tested = doubts

    @contextmanager
    def arm(self, test: f.Expr, outcome: bool) -> Iterator[None]:
        names = self.state.names
        self.state.names = names.copy()
        assume_kind(self, test, outcome)
        before = self.tested
        self.doubt(test)
        try:
            yield
        finally:
            self.tested = before
            if self.state is not None:
                for name, values in self.state.names.items():  # what a walrus bound inside stays bound
                    names.setdefault(name, values)
                self.state.names = names

    def begin_iteration(self, source: Values, given: Values, node: f.Expr) -> None:
        self.loops += 1
        self.iterated.append(frozenset(v.address for v in given if isinstance(v, Obj)))
        self.iterates(source, node)

    def end_iteration(self) -> None:
        self.loops -= 1
        self.iterated.pop()

    def iterates(self, source: Values, node: f.Expr, method: str = "") -> None:
        """Note that shared containers among the values are iterated, step by step; `method` tells a snapshot."""
        if self.muted:
            return
        for value in source:
            if isinstance(value, Obj) and (
                value.type in types.CONTAINERS or str(value.type).startswith(("dict ", "enum"))
            ):
                if value.address.kind in ("field", "global", "class"):
                    self.access(value.address, "iterate", node.at, type=value.type_name, method=method)

    def awaits(self, node: f.Expr) -> None:
        self.awaited = node

    def suspends(self, node: f.Await | f.Yield, values: Values) -> Values:
        if isinstance(node, f.Await):
            self.note("await", node.at, "await")
            return values
        self.note("yield", node.at, "yield")
        self.explorer.yielded(self, values)
        return UNKNOWN

    def enter(self, fn: Fn, arguments: Arguments, node: f.Expr, hint: Address | None) -> Values:
        function = fn.function
        if self.muted:
            return self.explorer.program.static.returned(function, fn.receiver, hint, node, self.function)
        detached = function.facts.is_async and self.awaited is not node
        return self.explorer.call_function(self, fn, arguments, node, hint, detached)

    def _guesses(self, callee: Activation) -> bool:
        """Whether the callee is what some subclass makes of a method, and this frame has lost who it works on."""
        mine, theirs = self.function.cls, callee.function.cls
        if not self.activation.widened or mine is None or theirs is None or mine is theirs:
            return False
        return mine in self.explorer.program.hierarchy.mro(theirs)

    def call_activation(self, callee: Activation, node: f.Expr, detached: bool, apply: bool = True) -> None:
        """Record the call of an activation and take over what it does to locks, threads and ownership."""
        state = self.state
        held = () if detached else state.held
        name = (callee, node.at)
        known = self.activation.edges.get(name)
        doubted = self.tested > 0 or self._guesses(callee)
        edge = Edge(callee, node.at, held, state.running, state.ended, self.loops > 0, doubted)
        if known is not None:
            edge = edge._replace(
                held=known.held, running=known.running | state.running, ended=known.ended & state.ended,
                tested=known.tested and edge.tested,
            )  # fmt: skip
        self.activation.edges[name] = edge
        if detached or not apply:
            return
        if callee.escaped:
            self.state.owned -= callee.escaped
            self.activation.escaped |= callee.escaped
        done = callee.exit
        if done is None:
            return
        if done.held is not callee.held:
            mine = {hold.lock: hold for hold in state.held}
            kept = {hold.lock for hold in callee.held}
            after = {hold.lock for hold in done.held}
            outer = tuple(h for h in state.held if h.lock not in kept or h.lock in after)
            state.held = outer + tuple(h for h in done.held if h.lock not in mine)
        if done.ended or done.running:
            state.running = (state.running - done.ended) | done.running
            state.ended = (state.ended - done.running) | done.ended

    def external(self, name: str, receiver: Obj | None, arguments: Arguments, node: f.Expr, result: Values) -> Values:
        if self.muted:
            return result
        action = ACTIONS.get(name)
        if action is None and name.rpartition(".")[2] in ("acquire", "release", "__enter__", "__exit__", "locked"):
            action = (
                ACTIONS.get("lock." + name.rpartition(".")[2])
                if receiver is not None and self.lockish(receiver)
                else None
            )
        self.note("call", node.at, name, LibraryCall(receiver, arguments, node, result, self.used), receiver)
        if action is not None:
            return action(self, name, receiver, arguments, node, result)
        if receiver is not None and (receiver.type in types.CONTAINERS or receiver.type in types.QUEUES):
            self._container_call(name, receiver, arguments, node)
        elif not name.startswith("builtins.") and not name.startswith("logging."):
            for values in (*arguments.positional, *(values for _, values in arguments.keywords)):
                self._escape(values)
        if name in _ITERATING and arguments.positional:
            self.iterates(arguments.positional[0], node)
        elif name in types.SNAPSHOTS and arguments.positional:  # of a weak container these run Python code
            weak = tuple(v for v in arguments.positional[0] if isinstance(v, Obj) and self._is_weak(v))
            self.iterates(weak, node, "snapshot")
        return result

    def _is_weak(self, obj: Obj) -> bool:
        return obj.type in types.WEAK_CONTAINERS or (
            str(obj.type).startswith("dict ") and obj.address in self.explorer.weak
        )

    def lockish(self, obj: Obj) -> bool:
        return obj.type in locks.LOCKS or obj.type == UNKNOWN_LOCK_TYPE

    def _container_call(self, name: str, receiver: Obj, arguments: Arguments, node: f.Expr) -> None:
        method = name.rpartition(".")[2]
        for values in arguments.positional:
            self._escape(values)
        if receiver.type in types.QUEUES:
            return
        if receiver.type in types.WEAK_CONTAINERS:
            self.explorer.weak.add(receiver.address)
        place: Address | None = None
        if isinstance(node, f.Call) and isinstance(node.func, f.Attr):
            place = self.location(node.func.value)
        place = place or receiver.address
        if method in types.CHANGES:
            self.access(place, "change", node.at, method=method, type=receiver.type_name, value=node)

    def unknown_call(self, node: f.Call, arguments: Arguments) -> None:
        if self.muted:
            return
        for values in (*arguments.positional, *(values for _, values in arguments.keywords)):
            self._escape(values)
        if isinstance(node.func, f.Attr) and node.func.attr in ("acquire", "release", "__enter__"):
            guessed = self.unknown_lock(node.func.value)
            if guessed is not None:
                ACTIONS["lock." + node.func.attr](self, node.func.attr, guessed, arguments, node, UNKNOWN)
                return
        self.note("unknown", node.at, node.func, LibraryCall(None, arguments, node, UNKNOWN, self.used))

    def unknown_lock(self, expr: f.Expr) -> Obj | None:
        """A lock of unknown kind, when a path of unknown value is used under a name that says lock."""
        name = expr.attr if isinstance(expr, f.Attr) else expr.id if isinstance(expr, f.Name) else ""
        if not any(word in name.lower() for word in locks.LOCKISH_WORDS):
            return None
        place = self.location(expr)
        if place is None and isinstance(expr, f.Attr):
            self.muted += 1
            owners = self.evaluator.evaluate_in(expr.value, self)
            self.muted -= 1
            bases = [owner.address for owner in owners if isinstance(owner, Obj)]
            place = field(bases[0], expr.attr) if bases else None
        if place is None:
            place = Address("some", None, (self.function.qualname, name))
        return Obj(UNKNOWN_LOCK_TYPE, place)


MOST_OWNED = 500
"""Objects that one function can be known to own at a time; only generated code has more."""
_ITERATING = frozenset(
    {"builtins.max", "builtins.min", "builtins.any", "builtins.all", "builtins.sum", "copy.deepcopy"}
)

__all__ = ["Acquire", "ActiveFrame", "Check", "Ext", "ExtMethod", "Hold", "Module", "Spawn"]
