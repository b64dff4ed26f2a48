"""What a run hands to every host: all verdicts, the texts they stand in, and what was seen."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from .finding import Fate, Finding, Verdict
from .place import LineMap, Place
from .sources import Source


class Where(msgspec.Struct, frozen=True):
    """A place as it is told to people: lines and columns start at 1, columns count code points, the end is exclusive.

    In a notebook `cell` is the number of the code cell, and lines count from its first one."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    cell: int | None = None

    def __str__(self) -> str:
        cell = "" if self.cell is None else f"cell {self.cell}:"
        return f"{self.path}:{cell}{self.line}:{self.column}"


class Texts:
    """The texts of a run by path, with lines and columns worked out only for those that something is printed of."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._sources: dict[str, Source] = {source.path: source for source in sources}
        self._maps: dict[str, LineMap] = {}

    def __contains__(self, path: str) -> bool:
        return path in self._sources

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that was read."""
        return tuple(self._sources)

    def source(self, path: str) -> Source | None:
        """The source printed under that path; None for a path that was not read."""
        return self._sources.get(path)

    def lines(self, path: str) -> LineMap:
        """The line map of a text; that of the empty text for a path that was not read."""
        known = self._maps.get(path)
        if known is None:
            source = self._sources.get(path)
            known = self._maps[path] = LineMap(source.text if source else "")
        return known

    def where(self, at: Place) -> Where:
        """The place in lines and columns. An end at the very start of a line is told as the end of the line before."""
        lines = self.lines(at.path)
        size = len(lines.text)
        start = lines.position(min(at.start, size))
        end = lines.position(max(min(at.end, size), min(at.start, size)))
        cell, first = self._cell(at, lines)
        return Where(
            at.path, start.line - first, start.column, max(end.line - first, start.line - first), end.column, cell
        )

    def first_line_of_cell(self, at: Place) -> int:
        """How many lines of the joined text stand before the cell that the place lies in; 0 outside notebooks."""
        return self._cell(at, self.lines(at.path))[1]

    def _cell(self, at: Place, lines: LineMap) -> tuple[int | None, int]:
        source = self._sources.get(at.path)
        if source is None or not source.cells:
            return None, 0
        number = max(sum(1 for start in source.cells if start <= at.start), 1)
        return number, lines.line_of(source.cells[number - 1]) - 1


class Report(msgspec.Struct, frozen=True):
    """The outcome of one run.

    `verdicts` holds every finding with its fate, by path, place and code. `files` counts the files seen, `parsed` those
    that are not cold, read from the cache or not. `partial` says that only a part of the program was seen, `seconds`
    how long each floor took, `warnings` what a user should know besides, `failures` the tracebacks of rules that
    raised.
    """

    verdicts: tuple[Verdict, ...]
    texts: Texts
    files: int = 0
    parsed: int = 0
    partial: bool = False
    seconds: Mapping[str, float] = {}
    warnings: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()

    @property
    def shown(self) -> tuple[Verdict, ...]:
        """The verdicts that a user gets to see."""
        return tuple(verdict for verdict in self.verdicts if verdict.fate is Fate.SHOWN)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings that are shown, without their fate."""
        return tuple(verdict.finding for verdict in self.shown)

    @property
    def counts(self) -> Counter[Fate]:
        """How many findings met each fate."""
        return Counter(verdict.fate for verdict in self.verdicts)
