"""What becomes of a value: every use of it that the text of the program shows.

The value of an expression is followed through names (all loads of a name in its scope, nested functions included),
attributes (all loads of an attribute of that name, but for `self.name` in classes that have nothing to do with the
one that stores it), module globals, containers (a container stands for what it holds), loops, comprehensions and
unpacking. No order of execution is looked at, and a container is not told from its elements: the uses are too many
rather than too few. What leaves this picture is an *escape*: returned, yielded, raised, passed to a call, stored in
an object that is not `self`. Where a value is followed through functions (`passages`), a result that only the program
takes, and an argument of a function of the program, are no escapes: what is done with them there belongs to it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ...knowledge.holding import GIVING, HOLDING, KEEPING, LOOKING
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class, Function, Module, last_name
from ..mentions import Mentions, mentions
from .passages import Passages


class Use(NamedTuple):
    """One use of a value.

    `how` is call (a method is called, `name` says which), read (an attribute is read), set (an attribute is assigned,
    `node` is the assigned expression), with (entered as a context manager), iterate, test, return, yield, raise,
    argument (passed to a call of something called `name`), passed (the same, followed into a function of the program),
    returned (to the program only, and followed), received (where that goes), store (in an attribute `name` of a foreign
    object) or unknown; `bare` is an attribute in a statement of its own, which does nothing. `function` is where it
    stands; `node` the call, attribute or expression.
    """

    how: str
    name: str
    function: Function
    node: Any


ESCAPES = frozenset({"return", "yield", "raise", "argument", "store", "unknown"})


class Fate(NamedTuple):
    """What becomes of one value. `homes` are the names it gets: (local | global | attribute, name, class or None)."""

    uses: tuple[Use, ...]
    homes: tuple[tuple[str, str, Class | None], ...]
    dropped: bool

    def called(self, *names: str) -> list[Use]:
        """Calls of these methods, and mentions of them as bound methods."""
        return [use for use in self.uses if use.how in ("call", "read") and use.name in names]

    def of(self, *hows: str) -> list[Use]:
        """The uses of these kinds."""
        return [use for use in self.uses if use.how in hows]

    @property
    def escapes(self) -> bool:
        """Whether the value leaves the picture."""
        return any(use.how in ESCAPES for use in self.uses)


class Uses:
    """The answer: `of(function, expression)` follows a value; see the module's docstring."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.mentions = program.ask(mentions)

    def of(self, function: Function, node: f.Expr, through: Passages | None = None) -> Fate:
        """What becomes of the value of an expression, through functions if `through` says how."""
        return _Walk(self._program, self.mentions, through).run(function, node)

    def of_receiver(self, cls: Class) -> Fate:
        """What the methods of a class, of those above and of those below do with their own `self`."""
        walk = _Walk(self._program, self.mentions)
        for each in (*self._program.hierarchy.mro(cls), *self._program.hierarchy.subclasses(cls)):
            for method in each.own_functions:
                if method.receiver_name is not None and not method.is_classmethod:
                    for inner in (method, *method.nested):
                        if inner is method or method.receiver_name not in inner.binds:
                            for name in inner.text.names.get(method.receiver_name, ()):
                                walk.add(inner, name)
        return walk.finish()


