"""What can raise, between taking a lock and giving it back.

Everything can raise, strictly speaking. Here only calls, lookups of items that may be missing, `del` of them,
`await` and assertions count: the failures that a program meets in practice. A call does not count when it goes to
something known to keep its word (logging, `len`, `list.append`, clocks, locks and events), or to a function of the
program in which nothing counts.
"""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...knowledge.keeping import (
    KEEPING_BUILTINS,
    KEEPING_FUNCTIONS,
    KEEPING_METHODS,
    KEEPING_OWNERS,
    NEVER_RETURN,
)
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class, Function, caught_types, last_name
from ...program.traverse import children
from ...program.values import Cls, Ext, ExtMethod, Fn, Lit, Obj, Value
from ..execution import execution

_BROAD = frozenset({"Exception", "BaseException"})
_FAILING = frozenset({
    "pop", "popleft", "popitem", "remove", "index", "wait_for", "join", "__getitem__", "__delitem__", "__call__",
})  # fmt: skip
"""Methods of built-in types that fail in practice; `type.__call__` makes an instance, which runs any code."""


Raised = frozenset[str]
"""The names of exceptions; empty for nothing that counts."""
NOTHING: Raised = frozenset()
ANYTHING: Raised = frozenset({""})
"""Some exception, nobody knows which."""


