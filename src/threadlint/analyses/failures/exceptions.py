"""What happens to exceptions in the code that threads run.

Domain. A *site* is a call, `raise` or `assert` of a function, with the `try` statements and loops around it in that
function. A `try` *catches* what its body raises when a handler of it is broad (bare, `Exception`, `BaseException`)
and does not raise again. A function *may fail* when some site of it that may raise is not caught; library calls of
`knowledge.raising` do not raise, calls of the program's functions do when those may fail, everything else does.

What it does not know: which exceptions a call raises. Narrow handlers are taken for a deliberate choice and catch
nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ...knowledge.raising import (
    CLEANUP_METHODS,
    HARMLESS_FUNCTIONS,
    HARMLESS_METHODS,
    HARMLESS_TYPES,
    LOGGING_METHODS,
)
from ...knowledge.types import QUEUES
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class, Function, dotted, handles, last_name
from ...program.traverse import walk, walk_expression
from ...program.values import Cls, Ext, ExtMethod, Fn, Obj, Values

DEEPEST = 3
"""How many calls deep a function is asked whether it may fail."""
_LOOKING_UP = frozenset({
    "getattr", "hasattr", "len", "str", "isinstance", "int", "cast", "exc_info", "format_exc", "dirname", "makedirs",
    "mkdir", "get_nowait",
})  # fmt: skip
_BROAD = frozenset({"Exception", "BaseException", "StandardError"})


class Site(NamedTuple):
    """A node that may raise. `around` are the `try`, `with` and loop statements of the function around it,
    outermost first, as far as the node is in their body proper (for a `try`: not in its handlers, `else` or
    `finally`)."""

    node: Any
    around: tuple[Any, ...]

    def inside(self, statement: Any) -> tuple[Any, ...]:
        """What is around it within a statement that is around it."""
        for index, each in enumerate(self.around):
            if each is statement:
                return self.around[index + 1 :]
        return ()


def sites(body: tuple[f.Stmt, ...], around: tuple[Any, ...] = ()) -> Iterator[Site]:
    """Every call, `raise` and `assert` of a body with what is around it; nested functions are not entered."""
    for statement in body:
        kind = type(statement)
        if kind is f.Try:
            yield from sites(statement.body, (*around, statement))  # type: ignore[union-attr]
            for handler in statement.handlers:  # type: ignore[union-attr]
                yield from sites(handler.body, around)
            yield from sites(statement.orelse, around)  # type: ignore[union-attr]
            yield from sites(statement.final, around)  # type: ignore[union-attr]
        elif kind is f.With:
            for item in statement.items:  # type: ignore[union-attr]
                yield from _in_expression(item.context, around)
            yield from sites(statement.body, (*around, statement))  # type: ignore[union-attr]
        elif kind is f.While:
            inner = (*around, statement)
            yield from _in_expression(statement.test, inner)  # type: ignore[union-attr]
            yield from sites(statement.body, inner)  # type: ignore[union-attr]
            yield from sites(statement.orelse, around)  # type: ignore[union-attr]
        elif kind is f.ForLoop:
            yield from _in_expression(statement.iter, around)  # type: ignore[union-attr]
            yield from sites(statement.body, (*around, statement))  # type: ignore[union-attr]
            yield from sites(statement.orelse, around)  # type: ignore[union-attr]
        elif kind is f.If:
            yield from _in_expression(statement.test, around)  # type: ignore[union-attr]
            yield from sites(statement.body, around)  # type: ignore[union-attr]
            yield from sites(statement.orelse, around)  # type: ignore[union-attr]
        elif kind is f.Match:
            yield from _in_expression(statement.subject, around)  # type: ignore[union-attr]
            for case in statement.cases:  # type: ignore[union-attr]
                yield from sites(case.body, around)
        elif kind is f.Raise or kind is f.Assert:
            yield Site(statement, around)
        elif kind is not f.Def and kind is not f.ClassDef:
            for node in walk((statement,)):
                if isinstance(node, f.Call):
                    yield Site(node, around)


def _in_expression(expr: f.Expr, around: tuple[Any, ...]) -> Iterator[Site]:
    for node in walk_expression(expr):
        if isinstance(node, f.Call):
            yield Site(node, around)


def is_broad(handler: f.Handler) -> bool:
    """Whether it catches whatever a bug may raise."""
    return handles(handler, _BROAD)


def raises_again(handler: f.Handler) -> bool:
    """Whether some path of it raises."""
    return any(isinstance(node, f.Raise) for node in walk(handler.body))


def catches(statement: Any) -> bool:
    """Whether what the body of a `try` (or of `with suppress(Exception)`) raises ends there."""
    if isinstance(statement, f.Try):
        if any(isinstance(node, f.Call) and last_name(node.func) == "exc_info" for node in walk(statement.final)):
            return True  # kept for somebody
        return any(is_broad(handler) and not raises_again(handler) for handler in statement.handlers)
    if isinstance(statement, f.With):
        for item in statement.items:
            call = item.context
            if not isinstance(call, f.Call) or last_name(call.func) != "suppress":
                continue
            if any(last_name(arg.value) in _BROAD for arg in call.args):
                return True
    return False


def is_caught(around: tuple[Any, ...]) -> bool:
    """Whether one of the statements around a node catches what it raises."""
    return any(catches(statement) for statement in around)


def leaves_trace(body: tuple[f.Stmt, ...], name: str | None) -> bool:
    """Whether a handler's body does anything that can be noticed: a call, an assignment that outlives it, a `raise`, a
    `yield`, an answer that tells failure from success, or any use of the exception."""
    for node in walk(body):
        if isinstance(node, (f.Call, f.Raise, f.Yield, f.AugAssign, f.Await, f.Delete, f.Assert)):
            return True
        if isinstance(node, f.Assign):
            return True
        if isinstance(node, f.Name) and node.id == name:
            return True
        if isinstance(node, f.Return) and not _gives_nothing(node.value):
            return True
    return False


def _gives_nothing(value: f.Expr | None) -> bool:
    return value is None or (isinstance(value, f.Const) and value.kind == "none")


def only_tidies(body: tuple[f.Stmt, ...]) -> bool:
    """Whether every call in a body is one that tidies up, imports or looks something up."""
    for node in walk(body):
        if isinstance(node, f.Call):
            name = (last_name(node.func) or "").lstrip("_")
            if name in CLEANUP_METHODS or name in LOGGING_METHODS or name in _LOOKING_UP:
                continue
            if any(
                word in name.lower()
                for word in (
                    "close",
                    "clean",
                    "unlink",
                    "remove",
                    "shutdown",
                    "stop",
                    "terminate",
                    "kill",
                    "cancel",
                    "clear",
                    "reset",
                    "dispose",
                )
            ):
                continue
            return False
        if isinstance(node, f.Import):
            return True
    return True


def _told(body: tuple[f.Stmt, ...]) -> frozenset[int]:
    """The calls in broad handlers that stand behind a log: whatever they raise, the failure has been told."""
    found: set[int] = set()
    for node in walk(body):
        for handler in node.handlers if isinstance(node, f.Try) else ():
            logged = False
            for statement in handler.body if is_broad(handler) else ():
                if logged:
                    found.update(id(each) for each in walk((statement,)) if isinstance(each, f.Call))
                logged = logged or (
                    isinstance(statement, f.Evaluate)
                    and isinstance(statement.value, f.Call)
                    and (is_logging(statement.value.func) or last_name(statement.value.func) == "print_exc")
                )
    return frozenset(found)


class Failures:
    """The answer: `may_fail(function)` and `may_raise(call, function)`."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._answers: dict[Function, bool] = {}

    def may_fail(self, function: Function, depth: int = 0) -> bool:
        """Whether an exception of the function's own work can leave it."""
        known = self._answers.get(function)
        if known is None:
            if depth > DEEPEST:
                return True
            self._answers[function] = False
            told = _told(function.facts.body)
            known = any(
                id(site.node) not in told
                and not is_caught(site.around)
                and self.may_raise(site.node, function, depth + 1)
                for site in sites(function.facts.body)
            )
            if depth == 0 or known:
                self._answers[function] = known
            else:
                del self._answers[function]
        return known

    def first_failure(self, function: Function) -> Any:
        """The first call, `raise` or `assert` of the function whose exception can leave it; None when there is none."""
        told = _told(function.facts.body)
        for site in sites(function.facts.body):
            if id(site.node) not in told and not is_caught(site.around) and self.may_raise(site.node, function, 1):
                return site.node
        return None

    def callees(self, call: f.Call, function: Function) -> Values:
        """What a call's function can be, without any order of execution."""
        return self.value_of(call.func, function)

    def value_of(self, expr: f.Expr, function: Function) -> Values:
        """What an expression of a function can be, without any order of execution."""
        receiver = None
        method = function.method_of
        if method is not None and method.cls is not None and not method.is_classmethod:
            receiver = self._program.static.parameter_receiver(method.cls)
        return self._program.static.evaluate(expr, function, receiver)

    def may_raise(self, node: Any, function: Function, depth: int = 0) -> bool:
        """Whether a call, `raise` or `assert` may raise for a reason that lies in the work itself."""
        if not isinstance(node, f.Call):
            return True
        name = last_name(node.func) or ""
        if is_logging(node.func) or name in HARMLESS_METHODS:
            return False
        if isinstance(node.func, f.Attr) and name == "get" and len(node.args) <= 2:
            return False
        values = self.callees(node, function)
        if not values:
            return not (isinstance(node.func, f.Attr) and name in CLEANUP_METHODS)
        return any(self._fails(value, depth) for value in values)

    def _fails(self, value: object, depth: int) -> bool:
        if isinstance(value, Fn):
            return self.may_fail(value.function, depth)
        if isinstance(value, ExtMethod):
            return value.owner not in HARMLESS_TYPES and value.owner not in QUEUES
        if isinstance(value, Ext):
            return value.name not in HARMLESS_FUNCTIONS and not value.name.startswith(
                ("logging.", "threading.", "queue.", "typing.")
            )
        if isinstance(value, Cls):
            init = self._program.hierarchy.find(value.cls, "__init__")
            return init is not None and self.may_fail(init, depth)
        if isinstance(value, Obj) and isinstance(value.type, Class):
            called = self._program.hierarchy.find(value.type, "__call__")
            return called is None or self.may_fail(called, depth)
        return True


def is_logging(func: f.Expr) -> bool:
    """Whether a call's function writes a message to a log."""
    if not isinstance(func, f.Attr):
        return isinstance(func, f.Name) and "log" in func.id.lower()
    path = dotted(func.value) or (last_name(func.value) or "")
    return (
        (func.attr in LOGGING_METHODS and "log" in path.lower())
        or "log" in func.attr.lower()
        or "debug" in func.attr.lower()
    )


def failures(program: Program) -> Failures:
    """What happens to exceptions in this program."""
    return Failures(program)