class _Walk:
    """One following of one value."""

    def __init__(self, program: Program, mentions: Mentions, through: Passages | None = None) -> None:
        self._program = program
        self._all = mentions
        self._through = through
        self._uses: list[Use] = []
        self._homes: list[tuple[str, str, Class | None]] = []
        self._pending: list[tuple[Function, Any]] = []
        self._seen: set[int] = set()
        self._bound: set[Any] = set()
        self._dropped = False

    def run(self, function: Function, node: f.Expr) -> Fate:
        self.add(function, node)
        return self.finish()

    def finish(self) -> Fate:
        while self._pending:
            self._visit(*self._pending.pop())
        return Fate(tuple(self._uses), tuple(dict.fromkeys(self._homes)), self._dropped)

    def add(self, function: Function, node: Any) -> None:
        if id(node) not in self._seen:
            self._seen.add(id(node))
            self._pending.append((function, node))

    def _use(self, how: str, function: Function, node: Any, name: str = "") -> None:
        self._uses.append(Use(how, name, function, node))

    def _visit(self, function: Function, node: Any) -> None:
        parents = function.text.parents
        above = parents.get(id(node))
        kind = type(above)
        if above is None or kind is f.Evaluate:
            self._dropped |= isinstance(node, f.Call)
        elif kind is f.Assign:
            if above.value is node:
                for target in above.targets:
                    self._bind(function, target, above)
        elif kind is f.AugAssign:
            if above.value is node:
                self._bind(function, above.target, above)
        elif kind is f.Walrus:
            if above.value is node:
                self._bind(function, above.target, above)
                self.add(function, above)
        elif kind is f.Attr:
            self._attribute(function, above, parents)
        elif kind is f.Arg:
            self._argument(function, node, above, parents.get(id(above)))
        elif kind is f.Call:
            self._use("call", function, above, "__call__")
        elif kind in (f.Display, f.Starred, f.Comprehension, f.IfExp, f.BoolOp, f.Await, f.BinOp):
            if kind is f.IfExp and above.test is node:
                self._use("test", function, above)
            elif self._is_target(above, parents):
                pass
            else:
                if kind is f.BoolOp:
                    self._use("test", function, above)
                self.add(function, above)
        elif kind is f.For or kind is f.ForLoop:
            if above.iter is node:
                self._use("iterate", function, above)
                self._bind(function, above.target, above)
            elif above.target is not node:
                self._use("test", function, above)
        elif kind is f.Item:
            if above.value is node:
                if not self._is_target(above, parents):
                    self.add(function, above)
            elif self._is_target(above, parents):  # a key of a dictionary
                self._bind(function, above.value, above)
            else:
                self._use("test", function, above)
        elif kind is f.WithItem:
            if above.context is node:
                self._use("with", function, above)
                if above.target is not None:
                    self._bind(function, above.target, above)
        elif kind is f.Return:
            self._return(function, above)
        elif kind is f.Yield:
            self._use("yield", function, above)
        elif kind is f.Raise:
            self._use("raise", function, above)
        elif kind in (f.Delete, f.Not, f.Compare, f.If, f.While, f.Other, f.Assert, f.Match, f.Case):
            self._use("test", function, above)
        else:
            self._use("unknown", function, above)

    def _return(self, function: Function, statement: f.Return) -> None:
        results = self._through.out_of(function) if self._through is not None else None
        self._use("returned" if results is not None and results.are_all else "return", function, statement)
        for user, place in results.places if results is not None else ():
            self._use("received", user, place)
            self.add(user, place)

    def _is_target(self, node: Any, parents: dict[int, Any]) -> bool:
        """Whether a display, starred or item stands where something is assigned or deleted."""
        while True:
            above = parents.get(id(node))
            if isinstance(above, f.Assign):
                return above.value is not node
            if isinstance(above, (f.ForLoop, f.For)):
                return above.target is node
            if isinstance(above, f.WithItem):
                return above.target is node
            if isinstance(above, (f.AugAssign, f.Delete)):
                return getattr(above, "value", None) is not node
            if not isinstance(above, (f.Display, f.Starred)):
                return False
            node = above

    def _attribute(self, function: Function, attr: f.Attr, parents: dict[int, Any]) -> None:
        above = parents.get(id(attr))
        if isinstance(above, f.Call) and above.func is attr:
            self._use("call", function, above, attr.attr)
            if attr.attr in GIVING:
                self.add(function, above)
        elif isinstance(above, f.Assign) and above.value is not attr:
            self._use("set", function, above.value, attr.attr)
        elif isinstance(above, f.Evaluate):
            self._use("bare", function, attr, attr.attr)
        else:
            self._use("read", function, attr, attr.attr)

    def _argument(self, function: Function, node: Any, arg: f.Arg, call: Any) -> None:
        if not isinstance(call, f.Call):
            self._use("unknown", function, call)
            return
        name = last_name(call.func) or ""
        if isinstance(call.func, f.Attr) and name in HOLDING:
            self._bind(function, call.func.value, call)
            if name == "setdefault":
                self.add(function, call)
        elif name in KEEPING:
            self._use("kept", function, call, name)
            self.add(function, call)
        elif name in LOOKING:
            self._use("test", function, call, name)
        else:
            into = self._through.into(function, call, arg) if self._through is not None else None
            self._use("argument" if into is None else "passed", function, call, name)
            if into is not None:
                self._parameter(*into)

    def _parameter(self, callee: Function, name: str) -> None:
        """All uses of a parameter, as of the value that is passed for it."""
        if (callee, name) not in self._bound:
            self._bound.add((callee, name))
            for inner in (callee, *callee.nested):
                if inner is callee or name not in inner.binds or name in inner.facts.nonlocals:
                    for node in inner.text.names.get(name, ()):
                        self.add(inner, node)

    # --- names --------------------------------------------------------------------------------------------------

    def _bind(self, function: Function, target: f.Expr, where: Any) -> None:
        if isinstance(target, f.Name):
            self._bind_name(function, target, where)
        elif isinstance(target, f.Attr):
            self._bind_attribute(function, target)
        elif isinstance(target, (f.Item, f.Starred)):
            self._bind(function, target.value, where)
        elif isinstance(target, f.Display):
            for item in target.items:
                self._bind(function, item, where)
        elif isinstance(target, f.Call):
            self._bind(function, target.func.value if isinstance(target.func, f.Attr) else target.func, where)
        elif isinstance(target, (f.BoolOp, f.IfExp)):
            self._use("store", function, target)
        else:
            self._use("unknown", function, target)

    def _bind_name(self, function: Function, target: f.Name, where: Any) -> None:
        name = target.id
        cls = self._class_around(function, where)
        if cls is not None:
            self._attribute_home(cls, name)
            return
        if isinstance(where, f.For):  # a comprehension's own variable
            for node in function.text.names.get(name, ()):
                self.add(function, node)
            return
        owner: Function | None = function
        while owner is not None and not owner.is_top and (name not in owner.binds or name in owner.facts.globals):
            if name in owner.facts.globals:
                owner = None
                break
            owner = owner.parent
        if owner is None or owner.is_top:
            self._global(function.module, name)
            return
        if (owner, name) in self._bound:
            return
        self._bound.add((owner, name))
        self._homes.append(("local", name, None))
        if owner.receiver_name == name:
            self._use("store", function, target, name)
            return
        if name in owner.param_names:
            self._use("store", function, target, name)
        for inner in (owner, *owner.nested):
            if inner is owner or name not in inner.binds or name in inner.facts.nonlocals:
                for node in inner.text.names.get(name, ()):
                    self.add(inner, node)

    def _class_around(self, function: Function, where: Any) -> Class | None:
        """The class whose body an assignment stands in directly."""
        parents = function.text.parents
        here = where
        while here is not None:
            if isinstance(here, f.ClassDef):
                return function.module.classes[here.cls]
            here = parents.get(id(here))
        return None

    def _global(self, module: Module, name: str) -> None:
        if (module, name) in self._bound:
            return
        self._bound.add((module, name))
        self._homes.append(("global", name, None))
        self._loads(module, name)
        for other, alias in self._all.imports(name):
            if other is not module:
                self._loads(other, alias)
        for function, node in self._all.attributes(name):
            if not (isinstance(node.value, f.Name) and node.value.id in ("self", "cls")):
                self.add(function, node)

    def _loads(self, module: Module, name: str) -> None:
        for function, node in self._all.names(module, name):
            here: Function | None = function
            while here is not None and not here.is_top:
                if name in here.binds and name not in here.facts.globals:
                    break
                here = here.parent
            else:
                self.add(function, node)

    def _bind_attribute(self, function: Function, target: f.Attr) -> None:
        method = function.method_of
        if method is not None and isinstance(target.value, f.Name) and target.value.id == method.receiver_name:
            assert method.cls is not None
            self._attribute_home(method.cls, target.attr)
            return
        values = self._program.static.evaluate(target.value, function)
        if len(values) == 1 and isinstance(of := getattr(values[0], "cls", None), Class):
            self._attribute_home(of, target.attr)
            return
        self._use("store", function, target, target.attr)

    def _attribute_home(self, cls: Class, name: str) -> None:
        if (cls, name) in self._bound:
            return
        self._bound.add((cls, name))
        self._homes.append(("attribute", name, cls))
        for function, node in self._all.attributes(name):
            method = function.method_of
            mine = method is not None and isinstance(node.value, f.Name) and node.value.id == method.receiver_name
            if mine and method is not None and method.cls is not None and not self._related(cls, method.cls):
                continue
            self.add(function, node)
        for function, plain in self._all.names(cls.module, name):
            if self._class_around(function, plain) is cls:
                self.add(function, plain)

    def _related(self, one: Class, other: Class) -> bool:
        if one is other:
            return True
        hierarchy = self._program.hierarchy
        if other in hierarchy.mro(one) or one in hierarchy.mro(other):
            return True
        return any(other in hierarchy.mro(below) for below in hierarchy.subclasses(one))


def uses(program: Program) -> Uses:
    """What becomes of values of this program."""
    return Uses(program)
