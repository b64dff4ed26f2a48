"""Binding: what an assignment does to names, attributes and items, whoever can see them."""
from __future__ import annotations

from typing import Any

from ...knowledge import types
from ...model import facts as f
from ...program.evaluate import Arguments
from ...program.symbols import Class
from ...program.values import UNKNOWN, Address, Ext, Fn, Lit, Obj, Pack, Values, field, union
from .activation import Activation
from .background import attribute_given
from .places import PlacedFrame
from .reads import read_before


class BindingFrame(PlacedFrame):
    """Targets get their values; stores that others may see are noted, and what is stored there escapes."""

    __slots__ = ()

    def bind(self, target: f.Expr, values: Values, expr: f.Expr | None = None) -> None:
        if isinstance(target, f.Name):
            self._bind_name(target, values, expr)
        elif isinstance(target, f.Attr):
            self._bind_attribute(target, values, expr)
        elif isinstance(target, f.Item):
            self._bind_item(target, values, expr)
        elif isinstance(target, f.Display):
            self._unpack(target, values, expr)
        elif isinstance(target, f.Starred):
            self.bind(target.value, UNKNOWN)

    def _bind_name(self, target: f.Name, values: Values, expr: f.Expr | None) -> None:
        name = target.id
        state = self.state
        function = self.function
        state.flags.pop(name, None)
        state.copies.pop(name, None)
        if name in function.facts.globals or function.is_top:
            self.escape(values)
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
                place = self.cell(self.activation, name)
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
                    self.explorer.keeps(owner.type, target.attr, values)
                    place = field(owner.address, target.attr)
                    self.explorer.note_owner(place, owner.type, target.attr)
                    if not self.owns(owner.address):
                        self.escape(values)
                    self.access(place, "write", target.at, value=expr, **self._written(place, values, expr))
                else:
                    self.escape(values)
                    self.note("attribute set", target.at, (owner, target.attr), values)
                    attribute_given(self, owner, target.attr, values)
            else:
                self.escape(values)
                if isinstance(owner, Ext):
                    self.note("attribute set", target.at, (owner, target.attr), values)
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
        self.escape(values)
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
                self.detach(place, item.at)

    def _written(
        self, place: Address, values: Values, expr: f.Expr | None, target: f.Item | None = None
    ) -> dict[str, Any]:
        """Whether the new value was computed from the old one: a read-modify-write in the clothes of an assignment."""
        if expr is None:
            return {}
        check, visible = read_before(self, place, expr, target.index if target is not None else None)
        return {"check": check, "visible": visible} if check is not None else {}
