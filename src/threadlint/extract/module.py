"""A whole module: the tree is walked once, and everything met on the way becomes facts."""
from __future__ import annotations

import re
from typing import cast

from ..model import facts as f
from ..syntax import Masked, SyntaxFailure, mask, nesting, on_a_big_stack, parse
from . import definitions, displays, expressions, imports, literals, patterns, statements
from .reader import Reader

# Imported for what they add to the tables of readers.
_ROOMS = (definitions, displays, expressions, imports, literals, patterns, statements)

_MARKS = re.compile(r"threadlint:|noqa|guarded-by|requires:|lock-order:|thread-safe", re.IGNORECASE)


def read(text: str) -> f.ModuleFacts:
    """The facts of a text that parses; raises SyntaxFailure otherwise."""
    masked = mask(text)
    if nesting(masked.code).is_deep:
        try:
            return on_a_big_stack(lambda: _read(text, masked))
        except RecursionError:
            raise SyntaxFailure("nested too deeply to be read") from None
    return _read(text, masked)


def _read(text: str, masked: Masked) -> f.ModuleFacts:
    tree = parse(text, masked)
    r = Reader(text, masked)
    body = statements.block(tree, r)
    if not r.is_at_end:
        raise SyntaxFailure("the parser's tree does not fit the text", min(max(r.pos, 0), len(text)))
    doc = literals.docstring(tree.body)
    r.functions[0] = f.FunctionFacts(
        "<module>", "<module>", (0, len(text)), (0, 0), -1, -1, (), (), None, body, r.scope.own(), doc=doc
    )
    functions = cast(tuple[f.FunctionFacts, ...], tuple(r.functions))
    classes = cast(tuple[f.ClassFacts, ...], tuple(r.classes))
    return f.ModuleFacts(functions, classes, _comments(r), doc)


def _comments(r: Reader) -> tuple[f.Comment, ...]:
    text = r.text
    if not r.comments or _MARKS.search(text) is None:
        return ()
    found: list[f.Comment] = []
    for start, end in r.comments:
        if _MARKS.search(text, start, end) is not None:
            line_start = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
            own_line = not text[line_start:start].strip("\ufeff \t\f")
            found.append(f.Comment((start, end), text[start:end], own_line))
    return tuple(found)
