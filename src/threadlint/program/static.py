"""Values without any order of execution: what names, fields, class variables and exports can hold at all.

A name is the union of everything that is assigned to it. A parameter has its annotated type, as *some* instance:
nothing more is known of it. A call of the program's function gives what its `return` statements give.
"""
from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from ..knowledge import locks, types
from ..knowledge.names import canonical
from ..model import facts as f
from .evaluate import Arguments, Evaluator, Frame
from .symbols import Binding, Class, Function, Module
from .traverse import walk
from .values import UNKNOWN, Address, Cls, Ext, Fn, Lit, Obj, Pack, Value, Values, element, field, union

if TYPE_CHECKING:
    from .program import Program

_BUILTINS = frozenset(dir(builtins))
NESTING = 60
"""How deep static questions may lead to further ones before the answer is "don't know"."""


class StaticFrame(Frame):
    """Names mean the union of their bindings; calls give the union of the callee's returns."""

    __slots__ = ()
    evaluator: Static

    def name(self, node: f.Name) -> Values:
        return self.evaluator.name(self.function, node.id, self.receiver)

    def enter(self, fn: Fn, arguments: Arguments, node: f.Expr, hint: Address | None) -> Values:
        return self.evaluator.returned(fn.function, fn.receiver, hint, node, self.function)


