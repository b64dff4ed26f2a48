"""What an expression evaluates to.

`Evaluator` is the one meaning of names, attributes, calls and displays. It is asked through a *frame*, which says what
names are bound to and what happens when a function is entered. `Static` answers without any order of execution: a name
is the union of everything assigned to it, parameters have their annotated types, and calls give what the callee's
`return`s give. The flow-sensitive frames of the analyses use the same meanings and record what happens on the way.

What it does not know is `UNKNOWN`, the empty set: aliasing beyond paths of `values.DEEPEST` steps, dispatch by strings,
anything that depends on run-time values.
"""
from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

from ..knowledge import locks, types
from ..model import facts as f
from .symbols import Class, Function
from .values import (
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
    Super,
    Value,
    Values,
    element,
    field,
    union,
)

if TYPE_CHECKING:
    from .program import Program

IDENTITY = Ext("a decorator that returns what it is given")
NOTHING = (Lit(None),)
NESTING = 60
"""How deep static questions may lead to further ones before the answer is "don't know"."""


_NO_MATTER: AbstractContextManager[None] = nullcontext()


class Arguments(NamedTuple):
    """What a call passes. `open`: some came through `*` or `**` of unknown length."""

    positional: tuple[Values, ...] = ()
    keywords: tuple[tuple[str, Values], ...] = ()
    node: f.Call | None = None
    open: bool = False

    def get(self, position: int | None, keyword: str = "") -> Values | None:
        """The values of an argument by position or keyword; None when it is not passed."""
        for name, values in self.keywords:
            if name == keyword:
                return values
        if position is not None and position < len(self.positional):
            return self.positional[position]
        return None

    def expr(self, position: int | None, keyword: str = "") -> f.Expr | None:
        """The expression of an argument; None when it is not passed (or only through `*` or `**`)."""
        if self.node is None:
            return None
        index = 0
        for arg in self.node.args:
            if arg.star:
                index = 1_000
            elif arg.keyword is not None:
                if arg.keyword == keyword:
                    return arg.value
            else:
                if index == position:
                    return arg.value
                index += 1
        return None

    def without_first(self) -> Arguments:
        return self._replace(positional=self.positional[1:], node=None)

    def bound(self, function: Function, receiver: Value | None) -> dict[str, Values]:
        """Values by parameter name, as Python binds them; parameters that nothing is passed for are left out."""
        given = list(self.positional)
        if receiver is not None:
            given.insert(0, (receiver,))
        keywords = dict(self.keywords)
        bound: dict[str, Values] = {}
        at = 0
        for param in function.facts.params:
            if param.kind in ("any", "pos"):
                if at < len(given):
                    bound[param.name] = given[at]
                    at += 1
                elif param.name in keywords:
                    bound[param.name] = keywords.pop(param.name)
            elif param.kind == "star":
                bound[param.name] = (Pack(tuple(given[at:])),)
                at = len(given)
            elif param.kind == "key":
                if param.name in keywords:
                    bound[param.name] = keywords.pop(param.name)
            else:
                bound[param.name] = (Pack((), tuple(sorted(keywords.items(), key=lambda item: item[0]))),)
        return bound


