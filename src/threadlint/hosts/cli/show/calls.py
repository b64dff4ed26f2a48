"""What each call of a file leads to: functions of the program, things of libraries, or the unknown."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ....program.symbols import dotted
from .seen import Row, Seen

UNKNOWN = "?"


def answer(seen: Seen) -> list[Row]:
    """One row for each call, with everything it was seen to lead to."""
    found: dict[tuple[int, int, str], set[tuple[str, str]]] = defaultdict(set)
    for activation, edge in seen.edges():
        callee = edge.callee.function
        key = (*edge.at, activation.function.facts.qualname)
        found[key].add((callee.qualname, seen.where(callee, callee.facts.name_at)))
    for event in seen.events():
        key = (*event.at, event.function.facts.qualname)
        if event.kind == "call":
            found[key].add((event.subject, "library"))
        elif event.kind == "unknown":
            found[key].add((dotted(event.subject) or UNKNOWN, "unknown"))
    return [
        {
            "line": seen.line(start), "function": function,
            "leads_to": [{"name": name, "where": where} for name, where in sorted(targets)],
        }
        for (start, _, function), targets in sorted(found.items())
    ]  # fmt: skip


def told(rows: list[Row], seen: Seen) -> Iterator[str]:
    """Line by line what is called there."""
    del seen
    for row in rows:
        targets = ", ".join(f"{each['name']} ({each['where']})" for each in row["leads_to"])
        yield f"{row['line']:5} {row['function']}: {targets}"
