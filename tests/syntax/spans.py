"""Spans of facts and of Python's own trees, by kind, to be compared."""
from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from typing import Any

from threadlint.model import facts as f
from threadlint.model.place import LineMap

Spans = dict[str, Counter[tuple[int, int]]]

_OF_FACTS: dict[type[Any], str] = {
    f.Name: "name", f.Attr: "attribute", f.Call: "call", f.Item: "subscript", f.Lambda: "lambda", f.Await: "await",
    f.Yield: "yield", f.IfExp: "conditional", f.Walrus: "walrus", f.BinOp: "operation", f.Starred: "starred",
    f.Return: "return", f.Raise: "raise", f.Assign: "assign", f.AugAssign: "augmented", f.Delete: "delete",
    f.Assert: "assert", f.Import: "import", f.Scope: "scope", f.Jump: "jump", f.Not: "not", f.Evaluate: "evaluate",
}  # fmt: skip
_OF_TREES: dict[type[ast.AST], str] = {
    ast.Name: "name", ast.Attribute: "attribute", ast.Call: "call", ast.Subscript: "subscript", ast.Lambda: "lambda",
    ast.Await: "await", ast.Yield: "yield", ast.YieldFrom: "yield", ast.IfExp: "conditional", ast.NamedExpr: "walrus",
    ast.BinOp: "operation", ast.Starred: "starred", ast.Return: "return", ast.Raise: "raise", ast.Assign: "assign",
    ast.AnnAssign: "assign", ast.AugAssign: "augmented", ast.Delete: "delete", ast.Assert: "assert",
    ast.Import: "import", ast.ImportFrom: "import", ast.Global: "scope", ast.Nonlocal: "scope", ast.Pass: "jump",
    ast.Break: "jump", ast.Continue: "jump", ast.Expr: "evaluate",
}  # fmt: skip
_HEADERS: dict[type[Any], str] = {
    f.If: "if", f.While: "while", f.ForLoop: "for", f.With: "with", f.Try: "try", f.Match: "match", f.Def: "def",
    f.ClassDef: "class",
}  # fmt: skip
_HEADED: dict[type[ast.AST], str] = {
    ast.If: "if", ast.While: "while", ast.For: "for", ast.AsyncFor: "for", ast.With: "with", ast.AsyncWith: "with",
    ast.Try: "try", ast.Match: "match", ast.TryStar: "try",
}  # fmt: skip


def walk_facts(node: Any) -> Iterator[Any]:
    """Every struct inside a struct, itself included; one that is shared (the middle of a chain of comparisons) once."""
    pending = [node]
    seen: set[int] = set()
    while pending:
        here = pending.pop()
        if isinstance(here, tuple):
            pending.extend(here)
        elif hasattr(here, "__struct_fields__") and id(here) not in seen:
            seen.add(id(here))
            yield here
            pending.extend(getattr(here, name) for name in here.__struct_fields__)


def spans_of_facts(facts: f.ModuleFacts, hidden: list[tuple[int, int]]) -> tuple[Spans, dict[str, set[int]]]:
    """Spans of the facts outside the `hidden` stretches; and where the headers of compound statements start."""
    spans: Spans = {}
    starts: dict[str, set[int]] = {}
    inside = _Stretches(hidden)
    skipped = {id(function.body[0]) for function in facts.functions if function.name == "<lambda>"}
    # A lambda's `Return` stands nowhere in the text, and what a pattern binds is no expression for Python.
    for case in walk_facts((facts.functions, facts.classes)):
        skipped.update(id(name) for name in getattr(case, "binds", ()))
    for node in walk_facts((facts.functions, facts.classes)):
        if id(node) in skipped:
            continue
        kind = _OF_FACTS.get(type(node))
        if kind is not None and node.at not in inside:
            spans.setdefault(kind, Counter())[node.at] += 1
        kind = _HEADERS.get(type(node))
        if kind is not None:
            starts.setdefault(kind, set()).add(node.at[0])
    for function in facts.functions[1:]:
        if function.name != "<lambda>":
            spans.setdefault("function", Counter())[function.at] += 1
        for param in function.params:
            spans.setdefault("param", Counter())[param.at] += 1
    for cls in facts.classes:
        spans.setdefault("class", Counter())[cls.at] += 1
    return spans, starts


def spans_of_tree(text: str) -> tuple[Spans, dict[str, set[int]], list[tuple[int, int]]]:
    """The same from Python's own tree; and the stretches of its strings, where it does not tell or does not look."""
    tree = ast.parse(text)
    offset = _Offsets(text)
    spans: Spans = {}
    starts: dict[str, set[int]] = {}
    hidden = [
        offset.span(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
    ]
    inside = _Stretches(hidden)
    inside_types = {id(n) for each in ast.walk(tree) for p in getattr(each, "type_params", ()) for n in ast.walk(p)}
    # Facts keep the stars of arguments in the arguments.
    stars = {id(arg) for each in ast.walk(tree) if isinstance(each, ast.Call) for arg in each.args}
    for node in ast.walk(tree):
        if id(node) in inside_types or (isinstance(node, ast.Starred) and id(node) in stars):
            continue
        kind = _OF_TREES.get(type(node))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            kind = "not"
        if kind is not None and (at := offset.span(node)) not in inside:
            spans.setdefault(kind, Counter())[at] += 1
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            spans.setdefault("function", Counter())[offset.without_semicolon(node)] += 1
        elif isinstance(node, ast.ClassDef):
            spans.setdefault("class", Counter())[offset.without_semicolon(node)] += 1
        elif isinstance(node, ast.arg):
            start = offset.span(node)[0]
            spans.setdefault("param", Counter())[(start, start + len(node.arg))] += 1
        kind = _HEADED.get(type(node))
        if kind is not None:
            starts.setdefault(kind, set()).add(offset.span(node)[0])
    return spans, starts, hidden


class _Offsets:
    """Lines and utf-8 columns to character offsets."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = LineMap(text).starts

    def span(self, node: Any) -> tuple[int, int]:
        return self.at(node.lineno, node.col_offset), self.at(node.end_lineno, node.end_col_offset)

    def without_semicolon(self, node: Any) -> tuple[int, int]:
        """Python lets a body end with the semicolon that ends its last line, facts with the statement before it."""
        start, end = self.span(node)
        return start, start + len(self.text[start:end].rstrip("; \t"))

    def at(self, line: int, column: int) -> int:
        start = self.starts[line - 1]
        piece = self.text[start : start + column]
        if piece.isascii():
            return start + column
        return start + len(self.text[start : start + column].encode()[:column].decode())


class _Stretches:
    def __init__(self, stretches: list[tuple[int, int]]) -> None:
        self.covered = bytearray(max((end for _, end in stretches), default=0) + 1)
        for start, end in stretches:
            self.covered[start:end] = b"\1" * (end - start)

    def __contains__(self, at: object) -> bool:
        assert isinstance(at, tuple)
        return at[0] < len(self.covered) and self.covered[at[0]] == 1 and at[1] <= len(self.covered) and all(
            self.covered[at[0] : at[1]]
        )
