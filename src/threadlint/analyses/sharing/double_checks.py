"""Test, lock, build: a second test is missing.

Domain: blocks of statements. An `if` that asks whether a thing is missing (`x is None`, `not x`, `not hasattr(self,
"x")`, `k not in d`), or one that leaves when it is there; then, in its body or behind it, a `with` over a lock; in
there an assignment of the same path that nothing inside the `with` has looked at before. Two threads that both found
it
missing build one after the other, and the second replaces what the first has already given away.

What it does not know: `acquire()` and `release()` by hand, helpers that test.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...knowledge.locks import LOCKISH_WORDS
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function, dotted, last_name
from ...program.traverse import walk
from ...program.values import Obj
from ..execution import is_lock


class Missing(NamedTuple):
    """What a test asks for: the path, and whether it is an entry of the container there. `absent`: true when it is
    missing."""

    path: str
    entry: bool
    absent: bool


class DoubleCheck(NamedTuple):
    """A thing that is built under a lock without a second test."""

    function: Function
    path: str
    test: f.Span
    lock: f.Span
    build: f.Span


def double_checks(program: Program) -> list[DoubleCheck]:
    """Every broken double check, in order of module and place."""
    found: dict[tuple[Function, f.Span], DoubleCheck] = {}
    for function in program.functions:
        if not {f.With, f.If} <= function.text.nodes.keys():
            continue
        for each in _in_block(program, function, function.facts.body):
            found.setdefault((function, each.build), each)
    return sorted(found.values(), key=lambda each: (each.function.module.name, each.build))


def _in_block(program: Program, function: Function, block: tuple[f.Stmt, ...]) -> Iterator[DoubleCheck]:
    for index, statement in enumerate(block):
        for inner in _blocks(statement):
            yield from _in_block(program, function, inner)
        if isinstance(statement, f.If):
            asked = asks_for(statement.test)
            if asked is None or _is_local(function, asked.path):
                continue
            then = statement.body if asked.absent else statement.orelse
            if not asked.absent and statement.body and isinstance(statement.body[-1], (f.Return, f.Raise)):
                then = block[index + 1 :]
            yield from _under_lock(program, function, then, asked, statement.test.at)


def _blocks(statement: f.Stmt) -> list[tuple[f.Stmt, ...]]:
    if isinstance(statement, (f.If, f.While, f.ForLoop)):
        return [statement.body, statement.orelse]
    if isinstance(statement, f.With):
        return [statement.body]
    if isinstance(statement, f.Try):
        return [statement.body, *(handler.body for handler in statement.handlers), statement.orelse, statement.final]
    return []


def _under_lock(
    program: Program, function: Function, block: tuple[f.Stmt, ...], asked: Missing, test: f.Span
) -> Iterator[DoubleCheck]:
    for statement in block:
        if isinstance(statement, f.With) and not statement.is_async:
            locks = [item.context for item in statement.items if _is_lock(program, function, item.context)]
            if locks:
                built = _built(statement.body, asked)
                if built is not None:
                    yield DoubleCheck(function, asked.path, test, locks[0].at, built)
                return
        if _mentions((statement,), asked.path):
            return


def _built(block: tuple[f.Stmt, ...], asked: Missing) -> f.Span | None:
    """Where the path is assigned in a block before anything looks at it."""
    for statement in block:
        if isinstance(statement, f.Assign) and statement.value is not None:
            if _mentions_expression(statement.value, asked.path):
                return None
            for target in statement.targets:
                subject = target.value if asked.entry and isinstance(target, f.Item) else target
                if dotted(subject) == asked.path and asked.entry == isinstance(target, f.Item):
                    return None if isinstance(statement.value, f.Const) else statement.at
        if isinstance(statement, f.Try):
            found = _built(statement.body, asked)
            if found is not None:
                return found
        if _mentions((statement,), asked.path):
            return None
    return None


def asks_for(test: f.Expr) -> Missing | None:
    """What a test asks for, when it asks whether something is there."""
    if isinstance(test, f.Not):
        inner = asks_for(test.value)
        return None if inner is None else inner._replace(absent=not inner.absent)
    if isinstance(test, f.Compare):
        if test.op in ("is", "is not", "==", "!=") and isinstance(test.right, f.Const) and test.right.kind == "none":
            path = dotted(test.left)
            return Missing(path, False, test.op in ("is", "==")) if path else None
        if test.op in ("in", "not in"):
            path = dotted(test.right)
            return Missing(path, True, test.op == "not in") if path else None
        return None
    if isinstance(test, f.Call) and isinstance(test.func, f.Name) and test.func.id == "hasattr" and len(test.args) == 2:
        path, name = dotted(test.args[0].value), test.args[1].value
        if path and isinstance(name, f.Const) and isinstance(name.value, str):
            return Missing(f"{path}.{name.value}", False, False)
        return None
    path = dotted(test) if isinstance(test, (f.Name, f.Attr)) else None
    return Missing(path, False, False) if path else None


def _is_local(function: Function, path: str) -> bool:
    """Whether a path is a plain local, or hangs off one that is not the receiver."""
    first, _, rest = path.partition(".")
    if first in function.facts.globals or first in function.facts.nonlocals or first not in function.binds:
        return False
    return not rest or (first != function.receiver_name and first not in function.param_names)


def _is_lock(program: Program, function: Function, context: f.Expr) -> bool:
    if isinstance(context, f.Call):
        return False
    name = (last_name(context) or "").lower()
    if any(word in name for word in LOCKISH_WORDS):
        return True
    return any(isinstance(value, Obj) and is_lock(value) for value in program.static.evaluate(context, function))


def _mentions(block: tuple[f.Stmt, ...], path: str) -> bool:
    return any(isinstance(node, (f.Name, f.Attr)) and dotted(node) == path for node in walk(block))


def _mentions_expression(expr: f.Expr, path: str) -> bool:
    return _mentions((f.Evaluate(expr.at, expr),), path)
