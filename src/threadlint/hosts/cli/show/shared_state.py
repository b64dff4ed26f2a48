"""What several threads touch in a file: which accesses there are, from where, under which locks, and the verdict.

Each piece of state that is changed after it was made has a verdict: the findings about it, those held back as unsure
included; and where there are none, why it is taken to be right, see `Standing`.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ....analyses.lock_names import lock_names
from ....analyses.sharing.shared_state import Shared, shared_state
from ....analyses.sharing.standing import Standing, standings
from ....model.finding import Confidence, Finding, Tier
from ....rules import all_rules
from .seen import Row, Seen

FAMILIES = ("sharing", "freethreading")


def answer(seen: Seen) -> list[Row]:
    """One row for each location that is changed after it was made and is touched in the file."""
    names = seen.program.ask(lock_names)
    judged = seen.program.ask(standings)
    told = _findings(seen)
    rows = []
    for shared in seen.program.ask(shared_state).locations.values():
        if all(change.function.is_top for change in shared.changes):  # made by its module, and left as it is
            continue
        accesses = _accesses(shared, seen)
        if any(each["here"] for each in accesses):
            name = names.spelling(shared.location).full
            found = [
                {
                    "code": finding.rule.code, "confidence": finding.confidence.name.lower(),
                    "message": finding.message, "where": str(seen.texts.where(finding.at)),
                }
                for finding in told.get(name, ())
            ]  # fmt: skip
            verdict = _verdict(found) if found else _standing(judged.of(shared), seen)
            rows.append({"name": name, "verdict": verdict, "findings": found, "accesses": accesses})
    return sorted(rows, key=lambda row: str(row["name"]))


def _findings(seen: Seen) -> dict[str, list[Finding]]:
    """What the rules about shared state find, by the variable it is about."""
    config = seen.program.config
    tiers = {Tier.ON} | ({Tier.STRICT} if config.strict else set()) | ({Tier.FT} if config.free_threaded else set())
    found: dict[str, list[Finding]] = defaultdict(list)
    for loaded in all_rules():
        if loaded.family in FAMILIES and loaded.check is not None and loaded.rule.tier in tiers:
            for finding in loaded.check(seen.program):
                for subject in finding.subjects[:1]:
                    found[subject].append(finding)
    return found


def _verdict(found: list[Row]) -> str:
    unsure = Confidence.LOW.name.lower()
    told = [f"{each['code']} at {each['where']}" for each in found if each["confidence"] != unsure]
    held_back = [f"{each['code']} at {each['where']} (unsure)" for each in found if each["confidence"] == unsure]
    return ", ".join(told + held_back)


def _standing(standing: Standing, seen: Seen) -> str:
    if standing.what == "guarded" and standing.lock is not None:
        lock = seen.program.ask(lock_names).spelling(standing.lock).short
        if standing.held == standing.total:
            return f"guarded by {lock}"
        return f"guarded by {lock} in {standing.held} of {standing.total} functions, the others take single steps"
    if standing.what == "apart":
        return "nothing shows that two threads meet here"
    if standing.what == "own":
        return "changed without a lock: right as long as no two threads share the object"
    if standing.what == "locked":
        return "any two places that meet hold a lock in common"
    return "no common lock, single steps"


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
    """The locations, each with its verdict and its accesses."""
    del seen
    for row in rows:
        yield f"{row['name']}: {row['verdict']}"
        for each in row["accesses"]:
            held = " under " + " + ".join(each["held"]) if each["held"] else " without a lock"
            yield f"    {each['how']} at {each['where']} in {each['function']}{held}, by {', '.join(each['threads'])}"
