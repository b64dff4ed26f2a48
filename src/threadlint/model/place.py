"""Places in texts, and the line map that turns offsets into lines and columns when something is printed."""
from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

import msgspec


class Place(msgspec.Struct, frozen=True, order=True):
    """A stretch of one file: its path as it will be printed, and half-open character offsets into its text."""

    path: str
    start: int
    end: int


class Position(msgspec.Struct, frozen=True, order=True):
    """A line and a column, both starting at 1; columns count code points."""

    line: int
    column: int


class LineMap:
    """Lines and columns of one text. Line ends are `\\n`, `\\r\\n` and `\\r`, as for Python's own tokenizer."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def starts(self) -> list[int]:
        """The offset at which each line starts."""
        starts = [0]
        text = self.text
        at = 0
        if "\r" not in text:
            while (at := text.find("\n", at) + 1) > 0:
                starts.append(at)
            return starts
        while at < len(text):
            char = text[at]
            at += 1
            if char == "\r" and text[at : at + 1] == "\n":
                at += 1
            if char in "\r\n":
                starts.append(at)
        return starts

    def position(self, offset: int) -> Position:
        """Line and column of an offset; one past the end of the text is allowed."""
        index = bisect_right(self.starts, offset) - 1
        return Position(index + 1, offset - self.starts[index] + 1)

    def line_of(self, offset: int) -> int:
        return bisect_right(self.starts, offset)

    def line_text(self, line: int) -> str:
        """The text of a line (starting at 1) without its line end; empty beyond the text."""
        if not 1 <= line <= len(self.starts):
            return ""
        start = self.starts[line - 1]
        end = self.starts[line] if line < len(self.starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")
