"""Literals: numbers, strings, formatted strings."""
from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

import libcst as cst

from ..model import facts as f
from .reader import EXPRESSIONS, Reader

LONGEST_STRING = 200
LONGEST_DOC = 300

_ESCAPE = re.compile(
    r"\\(?:(\r\n|[\r\n])|([\\'\"abfnrtv])|([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{([^}]*)\})"
)
_SIMPLE = {"\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def _finish(node: Any, r: Reader, end: int) -> None:
    r.pos = r.close(end, len(node.lpar)) if node.lpar else end


def integer(node: cst.Integer, r: Reader, pos: int) -> f.Expr:
    source = node.value
    start = r.find(source, pos)
    end = start + len(source)
    _finish(node, r, end)
    value: int | None = None
    if len(source) <= 80:
        value = int(source, 0)
        if value >= 1 << 63:
            value = None
    return f.Const((start, end), "int", value)


def decimal(node: cst.Float, r: Reader, pos: int) -> f.Expr:
    source = node.value
    start = r.find(source, pos)
    end = start + len(source)
    _finish(node, r, end)
    return f.Const((start, end), "float", float(source.replace("_", "")))


def imaginary(node: cst.Imaginary, r: Reader, pos: int) -> f.Expr:
    start = r.find(node.value, pos)
    end = start + len(node.value)
    _finish(node, r, end)
    return f.Const((start, end), "complex")


def ellipsis(node: cst.Ellipsis, r: Reader, pos: int) -> f.Expr:
    start = r.find("...", pos)
    _finish(node, r, start + 3)
    return f.Const((start, start + 3), "ellipsis")


def string(node: cst.SimpleString, r: Reader, pos: int) -> f.Expr:
    source = node.value
    start = r.find(source, pos)
    end = start + len(source)
    if r.annotating:
        parsed = _annotation(source, r, start)
        if parsed is not None:
            _finish(node, r, end)
            return parsed
    _finish(node, r, end)
    if source[0] in "bBrR" and "b" in source[:2].lower():
        return f.Const((start, end), "bytes")
    if len(source) > 10 * LONGEST_STRING + 6:
        return f.Const((start, end), "str")
    value = content(source)
    return f.Const((start, end), "str", value if value is not None and len(value) <= LONGEST_STRING else None)


def content(source: str) -> str | None:
    """The value of a string literal's source; None for bytes and for what cannot be stored (lone surrogates)."""
    quote_at = min(i for i in (source.find("'"), source.find('"')) if i >= 0)
    prefix = source[:quote_at].lower()
    if "b" in prefix:
        return None
    size = 3 if len(source) - quote_at >= 6 and source[quote_at] * 3 == source[quote_at : quote_at + 3] else 1
    value = source[quote_at + size : len(source) - size]
    if "\r" in value:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    if "\\" in value and "r" not in prefix:
        value = _ESCAPE.sub(_unescaped, value)
        if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
            return None
    return value


def _unescaped(found: re.Match[str]) -> str:
    newline, simple, octal, *codes, named = found.groups()
    if newline is not None:
        return ""
    if simple is not None:
        return _SIMPLE[simple]
    if octal is not None:
        return chr(int(octal, 8))
    if named is not None:
        try:
            return unicodedata.lookup(named)
        except KeyError:
            return found.group()
    code = int(next(c for c in codes if c is not None), 16)
    return chr(code) if code < 0x110000 else found.group()


def docstring(body: Any) -> str | None:
    """The first 300 characters of the docstring of a module, class or function, from the statements of its body."""
    if not body:
        return None
    line = body[0]
    statement = line.body[0] if type(line) is cst.SimpleStatementLine and line.body else line
    if type(statement) is not cst.Expr:
        return None
    value: Any = statement.value
    pieces: list[str] = []
    while type(value) is cst.ConcatenatedString:
        if type(value.left) is not cst.SimpleString:
            return None
        pieces.append(value.left.value)
        value = value.right
    if type(value) is not cst.SimpleString:
        return None
    pieces.append(value.value)
    contents = [content(piece[:3000] + piece[-3:] if len(piece) > 4000 else piece) for piece in pieces]
    if any(text is None for text in contents):
        return None
    return "".join(text for text in contents if text is not None)[:LONGEST_DOC]


def joined(node: cst.ConcatenatedString, r: Reader, pos: int) -> f.Expr:
    """Implicit concatenation leans to the right; it is followed by a loop, for generated code has very long ones."""
    annotating, r.annotating = r.annotating, False
    r.pos = pos
    pieces: list[f.Expr] = []
    piece: Any = node
    while type(piece) is cst.ConcatenatedString:
        pieces.append(EXPRESSIONS[type(piece.left)](piece.left, r, r.pos))
        piece = piece.right
    pieces.append(EXPRESSIONS[type(piece)](piece, r, r.pos))
    r.annotating = annotating
    at = (pieces[0].at[0], pieces[-1].at[1])
    _finish(node, r, r.pos)
    return f.Other(at, "joined", tuple(pieces))


def formatted(node: Any, r: Reader, pos: int) -> f.Expr:
    """A formatted or template string: the expressions of its fields, those in format specifications included."""
    annotating, r.annotating = r.annotating, False
    start = r.find(node.start, pos)
    r.pos = start + len(node.start)
    parts: list[f.Expr] = []
    _fields(node.parts, r, parts)
    end = r.pos + len(node.end)
    _finish(node, r, end)
    r.annotating = annotating
    return f.Other((start, end), "fstring", tuple(parts))


def _fields(parts: Any, r: Reader, into: list[f.Expr]) -> None:
    for part in parts:
        kind = type(part)
        if kind is cst.FormattedStringText or kind is cst.TemplatedStringText:
            r.pos += len(part.value)
            continue
        inner = part.expression
        into.append(EXPRESSIONS[type(inner)](inner, r, r.after("{")))
        if part.equal is not None:
            r.after("=")
        if part.conversion is not None:
            r.after("!")
            r.pos = r.after(part.conversion)
        if part.format_spec is not None:
            r.after(":")
            _fields(part.format_spec, r, into)
        r.after("}")


@lru_cache(maxsize=2000)
def _parsed(text: str) -> Any:
    """The tree of an annotation's text; None when it has none. The same annotation stands in many places."""
    from ..syntax import SyntaxFailure, parse_expression

    try:
        return parse_expression(text)
    except SyntaxFailure:
        return None


def _annotation(source: str, r: Reader, start: int) -> f.Expr | None:
    """The expression in a string annotation, its places inside the literal; None when there is none."""
    quote = source[0]
    if quote not in "'\"" or "\\" in source or "#" in source or "\n" in source or source.startswith(quote * 3):
        return None
    node = _parsed(source[1:-1].strip())
    if node is None:
        return None
    return EXPRESSIONS[type(node)](node, r, start + 1)


EXPRESSIONS.update({
    cst.Integer: integer, cst.Float: decimal, cst.Imaginary: imaginary, cst.Ellipsis: ellipsis,
    cst.SimpleString: string, cst.ConcatenatedString: joined, cst.FormattedString: formatted,
    cst.TemplatedString: formatted,
})  # fmt: skip
