"""Definitions: functions and classes of a module, its comments, and the module as a whole."""
from __future__ import annotations

import msgspec

from .expressions import Arg, Expr
from .nodes import Span
from .statements import Stmt


class Param(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A parameter; `at` covers its name; `kind` is pos (positional-only), any, star, key or starstar."""

    at: Span
    name: str
    kind: str = "any"
    default: Expr | None = None
    annotation: Expr | None = None


class FunctionFacts(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A function, method or lambda. Function 0 of a module is its top level, named `<module>`.

    `qualname` is dotted through enclosing functions and classes without `<locals>` (`Bank.pay.retry`). `parent` is the
    index of the enclosing function (0 at top level, -1 for function 0); `cls` that of the class whose body holds the
    `def` directly, else -1. `at` covers the whole definition with its body, decorators excluded; `name_at` the
    name (the keyword for a lambda). `binds` are the names the body binds as locals (parameters included, names declared
    global or nonlocal excluded); `globals` and `nonlocals` the declared ones. Annotations and defaults are expressions;
    string annotations are parsed when they parse. `doc` is the first 300 characters of the docstring.
    """

    name: str
    qualname: str
    at: Span
    name_at: Span
    parent: int
    cls: int
    params: tuple[Param, ...]
    decorators: tuple[Expr, ...]
    returns: Expr | None
    body: tuple[Stmt, ...]
    binds: tuple[str, ...]
    globals: tuple[str, ...] = ()
    nonlocals: tuple[str, ...] = ()
    is_async: bool = False
    is_generator: bool = False
    doc: str | None = None


class ClassFacts(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A class. `parent` and `outer` are the indices of the enclosing function (0 at top level) and class (-1 if none).
    `body` holds the statements of its body, methods as `Def`. `keywords` are those of the class statement."""

    name: str
    qualname: str
    at: Span
    name_at: Span
    parent: int
    outer: int
    bases: tuple[Expr, ...]
    keywords: tuple[Arg, ...]
    decorators: tuple[Expr, ...]
    body: tuple[Stmt, ...]
    doc: str | None = None


class Comment(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A comment that can concern a linter: it holds `threadlint:`, `noqa`, `guarded-by`, `requires:`, `lock-order:` or
    `thread-safe` (any case). `text` is the comment with its `#`; `own_line` when nothing stands before it."""

    at: Span
    text: str
    own_line: bool = False


class ModuleFacts(msgspec.Struct, array_like=True, frozen=True):
    """Everything the rest of the house knows about one text."""

    functions: tuple[FunctionFacts, ...]
    classes: tuple[ClassFacts, ...]
    comments: tuple[Comment, ...]
    doc: str | None = None
    failure: Failure | None = None


class Failure(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Why a text has no facts: the reason in one line and the place, as offsets, where reading stopped."""

    message: str
    at: Span = (0, 0)
