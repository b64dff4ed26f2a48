"""Storage: what containers and fields of objects may hold, without any order of the stores."""
from __future__ import annotations

from typing import TYPE_CHECKING

from ..symbols import Class
from ..values import UNKNOWN, Address, Obj, Pack, Values, field, union

if TYPE_CHECKING:
    from ..program import Program


class Storage:
    """Remembers what was put where: `elements` by container, `fields` by field."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.elements: dict[Address, Values] = {}
        self.fields: dict[Address, Values] = {}
        self.tenants: dict[Address, dict[Address, None]] = {}
        """What was put into a field or container of an object, or into what hangs off it, by the object."""

    def put(self, container: Address, values: Values) -> None:
        """Remember that the container at an address may hold these."""
        if values:
            known = self.elements.get(container, UNKNOWN)
            merged = union(known, values)
            if merged is not known:
                self.elements[container] = merged
                self._at_home(container, values)

    def contents(self, container: Address) -> Values:
        """What the container at an address may hold."""
        return self.elements.get(container, UNKNOWN)

    def rename(self, before: Values, now: Values) -> Values:
        """Containers got other addresses; what they hold goes with them."""
        if now is not before:
            for old, new in zip(before, now, strict=True):
                if isinstance(old, Obj) and isinstance(new, Obj) and new is not old:
                    held = self.elements.get(old.address)
                    if held:
                        self.put(new.address, held)
        return now

    def elements_of(self, values: Values) -> Values:
        """What iterating or indexing one of the values may give (for a dict: its values)."""
        found = UNKNOWN
        for value in values:
            if isinstance(value, Pack):
                found = union(found, *value.items) if value.items else found
            elif isinstance(value, Obj):
                if value.type == "dict items":
                    found = union(found, (Pack((UNKNOWN, self.contents(value.address))),))
                elif value.type == "dict keys":
                    continue
                elif value.type == "enumerated":
                    found = union(found, (Pack((UNKNOWN, self.contents(value.address))),))
                else:
                    found = union(found, self.contents(value.address))
        return found

    def store(self, place: Address, values: Values) -> None:
        """Remember what was stored in a field of one object."""
        if values:
            known = self.fields.get(place, UNKNOWN)
            merged = union(known, values)
            if merged is not known:
                self.fields[place] = merged
                self._at_home(place, values)

    def _at_home(self, place: Address, values: Values) -> None:
        for value in values:
            if isinstance(value, Obj):
                here: Address | None = place
                while here is not None:
                    self.tenants.setdefault(here, {})[value.address] = None
                    here = here.base

    def field_values(self, value: Obj, cls: Class, name: str) -> Values:
        """The values of a data attribute: what was seen stored in this very object, else what its class stores."""
        stored = self.fields.get(field(value.address, name))
        return stored or self.program.static.class_field(cls, name, value)
