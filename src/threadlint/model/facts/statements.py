"""Statements: simple ones with their expressions, compound ones with their blocks."""
from __future__ import annotations

import msgspec

from .expressions import Expr, Name
from .nodes import Span, _Node


class Evaluate(_Node, frozen=True, tag="E"):
    """An expression as a statement."""

    at: Span
    value: Expr


class Assign(_Node, frozen=True, tag="="):
    """`targets[0] = targets[1] = value`, or with `annotation` an annotated assignment. `value` is None for a bare
    annotation (`x: int`), which binds nothing at run time but declares a field in a class body."""

    at: Span
    targets: tuple[Expr, ...]
    value: Expr | None
    annotation: Expr | None = None


class AugAssign(_Node, frozen=True, tag="A"):
    """`target op= value`; `op` without the equals sign (`+`, `|`, …)."""

    at: Span
    target: Expr
    op: str
    value: Expr


class Delete(_Node, frozen=True, tag="D"):
    at: Span
    targets: tuple[Expr, ...]


class Return(_Node, frozen=True, tag="R"):
    at: Span
    value: Expr | None = None


class Raise(_Node, frozen=True, tag="X"):
    at: Span
    exc: Expr | None = None
    cause: Expr | None = None


class Assert(_Node, frozen=True, tag="T"):
    at: Span
    test: Expr
    message: Expr | None = None


class Jump(_Node, frozen=True, tag="J"):
    """`kind` is pass, break or continue."""

    at: Span
    kind: str


class Scope(_Node, frozen=True, tag="G"):
    """`global names` or `nonlocal names`; `kind` tells which."""

    at: Span
    kind: str
    names: tuple[str, ...]


class Alias(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """`name as asname`; `name` is dotted for plain imports, `*` for a star."""

    name: str
    asname: str | None = None


class Import(_Node, frozen=True, tag="I"):
    """`import a.b as c, d` (`module` None) or `from ..module import names` (`level` leading dots, `module` may be
    "")."""

    at: Span
    module: str | None
    level: int
    names: tuple[Alias, ...]


class If(_Node, frozen=True, tag="f"):
    """`at` covers the header line only, from the keyword to the end of the test; likewise for every compound
    statement."""

    at: Span
    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...] = ()


class While(_Node, frozen=True, tag="W"):
    at: Span
    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...] = ()


class ForLoop(_Node, frozen=True, tag="F"):
    at: Span
    target: Expr
    iter: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...] = ()
    is_async: bool = False


class WithItem(msgspec.Struct, array_like=True, frozen=True, gc=False):
    context: Expr
    target: Expr | None = None


class With(_Node, frozen=True, tag="H"):
    """`at` covers the header; `end` is the offset where the body ends (where `__exit__` runs)."""

    at: Span
    items: tuple[WithItem, ...]
    body: tuple[Stmt, ...]
    end: int
    is_async: bool = False


class Handler(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """`except type as name:`; `type` None for a bare except. `at` covers the header."""

    at: Span
    type: Expr | None
    name: str | None
    body: tuple[Stmt, ...]


class Try(_Node, frozen=True, tag="t"):
    at: Span
    body: tuple[Stmt, ...]
    handlers: tuple[Handler, ...] = ()
    orelse: tuple[Stmt, ...] = ()
    final: tuple[Stmt, ...] = ()
    is_star: bool = False


class Case(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One `case`: `reads` are the expressions its pattern evaluates (values, classes), `binds` the names it binds;
    `always` for a pattern that cannot fail (a capture or `_`, without guard)."""

    at: Span
    reads: tuple[Expr, ...]
    binds: tuple[Name, ...]
    guard: Expr | None
    body: tuple[Stmt, ...]
    always: bool = False


class Match(_Node, frozen=True, tag="m"):
    """A `match`; and, to stay flat, an `if` with more than 40 `elif`: its cases read and bind nothing, their guards are
    the tests, and the subject is an empty `Const`."""

    at: Span
    subject: Expr
    cases: tuple[Case, ...]


class Def(_Node, frozen=True, tag="N"):
    """A `def` statement is executed here; `function` indexes `ModuleFacts.functions`."""

    at: Span
    function: int


class ClassDef(_Node, frozen=True, tag="K"):
    """A `class` statement is executed here; `cls` indexes `ModuleFacts.classes`."""

    at: Span
    cls: int


Stmt = (
    Evaluate | Assign | AugAssign | Delete | Return | Raise | Assert | Jump | Scope | Import | If | While | ForLoop |
    With | Try | Match | Def | ClassDef
)
