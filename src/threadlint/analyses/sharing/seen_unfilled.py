"""Containers that another thread can use while they are still being filled.

Domain: a shared location is given an empty container, and the statements that follow in the same block fill it through
the location. A function that asks whether there is something (`if settings is not None:`) and then takes an entry out
of it, on a known thread that may run in between, finds nothing there.

Silent: one lock is held from the assignment to the filling, and by the reader; filled before it is assigned; readers of
which nothing shows that they run beside. Things that are made behind a test whether they are missing are the business
of `publications`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...knowledge.types import GROWS
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function, dotted
from ...program.traverse import walk
from .double_checks import asks_for
from .publications import makes_empty
from .shared_state import Shared, SharedState, Site, locks_of, shared_state


class Unfilled(NamedTuple):
    """An empty container is given at one site, filled at the next, and used by another thread in between."""

    shared: Shared
    given: Site
    filled: Site
    used: Site


class SeenUnfilled:
    """The answer: `found`, in order of location and place."""

    def __init__(self, program: Program) -> None:
        self._state: SharedState = program.ask(shared_state)
        self._used: dict[Function, frozenset[f.Span]] = {}
        self._behind: dict[tuple[Function, f.Span], frozenset[f.Span]] = {}
        self.found: list[Unfilled] = []
        for shared in self._state.locations.values():
            told: set[tuple[Function, f.Span]] = set()
            for each in self._of(shared):
                place = (each.given.function, each.given.event.at)
                if place not in told:
                    told.add(place)
                    self.found.append(each)

    def _of(self, shared: Shared) -> Iterator[Unfilled]:
        for given in shared.changes:
            if given.access.how != "write" or given.access.value is None or given.root.kind == "entry":
                continue
            if not makes_empty(given.access.value) or given.function.is_top:
                continue
            filled = self._filled(shared, given)
            if filled is None:
                continue
            locks = locks_of(tuple(hold for hold in given.event.held if hold in filled.event.held))
            for used in shared.sites:
                if used.access.how != "read" or used.root.kind == "entry" or not self._uses(used):
                    continue
                if self._state.exclude(locks, given.location, locks_of(used.event.held), used.location):
                    continue
                if self._state.beside(given, used):
                    yield Unfilled(shared, given, filled, used)
                    break

    def _filled(self, shared: Shared, given: Site) -> Site | None:
        """Where the block that gives the container fills it afterwards."""
        behind = self._rest_of_block(given.function, given.event.at)
        for site in shared.changes:
            if site.event.activation is not given.event.activation or site.root is not given.root:
                continue
            if site.event.at in behind and site.location is given.location:
                if site.access.how == "item" or (site.access.how == "change" and site.access.method in GROWS):
                    return site
        return None

    def _rest_of_block(self, function: Function, at: f.Span) -> frozenset[f.Span]:
        """The places in the statements that follow an assignment in its block, up to the next one to the same name."""
        known = self._behind.get((function, at))
        if known is None:
            known = self._behind[function, at] = frozenset(_behind(function.facts.body, at) or ())
        return known

    def _uses(self, site: Site) -> bool:
        """Whether a read is for an entry of what the function has only asked to be there."""
        known = self._used.get(site.function)
        if known is None:
            known = self._used[site.function] = frozenset(_used(site.function))
        return site.event.at in known


def _behind(block: tuple[f.Stmt, ...], at: f.Span) -> list[f.Span] | None:
    """The places behind an assignment in its own block; None if it does not stand in this block."""
    for index, statement in enumerate(block):
        if isinstance(statement, f.Assign) and any(target.at == at for target in statement.targets):
            path = dotted(next(target for target in statement.targets if target.at == at))
            found: list[f.Span] = []
            for later in block[index + 1 :]:
                if isinstance(later, f.Assign) and any(dotted(target) == path for target in later.targets):
                    break
                found.extend(node.at for node in walk((later,)) if isinstance(node, (f.Item, f.Call, f.AugAssign)))
            return found
        for inner in _blocks(statement):
            known = _behind(inner, at)
            if known is not None:
                return known
    return None


def _blocks(statement: f.Stmt) -> Iterator[tuple[f.Stmt, ...]]:
    for name in ("body", "orelse", "final"):
        yield getattr(statement, name, ())
    for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield part.body


def _used(function: Function) -> Iterator[f.Span]:
    nodes = function.text.nodes
    asked = {found.path for test in nodes.get(f.If, ()) if (found := asks_for(test.test)) and not found.entry}
    if asked:
        stored = {target.at for s in nodes.get(f.Assign, ()) for target in s.targets}
        for item in nodes.get(f.Item, ()):
            if dotted(item.value) in asked and item.at not in stored:
                yield item.value.at


def seen_unfilled(program: Program) -> SeenUnfilled:
    """What other threads can use before it is filled."""
    return SeenUnfilled(program)
