"""`match` statements: of a pattern, only the expressions that it evaluates and the names that it binds are kept."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from ..model import facts as f
from .reader import EXPRESSIONS, STATEMENTS, Reader
from .statements import block, expression


class _Pattern:
    """What one pattern reads and binds."""

    __slots__ = ("binds", "reads")

    def __init__(self) -> None:
        self.reads: list[f.Expr] = []
        self.binds: list[f.Name] = []


def match(node: cst.Match, r: Reader) -> f.Stmt:
    start = r.start_of("match")
    subject = expression(node.subject, r)
    at = (start, r.pos)
    return f.Match(at, subject, tuple([_case(case, r) for case in node.cases]))


def _case(node: cst.MatchCase, r: Reader) -> f.Case:
    start = r.start_of("case")
    pattern = _Pattern()
    _read(node.pattern, r, pattern)
    for name in pattern.binds:
        r.scope.binds[name.id] = None
    guard: f.Expr | None = None
    if node.guard is not None:
        guard = EXPRESSIONS[type(node.guard)](node.guard, r, r.after("if"))
    at = (start, r.pos)
    always = guard is None and _cannot_fail(node.pattern)
    return f.Case(at, tuple(pattern.reads), tuple(pattern.binds), guard, block(node.body, r), always)


def _cannot_fail(node: Any) -> bool:
    if type(node) is cst.MatchOr:
        return any(_cannot_fail(element.pattern) for element in node.patterns)
    return type(node) is cst.MatchAs and (node.pattern is None or _cannot_fail(node.pattern))


def _read(node: Any, r: Reader, into: _Pattern) -> None:
    if type(node) is cst.MatchValue:
        # The parentheses that it shows are its expression's.
        into.reads.append(expression(node.value, r))
        return
    if getattr(node, "lpar", None):
        r.pos = r.open(r.pos, len(node.lpar))
    _PATTERNS[type(node)](node, r, into)
    if getattr(node, "rpar", None):
        r.pos = r.close(r.pos, len(node.rpar))


def _singleton(node: cst.MatchSingleton, r: Reader, into: _Pattern) -> None:
    r.after(node.value.value)


def _list(node: cst.MatchList, r: Reader, into: _Pattern) -> None:
    if node.lbracket is not None:
        r.after("[")
    _elements(node.patterns, r, into)
    if node.rbracket is not None:
        r.after("]")


def _tuple(node: cst.MatchTuple, r: Reader, into: _Pattern) -> None:
    _elements(node.patterns, r, into)


def _elements(nodes: Any, r: Reader, into: _Pattern) -> None:
    for node in nodes:
        if type(node) is cst.MatchStar:
            r.after("*")
            _capture(node.name, r, into)
        else:
            _read(node.value, r, into)


def _capture(node: cst.Name | None, r: Reader, into: _Pattern) -> None:
    if node is None or node.value == "_":
        r.after("_")
    else:
        into.binds.append(r.name(node.value, r.pos))


def _mapping(node: cst.MatchMapping, r: Reader, into: _Pattern) -> None:
    r.after("{")
    for element in node.elements:
        into.reads.append(expression(element.key, r))
        r.after(":")
        _read(element.pattern, r, into)
    if node.rest is not None:
        r.after("**")
        _capture(node.rest, r, into)
    r.after("}")


def _class(node: cst.MatchClass, r: Reader, into: _Pattern) -> None:
    into.reads.append(expression(node.cls, r))
    r.after("(")
    _elements(node.patterns, r, into)
    for keyword in node.kwds:
        r.after(keyword.key.value)
        r.after("=")
        _read(keyword.pattern, r, into)
    r.after(")")


def _as(node: cst.MatchAs, r: Reader, into: _Pattern) -> None:
    if node.pattern is not None:
        _read(node.pattern, r, into)
        r.after("as")
    _capture(node.name, r, into)


def _or(node: cst.MatchOr, r: Reader, into: _Pattern) -> None:
    known = {name.id for name in into.binds}
    for element in node.patterns:
        _read(element.pattern, r, into)
        # All alternatives bind the same names.
        fresh = {name.id: name for name in reversed(into.binds) if name.id not in known}
        into.binds = [name for name in into.binds if name.id in known or fresh[name.id] is name]


_PATTERNS: dict[type[Any], Callable[[Any, Reader, _Pattern], None]] = {
    cst.MatchSingleton: _singleton, cst.MatchList: _list, cst.MatchTuple: _tuple, cst.MatchMapping: _mapping,
    cst.MatchClass: _class, cst.MatchAs: _as, cst.MatchOr: _or,
}  # fmt: skip

STATEMENTS[cst.Match] = match
