"""Calls: what calling a value gives, be it a function, a class, an instance, or something of a library."""
from __future__ import annotations

from typing import TYPE_CHECKING

from ...knowledge import locks
from ...model import facts as f
from ..symbols import Class, Function
from ..values import UNKNOWN, Address, Cls, Ext, ExtMethod, Fn, Obj, Partial, Value, Values, field
from . import protocols
from .arguments import Arguments
from .attributes import Attributes
from .library_results import IDENTITY, library_result

if TYPE_CHECKING:
    from ..program import Program
    from .frames import Frame


class Calls(Attributes):
    """Calls functions through the frame, and makes the objects that calls make."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._lock_makers = frozenset(program.config.locks)
        self._blocking = frozenset(program.config.blocking)

    def call(self, callee: Value, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
        """What calling a value gives."""
        if self._lock_makers and self.makes_lock(callee):
            made = self.allocate(locks.UNKNOWN_LOCK_TYPE, frame, node, hint)
            frame.made(made, arguments, node)
            return (made,)
        if isinstance(callee, Fn):
            if callee.function.qualname in self._blocking:
                frame.external(callee.function.qualname, None, arguments, node, UNKNOWN)
            return frame.enter(callee, arguments, node, hint)
        if isinstance(callee, Cls):
            return (self.instantiate(callee.cls, arguments, frame, node, hint),)
        if isinstance(callee, Ext):
            if callee is IDENTITY:
                return arguments.positional[0] if arguments.positional else UNKNOWN
            if frame.follows:
                protocols.of_the_library(self, callee.name, None, arguments, frame, node)
            result = library_result(self, callee.name, None, arguments, frame, node, hint)
            return frame.external(callee.name, None, arguments, node, result)
        if isinstance(callee, ExtMethod):
            if frame.follows:
                protocols.of_the_library(self, callee.full_name, callee, arguments, frame, node)
            result = library_result(self, callee.full_name, callee, arguments, frame, node, hint)
            return frame.external(callee.full_name, callee.receiver, arguments, node, result)
        if isinstance(callee, Partial):
            merged = arguments._replace(
                positional=callee.args + arguments.positional, keywords=callee.keywords + arguments.keywords, node=None
            )
            return self.call(callee.function, merged, frame, node, hint)
        if isinstance(callee, Obj):
            method = self.special(callee, "__call__")
            if method is not None:
                return frame.enter(method, arguments, node, hint)
        if isinstance(node, f.Call):
            frame.unknown_call(node, arguments)
        return UNKNOWN

    def makes_lock(self, value: Value) -> bool:
        """Whether the configuration says that what this function or class makes behaves as a lock."""
        if isinstance(value, (Ext, ExtMethod)):
            return (value.name if isinstance(value, Ext) else value.full_name) in self._lock_makers
        named: tuple[Function | Class, ...] = ()
        if isinstance(value, Fn):
            named = (value.function,)
        elif isinstance(value, Cls):
            named = self.program.hierarchy.mro(value.cls)
        return any(each.qualname in self._lock_makers for each in named)

    def instantiate(self, cls: Class, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Obj:
        """A new instance of a class of the program; its constructor is entered."""
        made = self.allocate(cls, frame, node, hint)
        frame.made(made, arguments, node)
        init = self.program.hierarchy.find(cls, "__init__")
        if init is not None:
            frame.enter(Fn(init, made), arguments, node, None)
        else:
            for name, values in arguments.keywords:  # a dataclass, or the like
                if values and name in cls.body.bindings:
                    self.store(field(made.address, name), values)
        return made

    def allocate(
        self, type: str | Class, frame: Frame, node: f.Expr, hint: Address | None, under: Obj | None = None
    ) -> Obj:
        site = (frame.function.module.name, node.at[0])
        address = hint or Address("site", None, site, frame.repeats())
        return Obj(type, address, site, under)
