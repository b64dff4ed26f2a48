"""Guards against re-entry: a flag that is tested first, so that code which comes back to itself turns round."""
from __future__ import annotations

from ...model import facts as f
from ...program.symbols import Function
from ...program.traverse import walk_expression

WORDS = ("local", "busy", "active", "inside", "reent", "entered", "emitting")
"""What the flag, or what keeps it, is called."""


def turns_back(function: Function, at: f.Span | None = None) -> bool:
    """Whether the function tests such a flag and leaves, before the given place if there is one."""
    for statement in function.facts.body:
        if isinstance(statement, f.If) and (at is None or statement.at[0] < at[0]):
            leaves = any(isinstance(inner, (f.Return, f.Raise)) for inner in statement.body)
            if leaves and any(isinstance(node, (f.Attr, f.Call)) for node in walk_expression(statement.test)):
                if any(word in _text(statement.test) for word in WORDS):
                    return True
    return False


def _text(expr: f.Expr) -> str:
    words = []
    for node in walk_expression(expr):
        if isinstance(node, f.Attr):
            words.append(node.attr)
        elif isinstance(node, f.Name):
            words.append(node.id)
    return " ".join(words).lower()
