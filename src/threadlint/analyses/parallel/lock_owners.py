"""Lock owners: which classes and modules keep a lock, and so are meant for more than one thread."""
from __future__ import annotations

from ...program.program import Program
from ...program.symbols import Class, Function, Module
from ...program.values import Obj
from ..execution.events import holds_back_threads


class LockOwners:
    """Asks every class and module once."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._owns_lock: dict[object, bool] = {}

    def owns_lock(self, owner: Class | Module) -> bool:
        """Whether a class (or one above it) or a module keeps a lock."""
        known = self._owns_lock.get(owner)
        if known is None:
            known = self._owns_lock[owner] = self._find_lock(owner)
        return known

    def _find_lock(self, owner: Class | Module) -> bool:
        static = self._program.static
        if isinstance(owner, Module):
            return any(
                isinstance(value, Obj) and holds_back_threads(value)
                for name, bindings in owner.exports.items()
                if any(binding.how == "value" for binding in bindings)
                for value in static.export(owner, name)
            )
        for cls in self._program.hierarchy.mro(owner):
            values = static.parameter_receiver(cls)
            for name in (*cls.attribute_bindings, *cls.body.bindings):
                if any(isinstance(v, Obj) and holds_back_threads(v) for v in static.class_field(cls, name, values)):
                    return True
        return False

    def meant_for_threads(self, function: Function) -> bool:
        """Whether a public function is likely called from several threads: its class or module owns a lock."""
        method = function.method_of
        if method is not None and method.cls is not None:
            return self.owns_lock(method.cls)
        return self.owns_lock(function.module)
