"""What one module's text says, without any judgement: the serialisable miniature that everything else reads.

A `ModuleFacts` is a function of the text alone. It knows no configuration, no path, no other module and no meaning:
`with self._lock:` is a `With` whose item is an attribute, whatever `_lock` may be. Expressions and statements keep
the structure of the program (so that early return, `finally` and evaluation order stay exact) and drop what no analysis
reads: whitespace, operators' precedence, type comments, annotations of locals without a value.

Places (`at`) are half-open pairs of character offsets into the decoded text without its byte-order mark. Lines and
columns are worked out when something is printed.

All structs are encoded as arrays, so the order of fields is the schema: whoever changes a field, or what one means,
counts `SCHEMA` up, and a cache of another schema is thrown away.
"""
from __future__ import annotations

from .definitions import ClassFacts, Comment, Failure, FunctionFacts, ModuleFacts, Param
from .expressions import (
    Arg,
    Attr,
    Await,
    BinOp,
    BoolOp,
    Call,
    Compare,
    Comprehension,
    Const,
    Display,
    Expr,
    For,
    IfExp,
    Item,
    Lambda,
    Name,
    Not,
    Other,
    Starred,
    Walrus,
    Yield,
)
from .nodes import Span
from .nodes import _Node as _Node
from .statements import (
    Alias,
    Assert,
    Assign,
    AugAssign,
    Case,
    ClassDef,
    Def,
    Delete,
    Evaluate,
    ForLoop,
    Handler,
    If,
    Import,
    Jump,
    Match,
    Raise,
    Return,
    Scope,
    Stmt,
    Try,
    While,
    With,
    WithItem,
)

SCHEMA: int = 2
"""The number of this schema. A cache of facts of another number is thrown away; a test fails when a field changes and
the number does not."""

__all__ = [
    "SCHEMA", "Alias", "Arg", "Assert", "Assign", "Attr", "AugAssign", "Await", "BinOp", "BoolOp", "Call", "Case",
    "ClassDef", "ClassFacts", "Comment", "Compare", "Comprehension", "Const", "Def", "Delete", "Display",
    "Evaluate", "Expr", "Failure", "For", "ForLoop", "FunctionFacts", "Handler", "If", "IfExp", "Import", "Item",
    "Jump", "Lambda", "Match", "ModuleFacts", "Name", "Not", "Other", "Param", "Raise", "Return", "Scope", "Span",
    "Starred", "Stmt", "Try", "Walrus", "While", "With", "WithItem", "Yield",
]  # fmt: skip
