"""Moving statements one level in, as text.

A line is indented unless it begins inside a string: those lines belong to the string's value. Blank lines stay
blank. Whether a line begins inside a string is read off the strings of the facts, whose places are exact.
"""

from __future__ import annotations

from typing import Any

from ..model import facts as f
from ..program.traverse import walk


def statement_end(statement: Any, functions: tuple[f.FunctionFacts, ...], classes: tuple[f.ClassFacts, ...]) -> int:
    """Where a statement ends, with its body; the place of a compound statement is its header only."""
    end: int = statement.at[1]
    if isinstance(statement, f.With):
        end = max(end, statement.end)
    if isinstance(statement, f.Def):
        end = max(end, functions[statement.function].at[1])
    if isinstance(statement, f.ClassDef):
        end = max(end, classes[statement.cls].at[1])
    inner: list[Any] = []
    for name in ("body", "orelse", "final"):
        inner.extend(getattr(statement, name, ()) or ())
    for each in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        inner.extend(each.body)
    return max([end, *(statement_end(each, functions, classes) for each in inner)])


def string_spans(
    statements: tuple[Any, ...], functions: tuple[f.FunctionFacts, ...], classes: tuple[f.ClassFacts, ...]
) -> list[f.Span]:
    """The places of the string literals in statements, nested functions and classes included."""
    found: list[f.Span] = []
    pending: list[Any] = list(statements)
    while pending:
        for node in walk((pending.pop(),)):
            if isinstance(node, (f.Const, f.Other)) and node.kind in ("str", "bytes", "fstring", "joined"):
                found.append(node.at)
            elif isinstance(node, f.Def):
                own = functions[node.function]
                pending.extend(own.body)
                found.append((own.at[0], own.at[0]))
            elif isinstance(node, f.ClassDef):
                pending.extend(classes[node.cls].body)
            elif isinstance(node, f.Lambda):
                pending.extend(functions[node.function].body)
    return found


def indented(text: str, start: int, end: int, block: str, strings: list[f.Span]) -> str:
    """`text[start:end]`, whole lines of a block indented by `block`, one level further in, but for lines that begin
    inside a string. The new level stands behind what the block has, so that blanks and tabs stay consistent."""
    by = "\t" if "\t" in block else "    "
    lines = []
    at = start
    for line in text[start:end].splitlines(keepends=True):
        inside = any(span[0] < at < span[1] for span in strings)
        old = block if line.startswith(block) else ""
        lines.append(line if inside or not line.strip() else f"{old}{by}{line[len(old) :]}")
        at += len(line)
    return "".join(lines)


def line_start(text: str, offset: int) -> int:
    """Where the line of an offset begins."""
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def next_line(text: str, offset: int) -> int | None:
    """Where the line behind an offset begins, when only blanks or a comment stand in between."""
    at = offset
    while at < len(text) and text[at] in " \t\f":
        at += 1
    if at < len(text) and text[at] == "#":
        while at < len(text) and text[at] not in "\r\n":
            at += 1
    if at == len(text):
        return at
    if text.startswith("\r\n", at):
        return at + 2
    return at + 1 if text[at] in "\r\n" else None
