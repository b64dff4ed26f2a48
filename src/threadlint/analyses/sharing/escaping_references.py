"""Containers that a lock guards, given away as they are.

Domain: locations of containers whose guard was inferred (see `guards`), and the places that read them with the guard
held. One that is
the whole operand of a `return` or `yield` leaves the lock behind: the caller works on the very object that others
change.

Silent: copies, immutable values, containers that nobody changes after construction.
"""

from __future__ import annotations

from typing import NamedTuple

from ...program.program import Program
from ...program.values import Address
from .guards import Guards, Usage, guards
from .shared_state import Shared, SharedState, shared_state


class Escape(NamedTuple):
    """A guarded container that leaves at `usage`; `change` is a place that changes it, `lock` its guard."""

    shared: Shared
    usage: Usage
    change: Usage
    lock: Address


def escaping_references(program: Program) -> list[Escape]:
    """Every guarded container that is returned or yielded, in order of place."""
    state: SharedState = program.ask(shared_state)
    inferred: Guards = program.ask(guards)
    found: list[Escape] = []
    for shared in state.locations.values():
        usages = inferred.usages(shared)
        guard = inferred.guard(usages) if any(usage.of_container for usage in usages) else None
        change = next((usage for usage in usages if usage.changes), None)
        if guard is None or change is None:
            continue
        for usage in usages:
            function = usage.function
            given = {each.value.at for each in function.index.returns if each.value is not None}
            given |= {each.value.at for each in function.index.yields if each.value is not None}
            if guard.lock in usage.locks and not usage.changes and usage.at in given:
                found.append(Escape(shared, usage, change, inferred.address(usage, guard.lock)))
    return sorted(found, key=lambda each: (each.usage.function.module.name, each.usage.at))
