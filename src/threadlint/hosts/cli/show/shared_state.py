"""What several threads touch in a file: which accesses there are, from where, and under which locks."""
from __future__ import annotations

from collections.abc import Iterator

from ....analyses.lock_names import lock_names
from ....analyses.sharing.shared_state import Shared, shared_state
from .seen import Row, Seen


def answer(seen: Seen) -> list[Row]:
    """One row for each location that is changed after it was made and is touched in the file."""
    names = seen.program.ask(lock_names)
    rows = []
    for shared in seen.program.ask(shared_state).locations.values():
        accesses = _accesses(shared, seen)
        if any(each["here"] for each in accesses):
            rows.append({"name": names.spelling(shared.location).full, "accesses": accesses})
    return sorted(rows, key=lambda row: str(row["name"]))


def _accesses(shared: Shared, seen: Seen) -> list[Row]:
    found: dict[tuple[str, str, str], Row] = {}
    for site in shared.sites:
        event = site.event
        where = seen.where(event.function, event.at)
        thread = f"{site.root.spelling} {site.root.name}" if site.root.kind == "thread" else site.root.kind
        held = seen.held(event.held)
        row = found.setdefault(
            (where, site.access.how, " + ".join(held)),
            {
                "where": where, "function": event.function.qualname, "how": site.access.how, "held": list(held),
                "threads": [], "here": event.function.module is seen.module,
            },
        )  # fmt: skip
        if thread not in row["threads"]:
            row["threads"].append(thread)
    for row in found.values():
        row["threads"].sort()
    return [found[key] for key in sorted(found)]


def told(rows: list[Row], seen: Seen) -> Iterator[str]:
    """The locations, each with its accesses."""
    del seen
    for row in rows:
        yield row["name"]
        for each in row["accesses"]:
            held = " under " + " + ".join(each["held"]) if each["held"] else " without a lock"
            yield f"    {each['how']} at {each['where']} in {each['function']}{held}, by {', '.join(each['threads'])}"
