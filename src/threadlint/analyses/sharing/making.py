"""Whether it matters that a value is made twice.

Two threads that both find a cache empty both fill it. That is harmless when the value is worked out from nothing but
its arguments (a width, a compiled pattern): the loser's value equals the winner's. It is harmful when the value has an
identity that somebody can see: a connection, a thread, a registry, an object that others keep and change.

*Pure* is: literals, arithmetic, calls of builtins and library functions that only compute, and of functions of the
program that store nothing and call nothing else. *Identity* is: an instance of a class of the program, a library class
that is not a plain value, a call named like `connect` or `open`. The rest is not known.
"""

from __future__ import annotations

from ...knowledge.locks import LOCKS
from ...knowledge.making import (
    MAKING_WORDS,
    NUMBERS,
    OPENING,
    PLAIN,
    PURE_FUNCTIONS,
    PURE_METHODS,
    PURE_MODULES,
    READING,
    VALUE_TYPES,
)
from ...knowledge.types import CONTAINERS
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class, Function, last_name
from ...program.traverse import walk, walk_expression
from ...program.values import Cls, Ext, ExtMethod, Fn, Obj, Values

DEEPEST = 3
_GIVEN = ("value", "enter", "item", "element", "element item")
"""How a local gets what an expression gives: as a whole, or a part of it. The parts of what exists exist."""


