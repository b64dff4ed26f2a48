"""Where the tokens of a tree stand in its text.

libcst's nodes carry no offsets, and adding up the lengths of all the whitespace nodes costs half as much as parsing.
But a walk that meets the tokens in the order of the text can *look them up* instead: between the end of one token and
the next that it asks for, there are only blanks, commas, parentheses, and comments. Comments are blanked beforehand, so
`str.find` from the last position gives the exact place, as long as the walk asks for every keyword and operator that
the next token could be mistaken for. The nodes of whitespace and punctuation are never touched.
"""
from __future__ import annotations

from collections.abc import Callable

from .comments import Masked


class Cursor:
    """A position that moves forward through a text. `pos` is the end of the last token; `find` is `str.find` of the
    text without its comments."""

    __slots__ = ("comments", "find", "masked", "pos", "text")

    def __init__(self, text: str, masked: Masked) -> None:
        self.text = text
        self.masked, self.comments = masked.text, masked.comments
        self.find: Callable[[str, int], int] = self.masked.find
        self.pos = 0

    def after(self, token: str) -> int:
        """Move behind the next `token`; its end."""
        self.pos = end = self.find(token, self.pos) + len(token)
        return end

    def start_of(self, token: str) -> int:
        """Move behind the next `token`; its start."""
        start = self.find(token, self.pos)
        self.pos = start + len(token)
        return start

    def open(self, pos: int, count: int) -> int:
        """The position behind `count` opening parentheses."""
        for _ in range(count):
            pos = self.find("(", pos) + 1
        return pos

    def close(self, pos: int, count: int) -> int:
        """The position behind `count` closing parentheses."""
        for _ in range(count):
            pos = self.find(")", pos) + 1
        return pos

    @property
    def is_at_end(self) -> bool:
        """Whether only blanks are left: a walk that has lost its place does not end here."""
        return not self.masked[self.pos :].strip(" \t\r\n\f;\\\ufeff\x1a")
