"""Decisions that depend on the GIL.

Domain: the text of functions. Three shapes: `sys._is_gil_enabled()` without a guard (the function exists from Python
3.13 on);
`sysconfig.get_config_var("Py_GIL_DISABLED")` used in a condition (it tells how the interpreter was built, not whether
the GIL is
on); a lock that is made or taken only where the GIL is off (with a GIL threads switch between any two steps as well).
"""

from __future__ import annotations

from typing import NamedTuple, cast

from ...knowledge.locks import LOCKS
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function
from ...program.traverse import walk, walk_expression
from ...program.values import Ext, Obj

_EXPRESSIONS = (f.Name, f.Attr, f.Call, f.Compare, f.BoolOp, f.Not, f.IfExp, f.Const, f.Other, f.BinOp)
ASKING = "_is_gil_enabled"
BUILD = "Py_GIL_DISABLED"
_BUILDING = frozenset({"setuptools", "distutils", "define_macros", "py_limited_api", "Extension", "build_ext"})


class GilCheck(NamedTuple):
    """A decision. `what` is unguarded, build or lock."""

    function: Function
    at: f.Span
    what: str


def gil_checks(program: Program) -> list[GilCheck]:
    """Decisions that depend on the GIL in a wrong way, in order of place."""
    found: dict[object, GilCheck] = {}
    for function in program.functions:
        if not {ASKING, BUILD} & function.words:
            continue
        guarded, builds = _guards_itself(function), _builds_extensions(function)
        inside = _under_a_condition(function)
        for node in walk(function.facts.body):
            if isinstance(node, f.Call) and _asks_gil(node) and not guarded and node.at not in inside:
                found[function, node.at] = GilCheck(function, node.at, "unguarded")
            elif isinstance(node, (f.If, f.IfExp)):
                if not builds and not _is_spelling(node) and any(_asks_build(i) for i in walk_expression(node.test)):
                    found.setdefault((function, node.at), GilCheck(function, node.at, "build"))
                if isinstance(node, f.IfExp) and any(
                    _asks_gil(inner) or _asks_build(inner) for inner in walk_expression(node.test)
                ):
                    if _is_lock(program, function, node.body) != _is_lock(program, function, node.orelse):
                        found[function, node.at] = GilCheck(function, node.at, "lock")
    return sorted(found.values(), key=lambda each: (each.function.module.name, each.at))


def _asks_gil(node: object) -> bool:
    return isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.attr == ASKING


def _asks_build(node: object) -> bool:
    return isinstance(node, f.Call) and any(
        isinstance(arg.value, f.Const) and arg.value.value == BUILD for arg in node.args
    )


def _builds_extensions(function: Function) -> bool:
    """Whether the code has to do with building extension modules: there the build is the question."""
    return bool(_BUILDING & (function.words | function.module.top.words))


def _is_spelling(decision: f.If | f.IfExp) -> bool:
    """Whether all that a decision gives is a text: the name of the build."""
    if isinstance(decision, f.IfExp):
        return all(isinstance(arm, f.Const) and arm.kind == "str" for arm in (decision.body, decision.orelse))
    return not decision.orelse and all(
        isinstance(each, (f.Assign, f.AugAssign)) and isinstance(each.value, f.Const) and each.value.kind == "str"
        for each in decision.body
    )


def _guards_itself(function: Function) -> bool:
    """Whether the function asks for the version, or for the function itself, or handles its absence."""
    if {"version_info", "hexversion"} & function.words:
        return True
    for node in walk(function.facts.body):
        if isinstance(node, f.Call) and isinstance(node.func, f.Name) and node.func.id in ("hasattr", "getattr"):
            if any(isinstance(arg.value, f.Const) and arg.value.value == ASKING for arg in node.args):
                return True
        if isinstance(node, f.Try) and any(
            "AttributeError" in _mentioned(handler.type) or handler.type is None for handler in node.handlers
        ):
            return True
    return False


def _under_a_condition(function: Function) -> set[f.Span]:
    """Calls that run only where some other condition holds: it may well ask for the build."""
    found: set[f.Span] = set()
    for node in walk(function.facts.body):
        parts: tuple[object, ...] = ()
        if isinstance(node, f.If):
            parts = (*node.body, *node.orelse)
        elif isinstance(node, f.IfExp):
            parts = (node.body, node.orelse)
        elif isinstance(node, f.BoolOp):
            parts = node.values[1:]
        for part in parts:
            inner = walk_expression(part) if isinstance(part, _EXPRESSIONS) else walk((cast(f.Stmt, part),))
            found.update(each.at for each in inner if _asks_gil(each))
    return found


def _mentioned(expr: f.Expr | None) -> set[str]:
    return {node.id for node in walk_expression(expr) if isinstance(node, f.Name)} if expr is not None else set()


def _is_lock(program: Program, function: Function, expr: f.Expr) -> bool:
    for value in program.static.evaluate(expr, function):
        if (isinstance(value, Obj) and value.type in LOCKS) or (isinstance(value, Ext) and value.name in LOCKS):
            return True
    return False