class Static(Evaluator):
    """See the module's docstring. Answers are remembered; a question that leads back to itself is "don't know"."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._names: dict[tuple[Function, str, Value | None], Values] = {}
        self._exports: dict[tuple[Module, str], Values] = {}
        self._variables: dict[tuple[Class, str], Values] = {}
        self._fields: dict[tuple[Class, str, Obj], Values] = {}
        self._returned: dict[tuple[Function, Value | None], Values] = {}
        self._depth = 0

    def evaluate(
        self, expr: f.Expr, function: Function, receiver: Value | None = None, hint: Address | None = None
    ) -> Values:
        """The values of an expression that stands in a function, with `receiver` as its bound first argument."""
        if self._depth >= NESTING:
            return UNKNOWN
        self._depth += 1
        try:
            return self.evaluate_in(expr, StaticFrame(self, function, receiver), hint)
        finally:
            self._depth -= 1

    # --- names --------------------------------------------------------------------------------------------------

    def name(self, function: Function, name: str, receiver: Value | None = None) -> Values:
        """The values of a plain name where `function` reads it."""
        here: Function | None = function
        while here is not None and not here.is_top:
            if name in here.binds and name not in here.facts.globals:
                return self._local(here, name, receiver if here is function.method_of or here is function else None)
            here = here.parent
        values = self.export(function.module, name)
        if values or name in function.module.exports:
            return values
        return (Ext(canonical(f"builtins.{name}")),) if name in _BUILTINS else UNKNOWN

    def _local(self, function: Function, name: str, receiver: Value | None) -> Values:
        key = (function, name, receiver)
        known = self._names.get(key)
        if known is None:
            self._names[key] = UNKNOWN
            known = UNKNOWN
            if name in function.param_names:
                known = self.parameter(function, name, receiver)
            for binding in function.bindings.get(name, ()):
                known = union(known, self.binding(binding, receiver, None))
            self._names[key] = known
        return known

    def parameter(self, function: Function, name: str, receiver: Value | None = None) -> Values:
        """What is known of a parameter without looking at callers: the receiver, an annotation, a default."""
        cls = function.cls
        if cls is not None and name == function.receiver_name:
            if receiver is not None:
                return (receiver,)
            if function.is_classmethod:
                return (Cls(cls),)
            return (self.parameter_receiver(cls),)
        for param in function.facts.params:
            if param.name == name:
                if param.kind in ("star", "starstar"):
                    return UNKNOWN
                if param.annotation is not None:
                    address = Address("some", None, (f"{function.qualname}", name))
                    values = self.annotated(param.annotation, function, address)
                    if values:
                        return values
                if param.default is not None and not isinstance(param.default, f.Const):
                    hint = Address("class", None, (function.qualname, name))
                    return self.evaluate(param.default, function.parent or function.module.top, None, hint)
        return UNKNOWN

    def parameter_receiver(self, cls: Class) -> Obj:
        """Some instance of a class, as its own methods see it."""
        return Obj(cls, Address("some", None, (cls.qualname, "self")))

    def binding(self, binding: Binding, receiver: Value | None, hint: Address | None) -> Values:
        """The values that one binding gives its name."""
        function, how, expr = binding.function, binding.how, binding.expr
        if how == "value" and expr is not None:
            return self.evaluate(expr, function, receiver, hint)
        if how == "import":
            return self.program.imported(function.module, function.index.imports[binding.index], binding.name)
        if how == "def":
            return (Fn(function.module.functions[binding.index]),)
        if how == "class":
            return (Cls(function.module.classes[binding.index]),)
        if how == "annotation" and expr is not None:
            address = hint or Address("site", None, (function.module.name, expr.at[0]))
            return self.annotated(expr, function, address)
        if expr is None:
            return UNKNOWN
        if how == "enter":
            return self.entered(self.evaluate(expr, function, receiver, hint), function)
        if how == "element":
            return self.elements_of(self.evaluate(expr, function, receiver))
        if how in ("item", "element item"):
            values = self.evaluate(expr, function, receiver)
            if how == "element item":
                values = self.elements_of(values)
            found = UNKNOWN
            for value in values:
                if isinstance(value, Pack) and binding.index < len(value.items):
                    found = union(found, value.items[binding.index])
            return found
        return UNKNOWN

    def entered(self, values: Values, function: Function) -> Values:
        """What `with value as name` binds: what `__enter__` gives, or the object itself."""
        found = UNKNOWN
        for value in values:
            if isinstance(value, Obj) and isinstance(value.type, Class):
                method = self.program.hierarchy.find(value.type, "__enter__")
                found = union(found, self.returned(method, value, None, None, function) if method else (value,))
            else:
                found = union(found, (value,))
        return found

    # --- modules and classes ------------------------------------------------------------------------------------

    def export(self, module: Module, name: str) -> Values:
        """The values of a module's global, star imports included."""
        key = (module, name)
        known = self._exports.get(key)
        if known is None:
            self._exports[key] = UNKNOWN
            known = UNKNOWN
            hint = Address("global", None, (module.name, name))
            for binding in module.exports.get(name, ()):
                known = union(known, self.binding(binding, None, hint))
            if not known:
                for statement in module.stars:
                    base = self.program.base_of_import(module, statement)
                    origin = self.program.modules.get(base or "")
                    if origin is not None and origin is not module:
                        known = union(known, self.export(origin, name))
                    elif base and origin is None and base in ("threading", "queue", "tkinter"):
                        known = union(known, (Ext(canonical(f"{base}.{name}")),))
            self._exports[key] = known
        return known

    def class_variable(self, cls: Class, name: str) -> Values:
        """The values of a variable that the class body assigns."""
        key = (cls, name)
        known = self._variables.get(key)
        if known is None:
            self._variables[key] = UNKNOWN
            known = UNKNOWN
            hint = Address("class", None, (cls.qualname, name))
            for binding in cls.body.bindings.get(name, ()):
                if binding.how != "annotation":
                    known = union(known, self.binding(binding, None, hint))
            known = self._variables[key] = union(known, self.class_stores(cls, name))
        return known

    def class_stores(self, cls: Class, name: str) -> Values:
        """What classmethods store in `cls.name`."""
        found = UNKNOWN
        hint = Address("class", None, (cls.qualname, name))
        for binding in cls.attribute_bindings.get(name, ()):
            if binding.function.is_classmethod and binding.how == "value":
                found = union(found, self.binding(binding, Cls(cls), hint))
        return found

    def class_field(self, cls: Class, name: str, value: Obj) -> Values:
        """The values of a data attribute of an instance, as its class and the classes above assign it."""
        key = (cls, name, value)
        known = self._fields.get(key)
        if known is None:
            self._fields[key] = UNKNOWN
            known = UNKNOWN
            hint = field(value.address, name)
            order = self.program.hierarchy.mro(cls)
            for ancestor in order:
                for binding in ancestor.attribute_bindings.get(name, ()):
                    if not binding.function.is_classmethod:
                        known = union(known, self.binding(binding, value, hint))
            for ancestor in order:
                bindings = ancestor.body.bindings.get(name)
                if bindings and bindings[-1].how != "def":
                    known = union(known, self._declared(ancestor, name, bindings, hint))
                    break
            if not known and any(word in name.lower() for word in _POOLISH) and self._used_as_pool(order, name):
                known = (Obj("concurrent.futures.Executor", hint),)
            self._fields[key] = known
        return known

    def _used_as_pool(self, order: tuple[Class, ...], name: str) -> bool:
        """Whether the methods of a class both submit to and shut down what an attribute holds that they were given."""
        called: set[str] = set()
        for ancestor in order:
            for function in ancestor.own_functions:
                for node in walk(function.facts.body):
                    if (
                        isinstance(node, f.Call)
                        and isinstance(node.func, f.Attr)
                        and isinstance(node.func.value, f.Attr)
                    ):
                        if node.func.value.attr == name and isinstance(node.func.value.value, f.Name):
                            called.add(node.func.attr)
        return {"submit", "shutdown"} <= called

    def _declared(self, cls: Class, name: str, bindings: list[Binding], hint: Address) -> Values:
        """A variable of the class body as its instances see it: `field(default_factory=…)` and bare annotations make
        one for each instance."""
        found = UNKNOWN
        for binding in bindings:
            if binding.how == "annotation" and binding.expr is not None:
                if len(bindings) == 1:
                    found = union(found, self.annotated(binding.expr, cls.module.top, hint))
            elif isinstance(binding.expr, f.Call) and (factory := _factory(binding.expr)) is not None:
                function = cls.parent or cls.module.top
                for value in self.evaluate(factory, function):
                    frame = StaticFrame(self, function, None)
                    found = union(found, self.call(value, Arguments(), frame, binding.expr, hint))
            else:
                found = union(found, tuple(v for v in self.class_variable(cls, name) if v not in found))
        return found

    # --- functions and annotations ------------------------------------------------------------------------------

    def returned(
        self, function: Function, receiver: Value | None, hint: Address | None, node: f.Expr | None, caller: Function
    ) -> Values:
        """What a call of the function gives. An object made inside is named by `hint`, or by the place of the call."""
        key = (function, receiver)
        known = self._returned.get(key)
        if known is None:
            self._returned[key] = UNKNOWN
            known = UNKNOWN
            for statement in function.index.returns:
                if statement.value is not None:
                    known = union(known, self.evaluate(statement.value, function, receiver))
            if function.facts.is_generator:
                known = UNKNOWN
                for given in function.index.yields:
                    if given.value is not None:
                        known = union(known, self.evaluate(given.value, function, receiver))
                if "contextmanager" not in function.decorator_names:
                    made = Obj("builtins.list", Address("site", None, (function.module.name, function.facts.at[0])))
                    self.put(made.address, known)
                    known = (made,)
            if not known and function.facts.returns is not None:
                address = Address("some", None, (function.qualname, "return"))
                known = self.annotated(function.facts.returns, function, address)
            self._returned[key] = known
        return self.rename(known, rebased(known, function, hint, node, caller))

    def annotated(self, expr: f.Expr, function: Function, address: Address) -> Values:
        """An instance of the annotated type at an address: `Optional`, `|`, `Annotated`, containers of one type."""
        if isinstance(expr, (f.Name, f.Attr)):
            return self._instances(self.evaluate(expr, function.parent or function.module.top), address)
        if isinstance(expr, f.BinOp) and expr.op == "|":
            return union(self.annotated(expr.left, function, address), self.annotated(expr.right, function, address))
        if isinstance(expr, f.Item):
            outer = [
                v.name for v in self.evaluate(expr.value, function.parent or function.module.top) if isinstance(v, Ext)
            ]
            inner = expr.index.items if isinstance(expr.index, f.Display) else (expr.index,)
            name = outer[0] if outer else ""
            tail = name.rpartition(".")[2]
            if tail in ("Optional", "Annotated", "Final", "ClassVar", "Required", "Union"):
                picked = inner if tail == "Union" else inner[:1]
                return union(UNKNOWN, *(self.annotated(each, function, address) for each in picked))
            container = _CONTAINER_ANNOTATIONS.get(tail)
            if container is not None and inner:
                self.put(address, self.annotated(inner[-1], function, element(address)))
                return (Obj(container, address),)
            return self.annotated(expr.value, function, address)
        return UNKNOWN

    def _instances(self, values: Values, address: Address) -> Values:
        found: list[Value] = []
        for value in values:
            if self._lock_makers and self.makes_lock(value):
                found.append(Obj(locks.UNKNOWN_LOCK_TYPE, address))
            elif isinstance(value, Cls):
                found.append(Obj(value.cls, address))
            elif isinstance(value, Ext):
                name = _CONTAINER_ANNOTATIONS.get(value.name.rpartition(".")[2], value.name)
                known = name in locks.LOCKS or name in types.SYNCHRONISED or name in types.CONTAINERS
                if known or (not name.startswith(("builtins.", "typing.")) and name.rpartition(".")[2][:1].isupper()):
                    found.append(Obj(name, address))
        return tuple(found)