class Frame:
    """Where an expression is evaluated. Subclasses say what names mean and what calls do."""

    __slots__ = ("evaluator", "function", "receiver")

    def __init__(self, evaluator: Evaluator, function: Function, receiver: Value | None) -> None:
        self.evaluator = evaluator
        self.function = function
        self.receiver = receiver

    @property
    def closure(self) -> Any:
        """What functions defined here close over."""
        return None

    def name(self, node: f.Name) -> Values:
        """The values of a plain name."""
        raise NotImplementedError

    def bind(self, target: f.Expr, values: Values) -> None:
        """Bind a target inside an expression (walrus, comprehension)."""

    def enter(self, fn: Fn, arguments: Arguments, node: f.Expr, hint: Address | None) -> Values:
        """Call a function of the program."""
        raise NotImplementedError

    def external(self, name: str, receiver: Obj | None, arguments: Arguments, node: f.Expr, result: Values) -> Values:
        """A call of a library's function or method gave `result`; a frame may know better."""
        return result

    def reads(self, owner: Values, node: f.Attr | f.Item, found: Values) -> None:
        """An attribute or item of `owner` was read."""

    def unknown_call(self, node: f.Call, arguments: Arguments) -> None:
        """A call of something unknown."""

    def made(self, obj: Obj, arguments: Arguments, node: f.Expr) -> None:
        """An object of the program's class or a library's was made."""

    def repeats(self) -> bool:
        """Whether this place runs more than once for one activation of the function."""
        return False

    def doubt(self, test: f.Expr) -> None:
        """What follows is evaluated only if the test came out in one way."""

    def doubts(self) -> int:
        """How many such tests are in force."""
        return 0

    def settle(self, doubts: int) -> None:
        """Go back to an earlier number of tests in force."""

    def arm(self, test: f.Expr, outcome: bool) -> AbstractContextManager[None]:
        """Inside, the test is known to have had this outcome."""
        return _NO_MATTER

    def begin_iteration(self, source: Values, given: Values, node: f.Expr) -> None:
        """A comprehension iterates over `source`, which gives `given`."""

    def end_iteration(self) -> None:
        """The innermost iteration is over."""

    def awaits(self, node: f.Expr) -> None:
        """The value of `node` is awaited as soon as it is known."""

    def suspends(self, node: f.Await | f.Yield, values: Values) -> Values:
        """`await` or `yield` with the values of its operand; gives the values of the whole expression."""
        return values if isinstance(node, f.Await) else UNKNOWN


