"""Places: the shared locations that names and paths stand for, and what is written down when they are read.

A location is a global, a field, a class variable, or a cell that nested functions see. Whatever happens at one becomes
an event of the activation.
"""
from __future__ import annotations

from typing import Any

from ...knowledge import types
from ...model import facts as f
from ...program.symbols import Class, Function
from ...program.values import UNKNOWN, Address, Cls, Mod, Obj, Value, Values, field
from .activation import Activation
from .callbacks import begins_interrupts
from .events import Access, Event
from .handing_over import hand_of
from .ownership import OwningFrame


class PlacedFrame(OwningFrame):
    """Names are flow-sensitive; reading what others may change is noted."""

    __slots__ = ()

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
            event.perhaps = state.perhaps
            self.activation.events[name] = event
            if kind == "spawn" or begins_interrupts(kind, subject):
                self.activation.beginning.append(event)
                self.explorer.begins(event)
            return
        if known.held is not state.held:
            surely = {hold.lock for hold in state.held}
            known.held = tuple(hold for hold in known.held if hold.lock in surely)
        if state.perhaps is not known.perhaps:
            known.perhaps = (*known.perhaps, *(hold for hold in state.perhaps if hold not in known.perhaps))
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
        if state.got or state.given:
            more["hand"] = hand_of(state, location)
        self.note("access", at, location, Access(how, owned, check=check, **more), how)
        if how in ("write", "delete"):
            state.checks.pop(location, None)
            self.detach(location, at)
            value = more.get("value")
            if how == "write" and state.held and isinstance(value, f.Const) and value.value is True:
                state.running |= {location}  # a flag that others may wait for, see `handovers`

    def detach(self, location: Address, at: f.Span) -> None:
        """A place gets a new container: locals that stand for the one that was there keep it, and it is theirs now."""
        for known in (self.state.names, self.activation.cells):
            for name, values in known.items():
                if any(isinstance(v, Obj) and v.address is location and v.type in types.CONTAINERS for v in values):
                    old = Address("site", None, (self.function.module.name, at[0], "what was there before"))
                    known[name] = tuple(
                        v.at(old) if isinstance(v, Obj) and v.address is location else v for v in values
                    )

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
        above = self._binder(name)
        if above is not None:
            here = self._activation_of(above)
            if here is not None:
                self._cell_access(node, here)
                if name in here.cells:
                    return here.cells[name]
                if name in here.bound:
                    return here.bound[name]
            return self.explorer.static_name(above, name, None)
        module = function.module
        if name in self.explorer.variables(module):
            self.access(Address("global", None, (module.name, name)), "read", node.at)
        return self.explorer.global_values(module, name)

    def _binder(self, name: str) -> Function | None:
        """The innermost enclosing function that binds a name."""
        above = self.function.parent
        while above is not None and not above.is_top:
            if name in above.binds:
                return above
            above = above.parent
        return None

    def _activation_of(self, above: Function) -> Activation | None:
        """The activation of an enclosing function that this one closes over."""
        here: Activation | None = self.activation.closure
        while here is not None and here.function is not above:
            here = here.closure
        return here

    def _cell_access(self, node: f.Name, owner: Activation) -> None:
        if node.id in self.explorer.written_cells(owner.function):
            self.access(self.cell(owner, node.id), "read", node.at)

    def cell(self, owner: Activation, name: str) -> Address:
        made = owner.function
        return Address("site", None, (made.module.name, made.facts.at[0], name, owner.number))

    def location_of_name(self, name: str) -> Address | None:
        """The shared location that a plain name stands for: a global or a cell seen by nested functions."""
        function = self.function
        if name in function.facts.globals or (function.is_top and name in self.explorer.variables(function.module)):
            return Address("global", None, (function.module.name, name))
        if name in function.binds and not function.is_top:
            return self.cell(self.activation, name) if name in function.shared_cells else None
        above = self._binder(name)
        if above is not None:
            here = self._activation_of(above)
            return self.cell(here, name) if here is not None else None
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
            return next(iter(self.attribute_locations(expr)), None)
        return None

    def attribute_locations(self, expr: f.Attr) -> list[Address]:
        """The locations that an attribute may be, one for each object that its owner may be."""
        self.muted += 1
        try:
            owners = self.evaluator.evaluate_in(expr.value, self)
        finally:
            self.muted -= 1
        found = (self.attribute_location(owner, expr.attr) for owner in owners)
        return [place for place in found if place is not None]

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
