"""Plain walks over the miniature, for questions that need no order of execution."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model import facts as f
from .text import fields_of

_LEAVES = frozenset({f.Name, f.Const, f.Lambda, f.Alias})


def children(node: Any) -> list[Any]:
    """The direct sub-nodes of an expression or statement, in evaluation order; nested functions are not entered."""
    found: list[Any] = []
    for name in fields_of(type(node)):
        value = getattr(node, name)
        if type(value) is tuple:
            found.extend(value)
        elif value is not None:
            found.append(value)
    return [each for each in found if hasattr(each, "__struct_fields__")]


def walk_expression(expr: f.Expr) -> Iterator[Any]:
    """The expression and everything inside it, parents first; lambdas' bodies are not entered."""
    pending = [expr]
    while pending:
        node = pending.pop()
        yield node
        if type(node) not in _LEAVES:
            pending.extend(reversed(children(node)))


def stands_in(body: tuple[f.Stmt, ...], at: f.Span) -> bool:
    """Whether the node at a place is one of a body's; compound statements have only their headers for a place."""
    return any(getattr(node, "at", None) == at for node in walk(body))


def walk(body: tuple[f.Stmt, ...]) -> Iterator[Any]:
    """Every statement and expression of a body, parents first; nested functions and classes are not entered."""
    pending: list[Any] = list(reversed(body))
    while pending:
        node = pending.pop()
        yield node
        if type(node) not in _LEAVES:
            pending.extend(reversed(children(node)))
