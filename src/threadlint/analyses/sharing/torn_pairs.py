"""Attributes that belong together, changed apart.

Domain: plain writes of attributes of one class, function by function. Two attributes are a *pair* when at least two
functions (constructors
left out) write both under one lock. A function that writes one of them alone, or both without the lock, shows others
a state that
never was.

Silent: functions that end or begin the object's life, pairs that are also written apart as often as together.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from ...program.program import Program
from ...program.symbols import Function
from ..lock_names import Names, lock_names
from .guards import exempt
from .shared_state import SharedState, Site, shared_state


class TornPair(NamedTuple):
    """A write of one of two attributes: the site, the names, and a function that writes both under the lock."""

    site: Site
    name: str
    partner: str
    together: Site


def torn_pairs(program: Program) -> list[TornPair]:
    """Writes that tear a pair, once for each function and pair, in order of place."""
    state: SharedState = program.ask(shared_state)
    names: Names = program.ask(lock_names)
    written: dict[str, dict[Function, dict[str, Site]]] = defaultdict(lambda: defaultdict(dict))
    for key, shared in state.locations.items():
        if key[0] == "field" and len(key) == 3:
            for site in shared.changes:
                if site.access.how in ("write", "augment"):
                    written[key[1]][site.function].setdefault(key[2], site)
    found: list[TornPair] = []
    for functions in written.values():
        found.extend(_torn(functions, names))
    return sorted(found, key=lambda each: (each.site.function.module.name, each.site.event.at))


def _torn(functions: dict[Function, dict[str, Site]], names: Names) -> list[TornPair]:
    together: dict[tuple[str, str], list[Site]] = defaultdict(list)
    for sites in functions.values():
        ordered = sorted(sites)
        for index, one in enumerate(ordered):
            for other in ordered[index + 1 :]:
                if _locks(sites[one], names) & _locks(sites[other], names):
                    together[one, other].append(sites[one])
    found = []
    for (one, other), places in together.items():
        if len(places) < 2:
            continue
        torn = []
        for function, sites in functions.items():
            if exempt(function) or not {one, other} & sites.keys():
                continue
            both = one in sites and other in sites
            if not both or not (_locks(sites[one], names) & _locks(sites[other], names)):
                name = one if one in sites else other
                torn.append(TornPair(sites[name], name, other if name == one else one, places[0]))
        if len(torn) < len(places):
            found.extend(torn)
    return found


def _locks(site: Site, names: Names) -> frozenset[tuple[str, ...]]:
    return frozenset(names.identity(hold.lock) for hold in site.event.held if hold.kind.excludes)
