"""Code frames: which stretches of which files are shown for a finding, and how marks stand under their text.

The frame with the finding's own place comes first; the other steps follow in the order of the story. Neighbouring
steps in one file share a frame when only a few lines lie between them.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from rich.cells import cell_len

from ..model.finding import Finding
from ..model.place import Place
from ..model.report import Texts, Where

NEAR = 3
"""Two marks at most this many lines apart share a frame."""

TAB = 4
WIDEST = 160
"""Lines wider than this many terminal cells are cut around their first mark."""


@dataclass
class Mark:
    """A place to point at and what to say there."""

    at: Place
    label: str
    primary: bool = False


@dataclass
class Frame:
    """A stretch of one file with marks in it; `where` is told in its heading."""

    where: Where
    marks: list[Mark] = field(default_factory=list)

    @property
    def primary(self) -> bool:
        return any(mark.primary for mark in self.marks)


def frames_of(finding: Finding, texts: Texts) -> list[Frame]:
    """The frames that tell a finding, its own place first."""
    own = Mark(finding.at, finding.label, primary=True)
    runs: list[list[Mark]] = []
    for step in finding.story:
        if step.at == finding.at:
            mark = own
            own.label = own.label or step.message
        else:
            mark = Mark(step.at, step.message)
        if runs and _near(runs[-1][-1].at, mark.at, texts):
            runs[-1].append(mark)
        else:
            runs.append([mark])
    home = next((run for run in runs if own in run), None)
    if home is None:
        home = next((run for run in runs if any(_near(mark.at, own.at, texts) for mark in run)), None)
        if home is None:
            runs.insert(0, home := [])
        home.append(own)
    runs.sort(key=lambda run: run is not home)  # stable: the rest keeps the order of the story
    return [Frame(texts.where(own.at if run is home else run[0].at), run) for run in runs]


def _near(one: Place, other: Place, texts: Texts) -> bool:
    if one.path != other.path:
        return False
    lines = texts.lines(one.path)
    same_cell = texts.first_line_of_cell(one) == texts.first_line_of_cell(other)
    return same_cell and abs(lines.line_of(one.start) - lines.line_of(other.start)) <= NEAR


@dataclass
class Row:
    """One printed row of a frame: a line of source with its number, or (number None) the underline of a mark."""

    number: int | None
    text: str
    mark: Mark | None = None


def rows_of(frame: Frame, texts: Texts) -> Iterator[Row]:
    """The source lines of a frame from its first to its last mark, each followed by its marks in the order of the
    story. Nothing for a file whose text is not known."""
    path = frame.where.path
    if path not in texts or not texts.lines(path).text:
        return
    lines = texts.lines(path)
    before_cell = texts.first_line_of_cell(frame.marks[0].at)
    by_line: dict[int, list[Mark]] = {}
    for mark in frame.marks:
        by_line.setdefault(lines.line_of(mark.at.start), []).append(mark)
    for line in range(min(by_line), max(by_line) + 1):
        text = lines.line_text(line)
        marks = by_line.get(line, [])
        start = lines.starts[line - 1]
        spans = [(mark.at.start - start, min(mark.at.end - start, len(text))) for mark in marks]
        shown, skipped = _cut(text, spans[0][0] if spans else 0)
        yield Row(line - before_cell, _drawn(shown))
        for mark, (first, last) in zip(marks, spans, strict=True):
            first, last = max(first - skipped, 0), max(last - skipped, 0)
            indent = cell_len(_drawn(shown[:first]))
            width = max(cell_len(_drawn(shown[:last])) - indent, 1)
            sign = "^" if mark.primary else "-"
            yield Row(None, f"{' ' * indent}{sign * width} {mark.label}".rstrip(), mark)


def _drawn(text: str) -> str:
    """The text as a terminal can show it: tabs as spaces, nothing that would move the cursor."""
    if text.isprintable():
        return text
    drawn: list[str] = []
    width = 0
    for char in text:
        if char == "\t":
            char = " " * (TAB - width % TAB)
        elif not char.isprintable():
            char = "\N{REPLACEMENT CHARACTER}"
        drawn.append(char)
        width += cell_len(char)
    return "".join(drawn)


def _cut(text: str, mark: int) -> tuple[str, int]:
    """A line cut to WIDEST around a mark, and by how many characters what follows has moved to the left."""
    if cell_len(_drawn(text)) <= WIDEST:
        return text, 0
    first = max(mark - WIDEST // 4, 0)
    head = "…" if first else ""
    tail = "…" if len(text) > first + WIDEST else ""
    return f"{head}{text[first : first + WIDEST]}{tail}", first - len(head)
