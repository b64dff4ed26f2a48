"""Comments, found in the text itself.

Tokens of a tree are looked up in the text in their order (see `cursor`); what could be mistaken for a token on the way
is the inside of a comment. So comments are blanked first. One regular expression tells comments from strings; formatted
strings, whose fields may hold strings and comments of their own, are followed by hand when a field is not plain.
"""
from __future__ import annotations

import re
from typing import NamedTuple

_STRING_OR_COMMENT = re.compile(
    r"""\#[^\r\n]*
      | '''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''
      | \"{3}[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*\"{3}
      | '(?!'')[^'\\\r\n]*(?:\\(?:\r\n|.)[^'\\\r\n]*)*'
      | "(?!"")[^"\\\r\n]*(?:\\(?:\r\n|.)[^"\\\r\n]*)*"
      | '''|\"{3}|['"]
    """,
    re.DOTALL | re.VERBOSE,
)
_FORMATTED = frozenset({"f", "t", "rf", "fr", "rt", "tr"})
_PREFIX = re.compile(r"\w*\Z")
_PLAIN_FIELDS = re.compile(r"[^{}]*(?:(?:\{\{|\}\}|\{[^{}'\"#\\\r\n]*\})[^{}]*)*")
_IN_FIELD = re.compile(r"""\#[^\r\n]*|['"]|[()\[\]{}:]""")


class Masked(NamedTuple):
    """`text` has the length of the original, every comment blanked; `comments` are their spans in order."""

    text: str
    comments: list[tuple[int, int]]


def mask(text: str) -> Masked:
    """Blank the comments of a text. Exact for texts that parse; harmless for others."""
    comments: list[tuple[int, int]] = []
    if "#" not in text:
        return Masked(text, comments)
    _scan(text, comments)
    pieces: list[str] = []
    last = 0
    for start, end in comments:
        pieces.append(text[last:start])
        pieces.append(" " * (end - start))
        last = end
    pieces.append(text[last:])
    return Masked("".join(pieces), comments)


def _scan(text: str, comments: list[tuple[int, int]]) -> None:
    search = _STRING_OR_COMMENT.search
    at = 0
    while (found := search(text, at)) is not None:
        start, at = found.span()
        if text[start] == "#":
            comments.append((start, at))
            continue
        single = at - start in (1, 3) and text[start:at] in ("'", '"', "'''", '"""')
        if (single or text.find("{", start, at) >= 0) and _is_formatted(text, start):
            quote = text[start] * (3 if text.startswith(text[start] * 3, start) else 1)
            if quote == text[start] * 3 and at - start == 2:
                continue
            inside = start + len(quote)
            if single or _PLAIN_FIELDS.fullmatch(text, inside, at - len(quote)) is None:
                at = _after_formatted(text, inside, quote, comments)


def _is_formatted(text: str, quote_at: int) -> bool:
    found = _PREFIX.search(text[max(0, quote_at - 3) : quote_at])
    return found is not None and found.group().lower() in _FORMATTED


def _after_formatted(text: str, at: int, quote: str, comments: list[tuple[int, int]]) -> int:
    """The offset behind a formatted string whose content starts at `at`; the end of the text when it is not closed."""
    raw = "r" in text[max(0, at - len(quote) - 2) : at - len(quote)].lower()
    size = len(text)
    while at < size:
        char = text[at]
        if char == "\\":
            if not raw and text.startswith("N{", at + 1):
                at = text.find("}", at) + 1 or size
            else:
                at += 1 if text.startswith(("{", "}"), at + 1) else 2
        elif char == "{":
            at = at + 2 if text.startswith("{", at + 1) else _after_field(text, at + 1, quote, comments)
        elif char == quote[0] and text.startswith(quote, at):
            return at + len(quote)
        else:
            at += 1
    return size


def _after_field(text: str, at: int, quote: str, comments: list[tuple[int, int]]) -> int:
    """The offset behind the closing brace of a replacement field that was opened before `at`."""
    depth = 0
    while (found := _IN_FIELD.search(text, at)) is not None:
        start, at = found.span()
        char = text[start]
        if char == "#":
            comments.append((start, at))
        elif char in "'\"":
            at = _after_string(text, start, comments)
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            if depth == 0:
                return at
            depth -= 1
        elif depth == 0:
            return _after_format_spec(text, at, quote, comments)
    return len(text)


def _after_string(text: str, start: int, comments: list[tuple[int, int]]) -> int:
    quote = text[start] * (3 if text.startswith(text[start] * 3, start) else 1)
    if _is_formatted(text, start):
        return _after_formatted(text, start + len(quote), quote, comments)
    found = _STRING_OR_COMMENT.match(text, start)
    return found.end() if found is not None else start + 1


def _after_format_spec(text: str, at: int, quote: str, comments: list[tuple[int, int]]) -> int:
    size = len(text)
    while at < size:
        char = text[at]
        if char == "{":
            at = _after_field(text, at + 1, quote, comments)
        elif char == "}":
            return at + 1
        elif char == quote[0] and text.startswith(quote, at):
            return at
        else:
            at += 1
    return size
