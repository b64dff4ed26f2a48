"""Where threads begin that run code of a file: threads of the program, its scripts, and what outside code may call."""
from __future__ import annotations

from collections.abc import Iterator

from ....analyses.execution import Root
from ....analyses.parallel import parallel
from .seen import Row, Seen

KINDS = {"main": "the module's own top level", "entry": "called from outside the program"}


def answer(seen: Seen) -> list[Row]:
    """One row for each root that reaches a function of the file."""
    found = seen.program.ask(parallel)
    rows = [
        _row(root, seen)
        for root in found.roots
        if any(activation.function.module is seen.module for activation in found.reached(root))
    ]
    order = ("thread", "main", "entry")
    return sorted(rows, key=lambda row: (order.index(row["kind"]), row["name"], row["begins"]))


def _row(root: Root, seen: Seen) -> Row:
    function = root.function
    return {
        "kind": root.kind,
        "name": root.name,
        "begins": seen.where(function, function.facts.name_at),
        "function": function.qualname,
        "many": root.many,
        "started": sorted({seen.where(event.function, event.at) for event in root.spawns}),
        "domain": root.domain,
    }


def told(rows: list[Row], seen: Seen) -> Iterator[str]:
    """One line for each root, and one for each place that starts it."""
    del seen
    for row in rows:
        what = f"thread `{row['name']}`" if row["kind"] == "thread" else f"`{row['name']}`"
        many = ", many at once" if row["many"] else ""
        domain = f", in another {row['domain']}" if row["domain"] != "thread" else ""
        kind = f", {KINDS[row['kind']]}" if row["kind"] in KINDS else ""
        yield f"{what} runs {row['function']} at {row['begins']}{many}{domain}{kind}"
        for place in row["started"]:
            yield f"    started at {place}"