class Making:
    """The answers; see the module's docstring."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._known: dict[tuple[Function, f.Span], bool | None] = {}
        self._functions: dict[Function, bool | None] = {}
        self._passed: dict[Function, set[f.Span]] = {}

    def idempotent(self, function: Function, expr: f.Expr) -> bool | None:
        """True: making it again does no harm; False: it makes something with an identity; None: not known."""
        key = (function, expr.at)
        if key not in self._known:
            self._known[key] = self._judge(function, expr, 0)
        return self._known[key]

    def makes_lock(self, function: Function, expr: f.Expr) -> bool:
        """Whether an expression makes a lock, a thread-local, or an object that behaves as a lock."""
        for value in self._program.static.evaluate(expr, function):
            if isinstance(value, Obj):
                if value.type in LOCKS or value.type == "threading.local":
                    return True
                if isinstance(value.type, Class) and {"acquire", "release"} <= value.type.methods.keys():
                    return True
        return False

    def opens_something(self, function: Function) -> bool:
        """Whether a function opens, connects or starts something that somebody else has to close."""
        closed = {
            item.context.at for node in walk(function.facts.body) if isinstance(node, f.With) for item in node.items
        }
        for node in walk(function.facts.body):
            if isinstance(node, f.Call) and node.at not in closed:
                for value in self._program.static.evaluate(node.func, function):
                    if (
                        isinstance(value, (Ext, ExtMethod))
                        and (value.name if isinstance(value, Ext) else value.full_name) in OPENING
                    ):
                        return True
        return False

    def _judge(self, function: Function, expr: f.Expr, depth: int) -> bool | None:
        if isinstance(expr, f.Await):
            return False
        if isinstance(expr, f.Name):
            return self._local(function, expr.id, depth)
        if isinstance(expr, (f.BoolOp, f.IfExp)):
            parts = expr.values if isinstance(expr, f.BoolOp) else (expr.body, expr.orelse)
            judged = [self._judge(function, part, depth) for part in parts]
            if any(_is_plain(part) for part in parts):  # `ask() or ""`: what is asked for is plain as well
                return all(verdict is not False for verdict in judged)
            return _worst(judged)
        if isinstance(expr, f.BinOp) and any(_is_number(function, side) for side in (expr.left, expr.right)):
            return True  # a number as well, whatever the other side was made with
        if isinstance(expr, f.Call) and isinstance(expr.func, f.Name) and expr.func.id in PLAIN:
            return True
        if isinstance(expr, f.Display):
            return _worst([self._judge(function, item, depth) for item in expr.items])
        verdicts: list[bool | None] = [True]
        for node in walk_expression(expr):
            if isinstance(node, f.Call):
                verdicts.append(self._call(function, node, depth))
            elif isinstance(node, (f.Await, f.Yield)):
                verdicts.append(False)
        return _worst(verdicts)

    def _local(self, function: Function, name: str, depth: int) -> bool | None:
        if name in function.param_names or depth >= DEEPEST or name not in function.binds:
            return None
        if all(b.how in ("def", "class", "import") for b in function.bindings.get(name, ())):
            return True  # code, not an object that code works on
        found = [b for b in function.bindings.get(name, ()) if b.how in _GIVEN and b.expr is not None]
        if not found:
            return None
        return _worst([self._judge(function, b.expr, depth + 1) for b in found if b.expr is not None])

    def _call(self, function: Function, call: f.Call, depth: int) -> bool | None:
        values = self._program.static.evaluate(call.func, function)
        verdicts: list[bool | None] = []
        for value in values:
            if isinstance(value, Cls):
                verdicts.append(self._class(value.cls))
            elif isinstance(value, Fn):
                verdicts.append(self._function(value.function, depth))
            elif isinstance(value, Ext):
                verdicts.append(_library(value.name))
            elif isinstance(value, ExtMethod):
                pure = value.owner in CONTAINERS or value.owner in VALUE_TYPES
                whole = value.name in READING and self._opened_here(function, call)
                verdicts.append(True if whole or (pure and value.name in PURE_METHODS) else None)
        if verdicts:
            return _worst(verdicts)
        name = (last_name(call.func) or "").lower()
        if name in PURE_METHODS:
            return True
        return False if name.startswith(MAKING_WORDS) or name.endswith(("factory", "_connect", "_session")) else None

    def _opened_here(self, function: Function, call: f.Call) -> bool:
        """Whether a method is called on a file that the function itself opened: each call reads it from its
        beginning."""
        if not isinstance(call.func, f.Attr) or not isinstance(call.func.value, f.Name):
            return False
        found = function.bindings.get(call.func.value.id, ())
        return bool(found) and all(b.how in ("value", "enter") and isinstance(b.expr, f.Call) for b in found)

    def _class(self, cls: Class) -> bool | None:
        bases = self._program.hierarchy.library_bases(cls)
        if any(
            base.rpartition(".")[2] in ("NamedTuple", "Enum", "str", "int", "tuple", "frozenset", "Exception")
            for base in bases
        ):
            return True
        decorators = {last_name(d) for d in cls.facts.decorators}
        return bool("frozen" in decorators or any(_is_frozen(d) for d in cls.facts.decorators))

    def _function(self, function: Function, depth: int) -> bool | None:
        if function in self._functions:
            return self._functions[function]
        if not function.decorator_names.isdisjoint(("lru_cache", "cache")):
            return True  # who asks next is given what the first one was given
        if depth >= DEEPEST:
            return None
        self._functions[function] = None
        verdict = self._functions[function] = self._body(function, depth + 1)
        return verdict

    def _body(self, function: Function, depth: int) -> bool | None:
        if function.facts.is_generator or function.facts.is_async:
            return None
        given = [each.value for each in function.index.returns]
        if given and all(value is not None and _is_plain(value) for value in given):
            return True  # one of a few texts or numbers
        made: Values = self._program.static.returned(function, None, None, None, function)
        if any(isinstance(v, Obj) and isinstance(v.type, Class) and self._class(v.type) is False for v in made):
            return False
        verdicts: list[bool | None] = [True]
        for node in walk(function.facts.body):
            if isinstance(node, f.Call):
                verdicts.append(self._call(function, node, depth))
            elif isinstance(node, (f.Await, f.Yield)):
                verdicts.append(False)
            elif isinstance(node, (f.Assign, f.AugAssign)):
                targets = node.targets if isinstance(node, f.Assign) else (node.target,)
                for target in targets:
                    if isinstance(target, f.Attr) or (
                        isinstance(target, f.Name) and target.id in function.facts.globals
                    ):
                        verdicts.append(None)
        return _worst(verdicts)

    # --- how a value is used -------------------------------------------------------------------------------------

    def is_called(self, function: Function, name: str, start: int, end: int) -> bool:
        """Whether a method of the attribute or variable `name` is called between two offsets."""
        for node in walk(function.facts.body):
            if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and start <= node.at[0] < end:
                if last_name(node.func.value) == name:
                    return True
        return False

    def passes_on(self, function: Function, at: f.Span) -> bool:
        """Whether the expression at a place is passed to a call, iterated, kept in a local, returned or joined."""
        known = self._passed.get(function)
        if known is None:
            known = self._passed[function] = set()
            for node in walk(function.facts.body):
                if isinstance(node, f.Call):
                    quick = isinstance(node.func, f.Name) and node.func.id in ("len", "isinstance", "bool", "id")
                    known.update(arg.value.at for arg in node.args if not quick)
                elif isinstance(node, (f.Assign, f.Return, f.Yield)) and node.value is not None:
                    known.add(node.value.at)
                elif isinstance(node, (f.ForLoop, f.For)):
                    known.add(node.iter.at)
        return at in known


def _worst(verdicts: list[bool | None]) -> bool | None:
    """False if anything has an identity, else None if anything is not known, else True."""
    if any(verdict is False for verdict in verdicts):
        return False
    return None if any(verdict is None for verdict in verdicts) else True


def _is_plain(expr: f.Expr) -> bool:
    """A literal text or number."""
    return isinstance(expr, f.Const) and expr.kind not in ("none", "bool")


def _is_number(function: Function, expr: f.Expr) -> bool:
    """Whether an operand is surely a number: a literal, a measure."""
    if isinstance(expr, f.Const):
        return expr.kind in ("int", "float")
    if isinstance(expr, f.Call):
        name = last_name(expr.func)
        return name in NUMBERS
    if isinstance(expr, f.Name) and expr.id in function.binds and expr.id not in function.param_names:
        found = function.bindings.get(expr.id, ())
        return bool(found) and all(
            b.how == "value" and isinstance(b.expr, f.Call) and last_name(b.expr.func) in NUMBERS for b in found
        )
    return False


def _library(name: str) -> bool | None:
    if name in PURE_FUNCTIONS or name.rpartition(".")[0] in PURE_MODULES or name in VALUE_TYPES:
        return True
    last = name.rpartition(".")[2]
    if name in CONTAINERS or last in ("copy", "items", "keys", "values"):
        return True
    if last[:1].isupper():
        return False
    return False if last.lower().startswith(MAKING_WORDS) else None


def _is_frozen(decorator: f.Expr) -> bool:
    return isinstance(decorator, f.Call) and any(
        arg.keyword == "frozen" and isinstance(arg.value, f.Const) and arg.value.value is True for arg in decorator.args
    )


def making(program: Program) -> Making:
    """Whether making a value twice does harm."""
    return Making(program)
