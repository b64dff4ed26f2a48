"""The locks that are surely held at each line of a file."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from .seen import Row, Seen


def answer(seen: Seen) -> list[Row]:
    """One row for each line where something is observed under a lock; several `held` where it depends on the caller."""
    found: dict[int, set[tuple[str, ...]]] = defaultdict(set)
    for event in seen.events():
        if event.kind not in ("return", "end"):
            found[seen.line(event.at[0])].add(seen.held(event.held))
    for _, edge in seen.edges():
        found[seen.line(edge.at[0])].add(seen.held(edge.held))
    return [
        {"line": line, "held": [list(locks) for locks in sorted(held)]}
        for line, held in sorted(found.items())
        if any(held)
    ]


def told(rows: list[Row], seen: Seen) -> Iterator[str]:
    """The lines with their text, and what is held there before they run."""
    texts = {row["line"]: seen.source_line(row["line"]).rstrip() for row in rows}
    width = min(max((len(text) for text in texts.values()), default=0), 70)
    for row in rows:
        held = " or ".join(" + ".join(locks) or "nothing" for locks in row["held"])
        yield f"{row['line']:5} {texts[row['line']].ljust(width)}  # {held}"