class Evaluator:
    """The meaning of expressions; see the module's docstring. `elements` and `fields` remember what was put where."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._lock_makers = frozenset(program.config.locks)
        self._blocking = frozenset(program.config.blocking)
        self.elements: dict[Address, Values] = {}
        self.fields: dict[Address, Values] = {}
        self.tenants: dict[Address, dict[Address, None]] = {}
        """What was put into a field or container of an object, or into what hangs off it, by the object."""

    # --- expressions --------------------------------------------------------------------------------------------

    def evaluate_in(self, expr: f.Expr, frame: Frame, hint: Address | None = None) -> Values:
        """The values of an expression; `hint` names the object that it makes, if it makes one."""
        kind = type(expr)
        if kind is f.Name:
            return frame.name(expr)  # type: ignore[arg-type]
        return _MEANINGS[kind](self, expr, frame, hint)

    def _const(self, expr: f.Const, frame: Frame, hint: Address | None) -> Values:
        if expr.kind == "none":
            return NOTHING
        return (Lit(expr.value),) if expr.value is not None else UNKNOWN

    def _attr(self, expr: f.Attr, frame: Frame, hint: Address | None) -> Values:
        owner = self.evaluate_in(expr.value, frame)
        found = UNKNOWN
        for value in owner:
            found = union(found, self.attribute(value, expr.attr, frame, expr))
        frame.reads(owner, expr, found)
        return found

    def _item(self, expr: f.Item, frame: Frame, hint: Address | None) -> Values:
        owner = self.evaluate_in(expr.value, frame)
        self.evaluate_in(expr.index, frame)
        found = UNKNOWN
        for value in owner:
            if isinstance(value, Pack):
                at = expr.index.value if isinstance(expr.index, f.Const) else None
                if isinstance(at, int) and -len(value.items) <= at < len(value.items):
                    found = union(found, value.items[at])
                elif isinstance(at, str):
                    found = union(found, dict(value.keywords).get(at, UNKNOWN))
                else:
                    found = union(found, *value.items) if value.items else found
            elif isinstance(value, Obj):
                method = self.special(value, "__getitem__")
                if method is not None:
                    found = union(found, frame.enter(method, Arguments((UNKNOWN,)), expr, None))
                else:
                    found = union(found, self.elements_of((value,)))
        frame.reads(owner, expr, found)
        return found

    def special(self, value: Obj, name: str) -> Fn | None:
        """A special method of an instance of the program's class, bound to it."""
        if isinstance(value.type, Class):
            method = self.program.hierarchy.find(value.type, name)
            if method is not None:
                return Fn(method, value)
        return None

    def _call(self, expr: f.Call, frame: Frame, hint: Address | None) -> Values:
        callees = self.evaluate_in(expr.func, frame)
        arguments = self.arguments(expr, frame)
        if not callees:
            frame.unknown_call(expr, arguments)
            return UNKNOWN
        found = UNKNOWN
        for callee in callees:
            found = union(found, self.call(callee, arguments, frame, expr, hint))
        return found

    def arguments(self, expr: f.Call, frame: Frame) -> Arguments:
        """The evaluated arguments of a call, with packs spread out."""
        if not expr.args:
            return Arguments((), (), expr)
        positional: list[Values] = []
        keywords: list[tuple[str, Values]] = []
        is_open = False
        for arg in expr.args:
            values = self.evaluate_in(arg.value, frame)
            if arg.star == 0:
                if arg.keyword is None:
                    positional.append(values)
                else:
                    keywords.append((arg.keyword, values))
            else:
                packs = [value for value in values if isinstance(value, Pack)]
                if len(packs) == 1:
                    if arg.star == 1:
                        positional.extend(packs[0].items)
                    else:
                        keywords.extend(packs[0].keywords)
                else:
                    is_open = True
        return Arguments(tuple(positional), tuple(keywords), expr, is_open)

    def _lambda(self, expr: f.Lambda, frame: Frame, hint: Address | None) -> Values:
        return (Fn(frame.function.module.functions[expr.function], None, frame.closure),)

    def _display(self, expr: f.Display, frame: Frame, hint: Address | None) -> Values:
        items = [self.evaluate_in(item, frame) for item in expr.items]
        if expr.kind == "tuple":
            if any(isinstance(item, f.Starred) for item in expr.items):
                return UNKNOWN
            return (Pack(tuple(items)),)
        made = self._allocate(f"builtins.{expr.kind}", frame, expr, hint)
        values = items[1::2] if expr.kind == "dict" else items
        if any(values):
            self.put(made.address, union(UNKNOWN, *values))
        frame.made(made, Arguments(), expr)
        return (made,)

    def _starred(self, expr: f.Starred, frame: Frame, hint: Address | None) -> Values:
        return self.elements_of(self.evaluate_in(expr.value, frame))

    def _comprehension(self, expr: f.Comprehension, frame: Frame, hint: Address | None) -> Values:
        for clause in expr.fors:
            source = self.evaluate_in(clause.iter, frame)
            given = self.iterated(source, frame)
            frame.begin_iteration(source, given, clause.iter)
            frame.bind(clause.target, given)
            for test in clause.tests:
                self.evaluate_in(test, frame)
        values = [self.evaluate_in(each, frame) for each in expr.elements]
        for _ in expr.fors:
            frame.end_iteration()
        kind = "list" if expr.kind == "generator" else expr.kind
        made = self._allocate(f"builtins.{kind}", frame, expr, hint)
        if values[-1]:
            self.put(made.address, values[-1])
        if expr.kind != "generator":
            frame.made(made, Arguments(), expr)
        return (made,)

    def _boolop(self, expr: f.BoolOp, frame: Frame, hint: Address | None) -> Values:
        found = UNKNOWN
        before = frame.doubts()
        for value in expr.values:
            values = self.evaluate_in(value, frame, hint)
            frame.doubt(value)
            found = union(found, tuple(v for v in values if not (isinstance(v, Lit) and not v.value)))
        frame.settle(before)
        return found

    def _ifexp(self, expr: f.IfExp, frame: Frame, hint: Address | None) -> Values:
        self.evaluate_in(expr.test, frame)
        with frame.arm(expr.test, True):
            body = self.evaluate_in(expr.body, frame, hint)
        with frame.arm(expr.test, False):
            return union(body, self.evaluate_in(expr.orelse, frame, hint))

    def _walrus(self, expr: f.Walrus, frame: Frame, hint: Address | None) -> Values:
        values = self.evaluate_in(expr.value, frame, hint)
        frame.bind(expr.target, values)
        return values

    def _await(self, expr: f.Await, frame: Frame, hint: Address | None) -> Values:
        frame.awaits(expr.value)
        return frame.suspends(expr, self.evaluate_in(expr.value, frame, hint))

    def _yield(self, expr: f.Yield, frame: Frame, hint: Address | None) -> Values:
        values = self.evaluate_in(expr.value, frame) if expr.value is not None else NOTHING
        return frame.suspends(expr, values)

    def _compare(self, expr: f.Compare, frame: Frame, hint: Address | None) -> Values:
        self.evaluate_in(expr.left, frame)
        right = self.evaluate_in(expr.right, frame)
        if expr.op in ("in", "not in"):
            for value in right:
                method = self.special(value, "__contains__") if isinstance(value, Obj) else None
                if method is not None:
                    frame.enter(method, Arguments((UNKNOWN,)), expr, None)
        return UNKNOWN

    def _not(self, expr: f.Not, frame: Frame, hint: Address | None) -> Values:
        self.evaluate_in(expr.value, frame)
        return UNKNOWN

    def _binop(self, expr: f.BinOp, frame: Frame, hint: Address | None) -> Values:
        left = self.evaluate_in(expr.left, frame)
        right = self.evaluate_in(expr.right, frame)
        if any(isinstance(v, Obj) and v.type in types.CONTAINERS for v in left):
            made = self._allocate("builtins.list", frame, expr, hint)
            self.put(made.address, union(self.elements_of(left), self.elements_of(right)))
            return (made,)
        return UNKNOWN

    def _other(self, expr: f.Other, frame: Frame, hint: Address | None) -> Values:
        for part in expr.parts:
            self.evaluate_in(part, frame)
        return UNKNOWN

    # --- containers ---------------------------------------------------------------------------------------------

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

    def iterated(self, values: Values, frame: Frame) -> Values:
        """What a `for` over the values binds: keys of a dict are unknown; `__iter__` of the program's classes is
        run."""
        found = UNKNOWN
        for value in values:
            if isinstance(value, Obj):
                if value.type in types.DICTS:
                    continue
                method = self.special(value, "__iter__")
                if method is not None:
                    found = union(
                        found, self.elements_of(frame.enter(method, Arguments(), f.Const((0, 0), "none"), None))
                    )
                    continue
            found = union(found, self.elements_of((value,)))
        return found

    def _allocate(
        self, type: str | Class, frame: Frame, node: f.Expr, hint: Address | None, under: Obj | None = None
    ) -> Obj:
        site = (frame.function.module.name, node.at[0])
        address = hint or Address("site", None, site, frame.repeats())
        return Obj(type, address, site, under)

    # --- attributes ---------------------------------------------------------------------------------------------

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
            return self.program.member(value.module.name, name)
        if isinstance(value, Ext):
            from ..knowledge.names import canonical

            return (Ext(canonical(f"{value.name}.{name}")),)
        if isinstance(value, Cls):
            return self._attribute_of_class(value.cls, name, frame)
        if isinstance(value, Super):
            return self._attribute_of_super(value, name, frame, node)
        return UNKNOWN

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

    def field_values(self, value: Obj, cls: Class, name: str) -> Values:
        """The values of a data attribute: what was seen stored in this very object, else what its class stores."""
        stored = self.fields.get(field(value.address, name))
        return stored or self.program.static.class_field(cls, name, value)

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

    # --- calls --------------------------------------------------------------------------------------------------

    def call(self, callee: Value, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
        """What calling a value gives."""
        if self._lock_makers and self.makes_lock(callee):
            made = self._allocate(locks.UNKNOWN_LOCK_TYPE, frame, node, hint)
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
            result = self._library_result(callee.name, None, arguments, frame, node, hint)
            return frame.external(callee.name, None, arguments, node, result)
        if isinstance(callee, ExtMethod):
            result = self._library_result(callee.full_name, callee, arguments, frame, node, hint)
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
        made = self._allocate(cls, frame, node, hint)
        frame.made(made, arguments, node)
        init = self.program.hierarchy.find(cls, "__init__")
        if init is not None:
            frame.enter(Fn(init, made), arguments, node, None)
        else:
            for name, values in arguments.keywords:  # a dataclass, or the like
                if values and name in cls.body.bindings:
                    self.store(field(made.address, name), values)
        return made

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

    def _library_result(
        self,
        name: str,
        method: ExtMethod | None,
        arguments: Arguments,
        frame: Frame,
        node: f.Expr,
        hint: Address | None,
    ) -> Values:
        special = _LIBRARY.get(name)
        if special is not None:
            return special(self, arguments, frame, node, hint)
        if method is not None:
            return self._method_result(method, arguments, frame, node, hint)
        kind = locks.LOCKS.get(name)
        if kind is not None:
            under = None
            if kind.wraps is not None:
                wrapped = [v for v in arguments.get(kind.wraps, "lock") or () if isinstance(v, Obj)]
                under = wrapped[0] if wrapped else None
            made = self._allocate(name, frame, node, hint, under)
            frame.made(made, arguments, node)
            return (made,)
        if name in types.TRANSPARENT:
            given = arguments.positional[0] if arguments.positional else UNKNOWN
            return given if any(isinstance(v, (Fn, Cls, Partial)) for v in given) else (IDENTITY,)
        type_name = types.RETURNS.get(name) or types.BUILTIN_CONTAINERS.get(name)
        if type_name is None and (
            name in types.CONTAINERS or name in types.SYNCHRONISED or name.rpartition(".")[2][:1].isupper()
        ):
            type_name = name
        if type_name is None:
            return UNKNOWN
        made = self._allocate(type_name, frame, node, hint)
        if name in types.BUILTIN_CONTAINERS and arguments.positional:
            self.put(made.address, self.elements_of(arguments.positional[0]))
        elif name == "collections.defaultdict" and arguments.positional:
            for factory in arguments.positional[0]:
                self.put(made.address, self.call(factory, Arguments(), frame, node, element(made.address)))
        frame.made(made, arguments, node)
        return (made,)

    def _method_result(
        self, method: ExtMethod, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None
    ) -> Values:
        receiver, name = method.receiver, method.name
        type_name = types.RETURNS.get(method.full_name)
        if method.owner in types.CONTAINERS or method.owner in types.QUEUES:
            if name in ("append", "add", "appendleft", "put", "put_nowait", "insert", "setdefault"):
                values = arguments.positional[-1] if arguments.positional else UNKNOWN
                self.put(receiver.address, values)
                return union(self.contents(receiver.address), values) if name == "setdefault" else NOTHING
            if name in ("extend", "update"):
                self.put(
                    receiver.address, self.elements_of(arguments.positional[0]) if arguments.positional else UNKNOWN
                )
                return NOTHING
            if name in ("get", "pop", "popleft", "get_nowait", "__getitem__"):
                return self.contents(receiver.address)
            if name in ("items", "iteritems"):
                return (Obj("dict items", receiver.address, receiver.site),)
            if name in ("values", "itervalues"):
                return (Obj("dict values", receiver.address, receiver.site),)
            if name in ("keys", "iterkeys"):
                return (Obj("dict keys", receiver.address, receiver.site),)
            if name == "copy":
                made = self._allocate(method.owner, frame, node, hint)
                self.put(made.address, self.contents(receiver.address))
                return (made,)
        if type_name is None:
            return UNKNOWN
        made = self._allocate(type_name, frame, node, hint)
        frame.made(made, arguments, node)
        return (made,)


def _super(self: Evaluator, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
    method = frame.function.method_of
    if method is None or method.cls is None:
        return UNKNOWN
    receivers = arguments.get(1) or (frame.name(f.Name(node.at, method.receiver_name)) if method.receiver_name else ())
    given = arguments.get(0) or ()
    cls = given[0].cls if given and isinstance(given[0], Cls) else method.cls
    return (Super(cls, receivers[0]),) if receivers else UNKNOWN


def _partial(self: Evaluator, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
    if not arguments.positional:
        return UNKNOWN
    rest = arguments.positional[1:]
    return tuple(Partial(value, rest, arguments.keywords) for value in arguments.positional[0])


def _wraps(self: Evaluator, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
    return (IDENTITY,)


def _cached(self: Evaluator, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
    given = arguments.positional[0] if arguments.positional else UNKNOWN
    return given if any(isinstance(value, Fn) for value in given) else (IDENTITY,)


def _getattr(self: Evaluator, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
    if len(arguments.positional) < 2:
        return UNKNOWN
    names = [v.value for v in arguments.positional[1] if isinstance(v, Lit) and isinstance(v.value, str)]
    found = UNKNOWN
    for name in names[:1]:
        for value in arguments.positional[0]:
            found = union(found, self.attribute(value, name, frame, node))
    return found


def _type(self: Evaluator, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
    if len(arguments.positional) != 1:
        return UNKNOWN
    return tuple(Cls(v.type) for v in arguments.positional[0] if isinstance(v, Obj) and isinstance(v.type, Class))


def _len(self: Evaluator, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
    for value in arguments.positional[0] if arguments.positional else ():
        method = self.special(value, "__len__") if isinstance(value, Obj) else None
        if method is not None:
            frame.enter(method, Arguments(), node, None)
    return UNKNOWN


def _same(self: Evaluator, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
    return arguments.positional[0] if arguments.positional else UNKNOWN


def _copy(self: Evaluator, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
    """A copy of a container is a new one with the same contents; of anything else it stands for the original."""
    found = UNKNOWN
    for value in arguments.positional[0] if arguments.positional else ():
        if isinstance(value, Obj) and value.type in types.CONTAINERS:
            made = self._allocate(value.type, frame, node, hint)
            self.put(made.address, self.contents(value.address))
            frame.made(made, Arguments(), node)
            value = made
        found = union(found, (value,))
    return found


def _enumerate(self: Evaluator, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
    given = arguments.positional[0] if arguments.positional else UNKNOWN
    return tuple(Obj("enumerated", v.address, v.site) for v in given if isinstance(v, Obj))


def _next(self: Evaluator, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
    return self.elements_of(arguments.positional[0]) if arguments.positional else UNKNOWN


_LIBRARY: dict[str, Callable[[Evaluator, Arguments, Frame, f.Expr, Address | None], Values]] = {
    "builtins.super": _super,
    "functools.partial": _partial,
    "functools.wraps": _wraps,
    "functools.lru_cache": _cached,
    "builtins.getattr": _getattr,
    "builtins.type": _type,
    "builtins.len": _len,
    "builtins.iter": _same,
    "builtins.reversed": _same,
    "copy.copy": _copy,
    "typing.cast": lambda self, a, frame, node, hint: a.positional[1] if len(a.positional) > 1 else UNKNOWN,
    "concurrent.futures.as_completed": _same,
    "builtins.enumerate": _enumerate,
    "builtins.next": _next,
    "builtins.max": _next,
    "builtins.min": _next,
}  # fmt: skip

_MEANINGS: dict[type, Callable[..., Values]] = {
    f.Attr: Evaluator._attr, f.Item: Evaluator._item, f.Call: Evaluator._call, f.Const: Evaluator._const,
    f.Lambda: Evaluator._lambda, f.Display: Evaluator._display, f.Starred: Evaluator._starred,
    f.Comprehension: Evaluator._comprehension, f.Compare: Evaluator._compare, f.BoolOp: Evaluator._boolop,
    f.Not: Evaluator._not, f.BinOp: Evaluator._binop, f.IfExp: Evaluator._ifexp, f.Walrus: Evaluator._walrus,
    f.Await: Evaluator._await, f.Yield: Evaluator._yield, f.Other: Evaluator._other,
}  # fmt: skip