class Raising:
    """Answers about expressions of the program's functions, remembered."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._functions: dict[Function, Raised] = {}

    def call(self, call: f.Call, function: Function) -> Raised:
        """What a call that stands in a function can raise."""
        callees = [c for c in self._program.static.evaluate(call.func, function) if not isinstance(c, Lit)]
        if callees:
            return NOTHING.union(*(self._callee(callee, call) for callee in callees))
        entered = self._program.ask(execution).entered(function, call.at)
        if entered:
            return NOTHING.union(*(self.function(callee) for callee in entered))
        func = call.func
        if isinstance(func, f.Attr):
            return NOTHING if func.attr in KEEPING_METHODS else ANYTHING
        keeps = isinstance(func, f.Name) and (func.id in ("log", "debug") or func.id.endswith("Lock"))
        return NOTHING if keeps else ANYTHING

    def never_returns(self, call: f.Call, function: Function) -> bool:
        """Whether nothing of the function runs after a call: it ends the process, or always raises."""
        callees = self._program.static.evaluate(call.func, function)
        return bool(callees) and all(self._ends(callee) for callee in callees)

    def _ends(self, callee: Value) -> bool:
        if isinstance(callee, Fn):
            body, facts = callee.function.facts.body, callee.function.facts
            return (
                bool(body)
                and isinstance(body[-1], f.Raise)
                and not (facts.is_generator or facts.is_async or callee.function.index.returns or len(body) > 4)
            )
        return isinstance(callee, Ext) and callee.name in NEVER_RETURN

    def _callee(self, callee: Value, call: f.Call) -> Raised:
        if isinstance(callee, Fn):
            return self.function(callee.function)
        if isinstance(callee, Cls):
            init = self._program.hierarchy.find(callee.cls, "__init__")
            if init is not None:
                return self.function(init)
            return NOTHING if self._is_plain(callee.cls) else ANYTHING
        return NOTHING if _keeps_its_word(callee, call) else ANYTHING

    def _is_plain(self, cls: Class) -> bool:
        bases = self._program.hierarchy.bases(cls)
        return all(isinstance(base, Class) or _keeps(base) for base in bases)

    def function(self, function: Function) -> Raised:
        """What calling a function of the program can raise; recursion alone does not count."""
        known = self._functions.get(function)
        if known is None:
            self._functions[function] = NOTHING
            facts = function.facts
            lazy = facts.is_generator or facts.is_async
            known = self._functions[function] = NOTHING if lazy else self.block(facts.body, function)
        return known

    def block(self, body: tuple[f.Stmt, ...], function: Function) -> Raised:
        """The exceptions that can leave a block of statements."""
        return NOTHING.union(*(self._node(statement, function) for statement in body))

    def _node(self, node: Any, function: Function) -> Raised:
        if isinstance(node, (f.Name, f.Const, f.Lambda, f.Def, f.ClassDef)):
            return NOTHING
        if isinstance(node, f.Raise):
            name = last_name(node.exc) if node.exc is not None else None
            return frozenset({name}) if name is not None else ANYTHING
        if isinstance(node, (f.Await, f.Assert)):
            return ANYTHING
        if isinstance(node, f.Try):
            return self._try(node, function)
        if isinstance(node, f.Call):
            own = self.call(node, function)
        elif (isinstance(node, f.Item) and may_be_missing(node)) or may_divide_by_zero(node):
            own = ANYTHING
        else:
            own = NOTHING
        parts: Iterable[Any] = children(node)
        if isinstance(node, f.Assign):
            targets = [t.value for t in node.targets if isinstance(t, f.Item)]
            parts = [part for part in (*targets, node.value) if part is not None]
        return own.union(*(self._node(part, function) for part in parts))

    def _try(self, node: f.Try, function: Function) -> Raised:
        """A handler is taken to be written for the exceptions that come; one that raises again lets them pass."""
        tried, after = self.block(node.body, function), self.block((*node.orelse, *node.final), function)
        if not tried or not node.handlers:
            return tried | after
        found = after
        for handler in node.handlers:
            raised = self.block(handler.body, function)
            again = isinstance(handler.body[-1], f.Raise) and handler.body[-1].exc is None if handler.body else False
            if again and raised == ANYTHING and tried != ANYTHING:
                raised = tried
            found |= raised
        return found


def _keeps_its_word(callee: Value, call: f.Call) -> bool:
    """Whether something of a library is known not to fail."""
    if isinstance(callee, Ext):
        name = callee.name
        if name.startswith("builtins."):
            plain = name.removeprefix("builtins.")
            if plain == "getattr":
                return len(call.args) >= 3
            return plain in KEEPING_BUILTINS or plain.endswith(("Error", "Exception"))
        return name in KEEPING_FUNCTIONS or name.startswith(KEEPING_OWNERS)
    if isinstance(callee, ExtMethod):
        if callee.owner.startswith("queue.") or callee.owner.startswith("multiprocessing."):
            return callee.name in ("empty", "qsize", "full", "task_done", "acquire", "release")
        if callee.owner.startswith(("threading.", "builtins.", "collections.", "logging.", "itertools.")):
            if callee.name == "pop" and callee.owner in ("builtins.dict", "collections.OrderedDict"):
                return len(call.args) >= 2
            return callee.name not in _FAILING
        return callee.name in KEEPING_METHODS and isinstance(callee.receiver, Obj)
    return False


def may_be_missing(item: f.Item) -> bool:
    """Whether reading an item can fail: no slice, and no constant index of a sequence."""
    index = item.index
    if isinstance(index, f.Other) and index.kind == "slice":
        return False
    return not (isinstance(index, f.Const) and index.kind == "int")


def _keeps(base: str) -> bool:
    """Whether making an instance of a subclass of a library class keeps its word."""
    return base in ("builtins.object", "builtins.Exception", "typing.Generic") or base.startswith(KEEPING_OWNERS)


def may_divide_by_zero(node: Any) -> bool:
    """Whether this is a division by something that is no literal."""
    return isinstance(node, f.BinOp) and node.op in ("/", "//") and isinstance(node.right, (f.Name, f.Attr, f.Call))


def is_broad(handler: f.Handler) -> bool:
    """Whether a handler catches every ordinary exception."""
    return handler.type is None or any(name in _BROAD for name in caught_names(handler))


def caught_names(handler: f.Handler) -> list[str]:
    """The last names of the exception types that a handler names."""
    types = caught_types(handler)
    return [each.attr if isinstance(each, f.Attr) else each.id for each in types if isinstance(each, (f.Attr, f.Name))]


def raising(program: Program) -> Raising:
    """What can raise in this program."""
    return Raising(program)
