"""Which lock guards which state, inferred from how most of the accesses behave.

Domain. For each location that a class or module with a lock keeps: the accesses outside construction, each a *place* in the text.
A place counts as locked by L when L is surely held in every context that reaches it. Changes weigh 2, reads 1.
`share(L)` = locked weight / whole weight. L guards the location when share ≥ `SURE` (high), or ≥ `LIKELY` with locked accesses
in two functions or a locked change (medium). The thresholds stand between those of SpotBugs' IS2 and CodeQL (docs/how-it-decides.md).
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from ..model import facts as f
from ..program.program import Program
from ..program.symbols import Function
from ..program.values import Address
from .execution import Event, Hold
from .lock_names import lock_names
from .shared_state import CHANGES, Shared, SharedState, Site, shared_state

SURE = 0.8
LIKELY = 0.62
CLOSING = ("close", "stop", "dispose", "reset", "shutdown", "clear_all", "terminate", "__exit__", "__enter__", "_reset", "_close")


class Usage(NamedTuple):
    """One place that touches a location. `locks`: identities of the locks surely held in every context; `sites` the
    contexts."""

    function: Function
    at: f.Span
    changes: bool
    locks: frozenset[tuple[str, ...]]
    sites: tuple[Site, ...]

    @property
    def weight(self) -> int:
        return 2 if self.changes else 1


class Unguarded(NamedTuple):
    """A change (or iteration) without the lock that guards the location elsewhere. `locked` and `all` count places."""

    shared: Shared
    usage: Usage
    lock: Address
    locked: tuple[Usage, ...]
    total: int
    share: float

    @property
    def sure(self) -> bool:
        return self.share >= SURE

    @property
    def event(self) -> Event:
        return self.usage.sites[0].event


class Guards:
    """The answer: `unguarded()`."""

    def __init__(self, program: Program) -> None:
        self._names = program.ask(lock_names)
        self._state: SharedState = program.ask(shared_state)

    def unguarded(self) -> Iterator[Unguarded]:
        """Every place that changes guarded state without its guard, in order of location and place."""
        for shared in self._state.locations.values():
            usages = self._usages(shared)
            if len(usages) < 2 or not self._worth_guarding(shared):
                continue
            guard = self._guard(usages)
            if guard is None:
                continue
            lock, share = guard
            locked = tuple(usage for usage in usages if lock in usage.locks)
            address = self._address(locked[0], lock)
            for usage in usages:
                if lock in usage.locks or not usage.changes or self._exempt(usage.function):
                    continue
                if usage.locks and any(self._protects(usage, other) for other in locked):
                    continue
                if self._reached_beside(usage, locked):
                    yield Unguarded(shared, usage, address, locked, len(usages), share)

    def _usages(self, shared: Shared) -> list[Usage]:
        places: dict[tuple[Function, f.Span], list[Site]] = defaultdict(list)
        for site in shared.sites:
            places[site.event.function, site.event.at].append(site)
        found = []
        for (function, at), sites in places.items():
            held = [frozenset(self._names.identity(hold.lock) for hold in _excluding(site.event.held)) for site in sites]
            locks = frozenset.intersection(*held)
            if function.name.endswith("_locked") or function.name.endswith("_unlocked"):
                continue
            changes = any(site.access.how in CHANGES or site.access.how == "iterate" for site in sites)
            found.append(Usage(function, at, changes, locks, tuple(sites)))
        found.sort(key=lambda usage: (usage.function.module.name, usage.at))
        return found

    def _worth_guarding(self, shared: Shared) -> bool:
        """Flags and single references that are only ever replaced by constants owe no lock."""
        values = [site.access.value for site in shared.changes if site.access.how == "write"]
        if len(values) < len(shared.changes):
            return True
        return any(not isinstance(value, f.Const) for value in values)

    def _guard(self, usages: list[Usage]) -> tuple[tuple[str, ...], float] | None:
        counted = [usage for usage in usages if not self._exempt(usage.function)]
        whole = sum(usage.weight for usage in counted)
        best: tuple[tuple[str, ...], float] | None = None
        for lock in sorted({lock for usage in counted for lock in usage.locks}):
            locked = [usage for usage in counted if lock in usage.locks]
            share = sum(usage.weight for usage in locked) / whole
            enough = any(u.changes for u in locked) or len(locked) >= 2
            likely = len({u.function for u in locked}) >= 2 or any(u.changes for u in locked)
            if enough and (share >= SURE or (share >= LIKELY and likely)) and (best is None or share > best[1]):
                best = (lock, share)
        return best

    def _exempt(self, function: Function) -> bool:
        return function.name.startswith(CLOSING)

    def _protects(self, usage: Usage, other: Usage) -> bool:
        return bool(usage.locks & other.locks)

    def _reached_beside(self, usage: Usage, locked: tuple[Usage, ...]) -> bool:
        """Whether some locked access may run at the same time. A lock is evidence that public functions may."""
        for site in usage.sites:
            for other in (site for each in locked for site in each.sites):
                if self._state.parallel.may_run_together(site.occurrence, other.occurrence, locks=True):
                    return True
        return False

    def _address(self, usage: Usage, lock: tuple[str, ...]) -> Address:
        for hold in usage.sites[0].event.held:
            if self._names.identity(hold.lock) == lock:
                return hold.lock
        return usage.sites[0].event.subject  # type: ignore[no-any-return]


def _excluding(holds: tuple[Hold, ...]) -> list[Hold]:
    return [hold for hold in holds if hold.kind.excludes]


def guards(program: Program) -> Guards:
    """The inferred guards of the program's state."""
    return Guards(program)
