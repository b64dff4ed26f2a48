"""Which lock guards which state, inferred from how most of the accesses behave.

Domain. For each location: the accesses outside construction. A place counts as locked by L when L is surely held in
every context that reaches it. The places of one function under the same locks are one *decision*; it weighs 2 if one
of
them is a change or an iteration, else 1. `share(L)` = locked weight / whole weight. L guards the
location when share ≥ `SURE` (high), or ≥ `LIKELY` with locked accesses in two functions or a locked change (medium).
The thresholds stand between those of SpotBugs' IS2 and CodeQL (docs/how-it-decides.md). At least one locked change, or
two locked places, and one change outside construction are needed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ...knowledge.types import CONTAINERS, GROWS, SHRINKS
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function
from ...program.values import Address
from ..execution import Hold
from ..lock_names import Names, lock_names
from .breaks import Breaks, breaks, container, matters
from .filled_before import FilledBefore, filled_before
from .shared_state import CHANGES, Shared, SharedState, Site, shared_state

SURE = 0.8
LIKELY = 0.6
STALE = 0.5
"""What a look at a container without a lock weighs: it may be out of date, and the author knows."""
CLOSING = (
    "close", "stop", "dispose", "reset", "shutdown", "terminate", "__exit__", "__enter__", "_reset", "_close", "_stop",
    "_shutdown", "finalize", "destroy", "cleanup", "_cleanup", "teardown", "tear_down", "after_fork", "_after_fork",
    "_at_fork", "__aexit__", "__aenter__", "kill", "disconnect", "uninstall", "init", "_init", "setup", "_setup",
    "configure", "_configure", "start", "_start", "prepare", "_prepare",
)  # fmt: skip
"""Beginnings of names of functions that run before or after the time in which an object is shared."""


_REPLACING = frozenset({"write", "augment", "delete"})


class Usage(NamedTuple):
    """One place that touches a location. `locks`: identities of the locks surely held in every context; `sites` the
    contexts."""

    function: Function
    at: f.Span
    changes: bool
    iterates: bool
    locks: frozenset[tuple[str, ...]]
    sites: tuple[Site, ...]
    of_container: bool = False

    def takes(self, lock: tuple[str, ...], names: Names) -> bool:
        """Whether the function takes the lock itself, or a method of the same class does that calls it."""
        for hold in self.sites[0].event.held:
            if names.identity(hold.lock) == lock:
                mine, its = self.function.method_of, hold.function.method_of
                if hold.function is self.function or (mine is not None and its is not None and mine.cls is its.cls):
                    return True
        return False

    @property
    def weight(self) -> int:
        return 2 if self.changes or self.iterates else 1


class Unguarded(NamedTuple):
    """A change or iteration without the lock that guards the location elsewhere, and a locked access that may run
    beside it."""

    shared: Shared
    usage: Usage
    lock: Address
    locked: tuple[Usage, ...]
    total: int
    share: float
    against: Site

    @property
    def sure(self) -> bool:
        return self.share >= SURE


class Guard(NamedTuple):
    """The lock that most accesses of a location hold: its identity, and the share of the weight."""

    lock: tuple[str, ...]
    share: float


class Guards:
    """The answer: `unguarded()`, and the guard of a location."""

    def __init__(self, program: Program) -> None:
        self._names = program.ask(lock_names)
        self._state: SharedState = program.ask(shared_state)
        self._filled: FilledBefore = program.ask(filled_before)
        self._breaks: Breaks = program.ask(breaks)
        self._usages: dict[tuple[str, ...], list[Usage]] = {}

    def unguarded(self) -> Iterator[Unguarded]:
        """Every place that changes or iterates guarded state without its guard, in order of location and place."""
        for shared in self._state.locations.values():
            if not any(site.event.held for site in shared.sites):
                continue
            usages = self.usages(shared)
            guard = self.guard(usages) if self._worth_guarding(shared) else None
            if guard is None:
                continue
            locked = tuple(usage for usage in usages if guard.lock in usage.locks)
            lock = self.address(locked[0], guard.lock)
            sequences = [usage for usage in locked if _is_sequence(usage, locked)]
            takes = all(map(_only_takes, sequences))
            loose: dict[Function, list[Usage]] = defaultdict(list)
            for usage in usages:
                if usage.changes and guard.lock not in usage.locks and not _only_grows(usage):
                    loose[usage.function].append(usage)
            for usage in usages:
                alone = all(other is usage for other in loose.get(usage.function, ()))
                if _is_whole(usage) and (takes and _only_grows(usage) if sequences else alone):
                    continue
                if guard.lock in usage.locks or not (usage.changes or usage.iterates) or exempt(usage.function):
                    continue
                if self._before_its_lock(usage, guard.lock) or self._makes_its_lock(usage, guard.lock):
                    continue
                if usage.locks:  # another lock, or the same one under another name
                    continue
                if _only_grows(usage):  # what it adds does not belong to what the function takes out
                    alone = all(other is usage or _only_takes(other) for other in loose.get(usage.function, ()))
                against = self._beside(shared, usage, locked, alone)
                if against is not None:
                    counted = decisions(usages)
                    holding = tuple(each for each in counted if guard.lock in each.locks)
                    yield Unguarded(shared, usage, lock, holding, len(counted), guard.share, against)

    def usages(self, shared: Shared) -> list[Usage]:
        """The places that touch a location, in order of place."""
        known = self._usages.get(shared.key)
        if known is not None:
            return known
        places: dict[tuple[Function, f.Span], list[Site]] = defaultdict(list)
        for site in shared.sites:
            places[site.function, site.event.at].append(site)
        of_container = any(site.access.type in CONTAINERS for site in shared.sites)
        found = []
        for (function, at), sites in places.items():
            if function.name.endswith(("_locked", "_unlocked", "_nolock", "_no_lock")):
                continue
            locks = frozenset.intersection(*(self._locks(site) for site in sites))
            changes = any(site.access.how in CHANGES for site in sites)
            iterates = any(site.access.how == "iterate" for site in sites)
            found.append(Usage(function, at, changes, iterates, locks, tuple(sites), of_container))
        found.sort(
            key=lambda usage: (usage.function.module.name, usage.function.index_in_module, usage.at[0], -usage.at[1])
        )
        kept: list[Usage] = []
        for usage in found:
            outer = kept[-1] if kept else None
            if outer is None or outer.function is not usage.function or usage.at[1] > outer.at[1]:
                kept.append(usage)
        self._usages[shared.key] = kept
        return kept

    def _locks(self, site: Site) -> frozenset[tuple[str, ...]]:
        return frozenset(self._names.identity(hold.lock) for hold in self._excluding(site))

    def _excluding(self, site: Site) -> list[Hold]:
        return [
            hold
            for hold in site.event.held
            if hold.kind.excludes
            and self._state.protects(hold.obj, site.location)
            and not _is_passing(hold, site.location)
        ]

    def _worth_guarding(self, shared: Shared) -> bool:
        """Flags and single references that are only ever replaced by constants owe no lock."""
        return any(not (site.access.how == "write" and _is_constant(site.access.value)) for site in shared.changes)

    def guard(self, usages: list[Usage]) -> Guard | None:
        """The lock that guards a location with these accesses."""
        counted = decisions(usage for usage in usages if not exempt(usage.function))
        whole = sum(usage.weight if usage.locks or not _may_be_stale(usage) else STALE for usage in counted)
        best: Guard | None = None
        for lock in sorted({lock for usage in counted for lock in usage.locks}):
            locked = [usage for usage in counted if lock in usage.locks]
            changes = any(usage.changes for usage in locked)
            share = sum(usage.weight for usage in locked) / whole
            likely = len({usage.function for usage in locked}) >= 2 or changes
            if sum(1 for usage in locked if usage.takes(lock, self._names)) < min(2, len(locked)):
                continue  # held by callers far away, for reasons of their own
            if (changes or len(locked) >= 2) and (share >= SURE or (share >= LIKELY and likely)):
                if best is None or share > best.share:
                    best = Guard(lock, share)
        return best

    def _beside(self, shared: Shared, usage: Usage, locked: tuple[Usage, ...], alone: bool) -> Site | None:
        """A locked access that may run at the same time. A lock is evidence that public functions may. An iteration is
        only broken by a change. `alone`: the function changes nothing else there without the lock."""
        together = [
            each
            for each in locked
            if _changes_more(each) or any(each is not o and _in_one_section(each, o) for o in locked)
        ]
        for site in usage.sites:
            for other in locked:
                if usage.changes or other.changes:
                    for against in other.sites:
                        if self._state.conflict(site, against, locks=True):
                            if not self._harms(shared, site, against, not alone or other in together):
                                continue
                            if not self._filled.surely(shared, site) and not self._filled.surely(shared, against):
                                return against
        return None

    def _harms(self, shared: Shared, site: Site, against: Site, together: bool) -> bool:
        """Whether one of two accesses can break the other: what it relies on, or (`together`) several accesses that one
        section keeps together. A single look gets the old value or the new one."""
        if together or (site.access.how in _REPLACING and against.access.how in CHANGES):
            return True
        kind = container(shared)
        for one, other in ((site, against), (against, site)):
            relies = self._breaks.reliance(shared, one, kind)
            if relies is not None and matters(relies, one, other, kind):
                return True
        return False

    def _before_its_lock(self, usage: Usage, lock: tuple[str, ...]) -> bool:
        return not usage.iterates and all(first_value(site, lock, self._names) for site in usage.sites)

    def _makes_its_lock(self, usage: Usage, lock: tuple[str, ...]) -> bool:
        """Whether the function makes the lock too: it is part of the construction."""
        return any(
            event.kind == "access" and event.detail.how == "write" and self._names.identity(event.subject) == lock
            for event in usage.sites[0].event.activation.events.values()
        )

    def address(self, usage: Usage, lock: tuple[str, ...]) -> Address:
        """The address of a lock that is held at a place."""
        return next(h.lock for h in usage.sites[0].event.held if self._names.identity(h.lock) == lock)


def _is_passing(hold: Hold, location: Address) -> bool:
    """Whether a lock that a function made for itself is held at something that outlives it: a signal, not a guard."""
    return hold.lock.kind == "site" and location.root.kind != "site"


def _may_be_stale(usage: Usage) -> bool:
    """Whether a place only looks at a container, for what it is worth (`len`, a log)."""
    return usage.of_container and all(site.access.how == "read" for site in usage.sites)


def _is_constant(value: f.Expr | None) -> bool:
    """A literal, or a name or member written in capitals."""
    if isinstance(value, f.Const):
        return True
    name = value.attr if isinstance(value, f.Attr) else value.id if isinstance(value, f.Name) else ""
    return len(name) > 1 and name.isupper()


def _is_fresh(value: f.Expr | None) -> bool:
    return _is_constant(value) or (isinstance(value, f.Display) and not value.items)


def _only_grows(usage: Usage) -> bool:
    return all(
        site.access.method in GROWS or not site.access.method for site in usage.sites if site.access.how != "item"
    )


def _is_whole(usage: Usage) -> bool:
    """Whether a place is one operation that a built-in container does at once."""
    return not usage.iterates and all(
        site.access.check is None
        and (site.access.how == "read" or (site.access.how in ("change", "item") and site.access.type in CONTAINERS))
        for site in usage.sites
    )


def _is_sequence(usage: Usage, locked: tuple[Usage, ...]) -> bool:
    """Whether a locked place does, with others or alone, more than one operation under its lock."""
    if not _is_whole(usage) and any(site.access.how != "write" or site.access.check for site in usage.sites):
        return True
    if usage.changes and any(site.access.how == "write" for site in usage.sites):
        return True
    return any(
        other.function is usage.function and other.changes is not usage.changes and _in_one_section(usage, other)
        for other in locked
    )


def _in_one_section(usage: Usage, other: Usage) -> bool:
    """Whether two places of a function stand under one taking of a lock."""
    held = [hold for hold in usage.sites[0].event.held if hold.kind.excludes]
    return any(hold in other.sites[0].event.held for hold in held)


def _changes_more(usage: Usage) -> bool:
    """Whether the section of a place changes something: what is looked at there may decide about it."""
    event = usage.sites[0].event
    held = [hold for hold in event.held if hold.kind.excludes]
    return any(
        other.kind == "access" and other.detail.how in CHANGES and any(hold in other.held for hold in held)
        for other in event.activation.events.values()
    )


def _only_takes(usage: Usage) -> bool:
    """Whether a place only looks, or takes out what it found: more of it does no harm."""
    return all(
        site.access.how == "read" or (site.access.check is not None and site.access.method in SHRINKS)
        for site in usage.sites
    )  # fmt: skip


def first_value(site: Site, lock: tuple[str, ...], names: Names) -> bool:
    """Whether a place gives a first value, in a function that takes the lock for the rest of its work."""
    if site.access.how != "write" or not _is_fresh(site.access.value):
        return False
    taken = [
        event.at
        for event in site.event.activation.events.values()
        if event.kind == "acquire" and names.identity(event.subject) == lock
    ]
    return bool(taken) and min(taken) > site.event.at


def decisions(usages: Iterable[Usage]) -> list[Usage]:
    """One usage for each function and set of locks, a change if there is one."""
    found: dict[tuple[Function, frozenset[tuple[str, ...]]], Usage] = {}
    for usage in usages:
        key = (usage.function, usage.locks)
        if key not in found or usage.weight > found[key].weight:
            found[key] = usage
    return list(found.values())


def exempt(function: Function) -> bool:
    """Whether a function runs before or after the time in which its object is shared."""
    return function.name.startswith(CLOSING)


def guards(program: Program) -> Guards:
    """The inferred guards of the program's state."""
    return Guards(program)
