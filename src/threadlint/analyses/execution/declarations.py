"""Declarations: what the text alone tells the run about names and attributes.

Which globals and locals can change while others look, whose attribute it is that is stored, what an assignment to it
calls, and of which parameters the identity matters. Each answer is found once.
"""
from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from ...knowledge import types
from ...model import facts as f
from ...program.symbols import Binding, Class, Function, Module, last_name
from ...program.traverse import walk
from ...program.values import Address, Lit, Mod
from .heap import Heap

if TYPE_CHECKING:
    from ...program.program import Program


class Declarations(Heap):
    """Answers about names, attributes and parameters that hold in every activation."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._changed: dict[Function, frozenset[str]] = {}
        self._opened: dict[Function, frozenset[str]] = {}
        self._switches: dict[Function, dict[str, Lit | None]] = {}
        self._variables: dict[Module, frozenset[str]] = {}
        self._written_cells: dict[Function, frozenset[str]] = {}
        self._owners: dict[tuple[Class, str], Class | None] = {}
        self._class_variables: dict[tuple[Class, str], bool] = {}
        self._setters: dict[tuple[Class, str], Function | None] = {}
        self.type_tests: dict[int, bool] = {}
        """By identity: whether an expression asks for a type."""
        self.owners: dict[Address, Class] = {}
        """The class whose attribute a field location is."""

    def variables(self, module: Module) -> frozenset[str]:
        """Globals that can change: rebound in functions or by other modules, or holding an object."""
        known = self._variables.get(module)
        if known is None:
            names = {name for function in module.functions for name in function.facts.globals}
            for name, bindings in module.top.bindings.items() if module.functions else ():
                if any(b.how == "value" and isinstance(b.expr, (f.Display, f.Call, f.Comprehension)) for b in bindings):
                    names.add(name)
                if any(b.how == "augment" for b in bindings):
                    names.add(name)
            known = self._variables[module] = frozenset(names | self._set_from_outside.get(module, set()))
        return known

    @cached_property
    def _set_from_outside(self) -> dict[Module, set[str]]:
        """Globals that other modules assign (`settings.debug = True`), by module."""
        found: dict[Module, set[str]] = {}
        for function in self.program.functions:
            for owner, name, _ in function.index.attributes:
                if owner not in function.param_names and owner != function.receiver_name:
                    for value in self.static.name(function, owner):
                        if isinstance(value, Mod) and name in value.module.exports:
                            found.setdefault(value.module, set()).add(name)
        return found

    def written_cells(self, function: Function) -> frozenset[str]:
        """Locals that nested functions rebind, and flags that they see: the function itself sets them later on."""
        known = self._written_cells.get(function)
        if known is None:
            names = {name for nested in function.nested for name in nested.facts.nonlocals}
            names |= {name for name in function.shared_cells if _is_flag(function.bindings.get(name, []))}
            known = self._written_cells[function] = frozenset(names & function.shared_cells)
        return known

    def owner_of(self, cls: Class, attr: str) -> Class | None:
        """The topmost class that stores the attribute as data; None for methods and what is never stored."""
        key = (cls, attr)
        if key not in self._owners:
            found = None
            for ancestor in self.program.hierarchy.mro(cls):
                bindings = ancestor.body.bindings.get(attr)
                if attr in ancestor.attribute_bindings or (bindings and bindings[-1].how in ("value", "annotation")):
                    found = ancestor
            self._owners[key] = found
        return self._owners[key]

    def note_owner(self, place: Address, cls: Class, attr: str) -> None:
        owner = self.owner_of(cls, attr)
        if owner is not None:
            self.owners[place] = owner

    def is_class_variable(self, cls: Class, attr: str) -> bool:
        """Whether the attribute is a variable of the class body that no instance shadows."""
        key = (cls, attr)
        known = self._class_variables.get(key)
        if known is None:
            order = self.program.hierarchy.mro(cls)
            stored = any(
                not b.function.is_classmethod
                for c in order
                for b in c.attribute_bindings.get(attr, ())
                if b.how != "augment"
            )
            in_body = any(b.how == "value" for c in order for b in c.body.bindings.get(attr, ()))
            known = self._class_variables[key] = in_body and not stored and not self._is_dataclass(cls)
        return known

    def _is_dataclass(self, cls: Class) -> bool:
        return any(last_name(d) in ("dataclass", "attrs", "define", "s", "frozen") for d in cls.facts.decorators)

    def changed_parameters(self, function: Function) -> frozenset[str]:
        """Parameters that the body changes in place, or passes on: there the identity of a container matters."""
        known = self._changed.get(function)
        if known is None:
            found: set[str] = set()
            for node in walk(function.facts.body):
                if isinstance(node, f.Call):
                    if (
                        isinstance(node.func, f.Attr)
                        and node.func.attr in types.CHANGES
                        and isinstance(node.func.value, f.Name)
                    ):
                        found.add(node.func.value.id)
                    found.update(arg.value.id for arg in node.args if isinstance(arg.value, f.Name))
                elif isinstance(node, (f.Assign, f.AugAssign, f.Delete)):
                    targets = node.targets if not isinstance(node, f.AugAssign) else (node.target,)
                    for target in targets:
                        if isinstance(target, f.Item) and isinstance(target.value, f.Name):
                            found.add(target.value.id)
                    if isinstance(node, f.Assign) and isinstance(node.value, f.Name):
                        found.add(node.value.id)
                elif isinstance(node, f.ForLoop) and isinstance(node.iter, f.Name):
                    found.add(node.iter.id)
            known = self._changed[function] = frozenset(found & function.param_names)
        return known

    def opened_parameters(self, function: Function) -> frozenset[str]:
        """Parameters whose elements the function, or one nested in it, takes out: there it matters what a container
        holds."""
        known = self._opened.get(function)
        if known is None:
            found = set(function.shared_cells)
            for node in walk(function.facts.body):
                if isinstance(node, (f.ForLoop, f.For)):
                    found.add(_opened(node.iter))
                elif isinstance(node, f.Item):
                    found.add(_opened(node.value))
            known = self._opened[function] = frozenset(found & function.param_names)
        return known

    def switches(self, function: Function) -> dict[str, Lit | None]:
        """Parameters that only callers bind, and whose truth tests ask for: there a literal argument decides, or the
        literal that is the default."""
        known = self._switches.get(function)
        if known is None:
            found: set[str] = set()
            for node in walk(function.facts.body):
                if isinstance(node, (f.If, f.IfExp)):
                    found.update(_asked(node.test))
                elif isinstance(node, f.BoolOp):
                    found.update(_asked(node))
            known = self._switches[function] = {
                param.name: _literal(param.default)
                for param in function.facts.params
                if param.name in found and param.name not in function.bindings
            }
        return known

    def begins_as_number(self, place: Address) -> bool:
        """Whether a global or an attribute is given a number where it is made."""
        bindings: list[Binding] = []
        if place.kind == "global":
            module = self.program.modules.get(place.key[0])
            bindings = module.exports.get(place.key[1], []) if module is not None else []
        elif place.kind == "field":
            cls = self.owners.get(place)
            if cls is not None:
                bindings = [*cls.attribute_bindings.get(place.key, ()), *cls.body.bindings.get(place.key, ())]
        return any(isinstance(b.expr, f.Const) and b.expr.kind in ("int", "float") for b in bindings)

    def setter(self, cls: Class, attr: str) -> Function | None:
        """The property setter that an assignment to the attribute calls."""
        key = (cls, attr)
        if key not in self._setters:
            found = None
            for ancestor in self.program.hierarchy.mro(cls):
                for function in ancestor.own_functions:
                    if function.name == attr and "setter" in function.decorator_names:
                        found = found or function
            self._setters[key] = found
        return self._setters[key]


def _literal(default: f.Expr | None) -> Lit | None:
    """True, False or None, if that is a default."""
    return Lit(default.value) if isinstance(default, f.Const) and default.kind in ("bool", "none") else None


def _asked(test: f.Expr) -> Iterator[str]:
    """The names whose truth a test asks for."""
    if isinstance(test, f.Name):
        yield test.id
    elif isinstance(test, f.Not):
        yield from _asked(test.value)
    elif isinstance(test, f.BoolOp):
        for value in test.values:
            yield from _asked(value)
    elif isinstance(test, f.Compare) and compares_with_none(test):
        yield from _asked(test.left)


def compares_with_none(test: f.Compare) -> bool:
    """`name is None`, `name is not None`."""
    return test.op in ("is", "is not") and isinstance(test.right, f.Const) and test.right.kind == "none"


def _opened(expr: f.Expr) -> str:
    """The name whose elements an expression gives: `jobs`, `jobs.values()`, `list(jobs)`; empty for others."""
    if isinstance(expr, f.Call):
        if isinstance(expr.func, f.Attr):
            return _opened(expr.func.value)
        return _opened(expr.args[0].value) if expr.args else ""
    return expr.id if isinstance(expr, f.Name) else ""


def _is_flag(bindings: list[Binding]) -> bool:
    """Whether one of several assignments of a name sets it to `True`."""
    return len(bindings) > 1 and any(isinstance(b.expr, f.Const) and b.expr.value is True for b in bindings)