def rebased(
    values: Values, function: Function, hint: Address | None, node: f.Expr | None, caller: Function, many: bool = False
) -> Values:
    """Values that a call returned, with objects made in the callee named by the call: each call makes its own. `many`:
    this call runs more than once."""
    if not any(isinstance(v, Obj) and v.address.root.kind == "site" for v in values):
        return values
    found: list[Value] = []
    for value in values:
        if isinstance(value, Obj) and value.address.kind == "site" and not function.is_top:
            inner = value.address.key
            at = node.at[0] if node is not None else 0
            if hint is not None:
                value = value.at(hint)
            elif (
                inner[0] == function.module.name
                and function.facts.at[0] <= inner[1] < function.facts.at[1]
                and len(inner) == 2
            ):
                value = value.at(Address("site", None, (*inner, caller.module.name, at), many or value.address.many))
        found.append(value)
    return tuple(found)


def _factory(call: f.Call) -> f.Expr | None:
    for arg in call.args:
        if arg.keyword in ("default_factory", "factory"):
            return arg.value
    return None


_POOLISH = ("executor", "pool", "delegate")
_CONTAINER_ANNOTATIONS = {
    "dict": "builtins.dict", "Dict": "builtins.dict", "MutableMapping": "builtins.dict", "Mapping": "builtins.dict",
    "list": "builtins.list", "List": "builtins.list", "Sequence": "builtins.list", "Iterable": "builtins.list",
    "set": "builtins.set", "Set": "builtins.set", "deque": "collections.deque", "Deque": "collections.deque",
    "OrderedDict": "collections.OrderedDict", "DefaultDict": "collections.defaultdict",
    "defaultdict": "collections.defaultdict", "WeakSet": "weakref.WeakSet", "Queue": "queue.Queue",
    "WeakValueDictionary": "weakref.WeakValueDictionary", "WeakKeyDictionary": "weakref.WeakKeyDictionary",
}  # fmt: skip

__all__ = ["Lit", "Static", "StaticFrame", "rebased"]
