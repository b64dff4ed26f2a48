"""Attributes: what `value.name` gives, for instances, classes, modules, `super()` and what libraries make."""
from __future__ import annotations

from typing import TYPE_CHECKING

from ...knowledge import locks
from ...knowledge.names import canonical
from ...model import facts as f
from ..symbols import Class, Function
from ..values import UNKNOWN, Address, Cls, Ext, ExtMethod, Fn, Mod, Obj, Super, Value, Values, field, union
from .arguments import Arguments
from .storage import Storage

if TYPE_CHECKING:
    from .frames import Frame


class Attributes(Storage):
    """Looks names up on values; properties are entered through the frame."""

    def attribute(self, value: Value, name: str, frame: Frame, node: f.Expr) -> Values:
        """The values of `value.name`; a property is entered."""
        if isinstance(value, Obj):
            if isinstance(value.type, str):
                kind = locks.FRAMEWORK_LOCK_ATTRIBUTES.get((value.type, name))
                if kind is not None:
                    return (self._framework_lock(value, name, kind),)
                return (ExtMethod(value, name, value.type),)
            return self._attribute_of_instance(value, value.type, name, frame, node)
        if isinstance(value, Mod):
            return self.module_member(value, name)
        if isinstance(value, Ext):
            return (Ext(canonical(f"{value.name}.{name}")),)
        if isinstance(value, Cls):
            return self._attribute_of_class(value.cls, name, frame)
        if isinstance(value, Super):
            return self._attribute_of_super(value, name, frame, node)
        return UNKNOWN

    def module_member(self, value: Mod, name: str) -> Values:
        """The values of a module's top-level name, or its submodule."""
        return self.program.member(value.module.name, name)

    def special(self, value: Obj, name: str) -> Fn | None:
        """A special method of an instance of the program's class, bound to it."""
        if isinstance(value.type, Class):
            method = self.program.hierarchy.find(value.type, name)
            if method is not None:
                return Fn(method, value)
        return None

    def _framework_lock(self, value: Obj, name: str, kind: str) -> Obj:
        if value.type_name == "queue.Queue" and name != "mutex":
            mutex = Obj("threading.Lock", field(value.address, "mutex"), value.site)
            return Obj(kind, field(value.address, name), value.site, mutex)
        return Obj(kind, field(value.address, name), value.site)

    def _attribute_of_instance(self, value: Obj, cls: Class, name: str, frame: Frame, node: f.Expr) -> Values:
        found = self.field_values(value, cls, name)
        methods = self.program.hierarchy.targets(cls, name, value.address.kind != "some")
        for method in methods:
            if method.is_property:
                found = union(
                    found, frame.enter(Fn(method, self._as_owner(value, cls, method)), Arguments(), node, None)
                )
            elif method.is_static:
                found = union(found, self.bound(method, None, frame))
            elif method.is_classmethod:
                found = union(found, self.bound(method, Cls(cls), frame))
            else:
                found = union(found, self.bound(method, self._as_owner(value, cls, method), frame))
        if not found and not methods:
            if any(name in each.attribute_bindings for each in self.program.hierarchy.mro(cls)):
                return found  # its own attribute, of unknown value
            for base in self.program.hierarchy.library_bases(cls)[:1]:
                kind = locks.FRAMEWORK_LOCK_ATTRIBUTES.get((base, name))
                return (self._framework_lock(value, name, kind) if kind else ExtMethod(value, name, base),)
            if name == "__class__":
                return (Cls(cls),)
        return found

    def _as_owner(self, value: Obj, cls: Class, method: Function) -> Obj:
        """The receiver of a method that only subclasses have: an instance of the first one that has it."""
        if method.cls is None or method.cls in self.program.hierarchy.mro(cls):
            return value
        below = self.program.hierarchy.heir(cls, method.cls)
        if below is None:
            return value
        address = value.address
        if address.kind == "some":  # siblings are different objects
            name = address.key[1]
            address = Address("some", None, (below.qualname, name if name == "self" else "an argument"))
        return Obj(below, address, value.site, value.under)

    def _attribute_of_class(self, cls: Class, name: str, frame: Frame) -> Values:
        for ancestor in self.program.hierarchy.mro(cls):
            method = ancestor.methods.get(name)
            if method is not None:
                return self.bound(method, Cls(cls) if method.is_classmethod else None, frame)
            if name in ancestor.body.bindings:
                return self.program.static.class_variable(ancestor, name)
        for ancestor in self.program.hierarchy.mro(cls):
            stored = self.program.static.class_stores(ancestor, name)
            if stored:
                return stored
        for base in self.program.hierarchy.library_bases(cls)[:1]:
            return (Ext(f"{base}.{name}"),)
        return UNKNOWN

    def _attribute_of_super(self, value: Super, name: str, frame: Frame, node: f.Expr) -> Values:
        receiver = value.receiver
        cls = receiver.type if isinstance(receiver, Obj) else receiver.cls if isinstance(receiver, Cls) else value.cls
        if not isinstance(cls, Class):
            return UNKNOWN
        exact = not (isinstance(receiver, Obj) and receiver.address.kind == "some")
        methods = self.program.hierarchy.targets(cls, name, exact, after=value.cls)
        found = UNKNOWN
        for method in methods:
            if method.is_property:
                found = union(found, frame.enter(Fn(method, receiver), Arguments(), node, None))
            else:
                found = union(found, self.bound(method, None if method.is_static else receiver, frame))
        if not found and isinstance(receiver, Obj):
            for base in self.program.hierarchy.library_bases(value.cls)[:1]:
                return (ExtMethod(receiver, name, base),)
        return found

    def bound(self, function: Function, receiver: Value | None, frame: Frame) -> Values:
        """A function as a value, after its decorators; here all of them are taken as transparent."""
        return (Fn(function, receiver),)
