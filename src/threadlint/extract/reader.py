"""What a walk over one tree carries along: its place in the text, what it has found, the scope it is in."""
from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from ..model import facts as f
from ..syntax import Cursor, Masked

ExpressionReader = Callable[[Any, "Reader", int], f.Expr]
StatementReader = Callable[[Any, "Reader"], f.Stmt]

EXPRESSIONS: dict[type[Any], ExpressionReader] = {}
"""How each kind of expression node is read: `(node, reader, pos)` gives the fact and leaves `reader.pos` behind the
node and its parentheses. `pos` is where the search for its first token may start."""

STATEMENTS: dict[type[Any], StatementReader] = {}
"""How each kind of statement node is read; the search starts at `reader.pos`."""


class Scope:
    """The names of one function while its body is read. Dictionaries serve as ordered sets."""

    __slots__ = ("binds", "globals", "is_generator", "nonlocals")

    def __init__(self) -> None:
        self.binds: dict[str, None] = {}
        self.globals: dict[str, None] = {}
        self.nonlocals: dict[str, None] = {}
        self.is_generator = False

    def own(self) -> tuple[str, ...]:
        """The bound names that are locals."""
        if self.globals or self.nonlocals:
            return tuple(n for n in self.binds if n not in self.globals and n not in self.nonlocals)
        return tuple(self.binds)


class Reader(Cursor):
    """A cursor that collects. `function` and `cls` are the indices of the innermost function, and of the class whose
    body is being read directly (-1 when a function's is); `prefix` is what qualified names start with."""

    __slots__ = ("annotating", "classes", "cls", "function", "functions", "outer_cls", "prefix", "scope")

    def __init__(self, text: str, masked: Masked) -> None:
        super().__init__(text, masked)
        self.functions: list[f.FunctionFacts | None] = [None]
        self.classes: list[f.ClassFacts | None] = []
        self.function = 0
        self.cls = -1
        self.outer_cls = -1
        self.prefix = ""
        self.scope = Scope()
        self.annotating = False

    def name(self, value: str, pos: int) -> f.Name:
        """The next occurrence of a plain name; moves behind it."""
        start = self.find(value, pos)
        self.pos = end = start + len(value)
        return f.Name((start, end), identifier(value))

    def bind(self, target: f.Expr) -> None:
        """Note the names that an assignment to `target` binds."""
        if isinstance(target, f.Name):
            self.scope.binds[target.id] = None
        elif isinstance(target, f.Display):
            for item in target.items:
                self.bind(item)
        elif isinstance(target, f.Starred):
            self.bind(target.value)


def identifier(value: str) -> str:
    """The name as Python knows it."""
    return value if value.isascii() else unicodedata.normalize("NFKC", value)
