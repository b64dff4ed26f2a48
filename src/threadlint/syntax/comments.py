"""Comments and strings, told apart from code in the text itself.

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
_QUOTES = frozenset({"'", '"', "'''", '"""'})
_FORMATTED = frozenset({"f", "t", "rf", "fr", "rt", "tr"})
_PREFIX = re.compile(r"\w*\Z")
_PLAIN_FIELDS = re.compile(r"[^{}]*(?:(?:\{\{|\}\}|\{[^{}'\"#\\\r\n]*\})[^{}]*)*")
_FIELD = re.compile(r"\{\{|\}\}|(\{[^{}]*\})")
_IN_FIELD = re.compile(r"""\#[^\r\n]*|['"]|[()\[\]{}:]""")


class Masked(NamedTuple):
    """`text` has the length of the original, every comment blanked; `comments` are their spans in order. `code` is what
    is neither comment nor string: its brackets are those of the program (fields of formatted strings included)."""

    text: str
    comments: list[tuple[int, int]]
    code: str


def mask(text: str) -> Masked:
    """Tell comments, strings and code of a text apart. Exact for texts that parse, harmless for others."""
    scan = _Scan(text)
    scan.run()
    if not scan.comments:
        return Masked(text, scan.comments, "".join(scan.code))
    pieces: list[str] = []
    last = 0
    for start, end in scan.comments:
        pieces.append(text[last:start])
        pieces.append(" " * (end - start))
        last = end
    pieces.append(text[last:])
    return Masked("".join(pieces), scan.comments, "".join(scan.code))


class _Scan:
    """One pass over a text. Fields within fields are entered by recursion up to `_DEEPEST`; no text that parses has
    more, for the parser is not let near it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.comments: list[tuple[int, int]] = []
        self.code: list[str] = []
        self.depth = 0

    def run(self) -> None:
        text = self.text
        search = _STRING_OR_COMMENT.search
        code = self.code
        find = text.find
        at = 0
        while (found := search(text, at)) is not None:
            start, end = found.span()
            code.append(text[at:start])
            at = end
            if text[start] == "#":
                self.comments.append((start, end))
                continue
            lone = end - start <= 3 and text[start:end] in _QUOTES
            if not lone and find("{", start, end) < 0:
                continue
            if _is_formatted(text, start):
                size = 3 if text.startswith(text[start] * 3, start) else 1
                inside = start + size
                if not lone and _PLAIN_FIELDS.fullmatch(text, inside, end - size) is not None:
                    code.extend(_FIELD.findall(text, inside, end - size))
                else:
                    at = self.after_formatted(inside, text[start:inside])
        code.append(text[at:])

    def after_formatted(self, at: int, quote: str) -> int:
        """The offset behind a formatted string whose content starts at `at`; that of the text when it is not closed."""
        text = self.text
        prefix_at = at - len(quote)
        raw = "r" in text[max(0, prefix_at - 2) : prefix_at].lower()
        size = len(text)
        while at < size:
            char = text[at]
            if char == "\\":
                if not raw and text.startswith("N{", at + 1):
                    at = text.find("}", at) + 1 or size
                else:
                    at += 1 if text.startswith(("{", "}"), at + 1) else 2
            elif char == "{":
                at = at + 2 if text.startswith("{", at + 1) else self._after_field(at + 1, quote)
            elif char == quote[0] and text.startswith(quote, at):
                return at + len(quote)
            elif len(quote) == 1 and char in "\r\n":
                return at
            else:
                at += 1
        return size

    def _after_field(self, at: int, quote: str) -> int:
        """The offset behind the closing brace of a replacement field that was opened before `at`."""
        self.depth += 1
        if self.depth > _DEEPEST:
            # Never parsed: the depth is reported by the brackets.
            self.code.append("{" * _DEEPEST)
            return len(self.text)
        self.code.append("{")
        at = self._field(at, quote)
        self.code.append("}")
        self.depth -= 1
        return at

    def _field(self, at: int, quote: str) -> int:
        text = self.text
        open_brackets = 0
        while (found := _IN_FIELD.search(text, at)) is not None:
            start = found.start()
            char = text[start]
            if char in "'\"":
                self.code.append(text[at:start])
                at = self._after_string(start)
                continue
            if char == "#":
                self.code.append(text[at:start])
                at = found.end()
                self.comments.append((start, at))
                continue
            if open_brackets == 0 and char in ")]}:":
                self.code.append(text[at:start])
                return self._after_format_spec(start + 1, quote) if char == ":" else start + 1
            self.code.append(text[at : start + 1])
            at = start + 1
            if char != ":":
                open_brackets += 1 if char in "([{" else -1
        return len(text)

    def _after_string(self, start: int) -> int:
        text = self.text
        if _is_formatted(text, start):
            inside = start + (3 if text.startswith(text[start] * 3, start) else 1)
            if inside - start == 3 or not text.startswith(text[start] * 2, start):
                return self.after_formatted(inside, text[start:inside])
        found = _STRING_OR_COMMENT.match(text, start)
        return found.end() if found is not None else start + 1

    def _after_format_spec(self, at: int, quote: str) -> int:
        text = self.text
        size = len(text)
        while at < size:
            char = text[at]
            if char == "{":
                at = self._after_field(at + 1, quote)
            elif char == "}":
                return at + 1
            elif char == quote[0] and text.startswith(quote, at):
                return at
            else:
                at += 1
        return size


_DEEPEST = 200


def _is_formatted(text: str, quote_at: int) -> bool:
    found = _PREFIX.search(text[max(0, quote_at - 3) : quote_at])
    return found is not None and found.group().lower() in _FORMATTED
