"""Single operations on shared containers that only a GIL makes whole.

Domain: changes of containers at shared locations that are one operation, and that shift or fill the container step by
step inside:
`insert`, `pop(i)`, `remove`, `reverse`, `sort`, `extend` and `update` from an iterator, `*=`. On a free-threaded
build another thread that
takes no lock can see them half done. Two places that may run at the same time without a common lock are needed.
"""

from __future__ import annotations

from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.values import Obj
from .shared_state import SharedState, Site, shared_state

_SHIFTING = frozenset({"insert", "remove", "reverse", "sort", "rotate", "*="})
_FILLING = frozenset({"extend", "update", "extendleft", "+=", "|="})


class Half(NamedTuple):
    """An operation that another thread can see half done, and where it looks."""

    site: Site
    other: Site
    what: str


def whole_operations(program: Program) -> list[Half]:
    """Operations that lean on the GIL, once for each function and container, in order of place."""
    state: SharedState = program.ask(shared_state)
    found: dict[object, Half] = {}
    for shared in state.locations.values():
        for site in shared.changes:
            what = _leans(program, site)
            if what is None or (shared.key, site.function) in found:
                continue
            for other in shared.sites:
                if other.event is not site.event and state.conflict(site, other):
                    found[shared.key, site.function] = Half(site, other, what)
                    break
                if other.event is site.event and site.root.many and state.conflict(site, other):
                    found[shared.key, site.function] = Half(site, other, what)
                    break
    return sorted(found.values(), key=lambda each: (each.site.function.module.name, each.site.event.at))


def _leans(program: Program, site: Site) -> str | None:
    """What an operation is called that only the GIL makes whole."""
    access = site.access
    if access.how != "change":
        return None
    if access.method in _SHIFTING:
        return access.method
    call = access.value
    if access.method == "pop" and isinstance(call, f.Call) and len(call.args) == 1 and "list" in access.type:
        return "pop"
    if access.method in _FILLING:
        source = call.args[0].value if isinstance(call, f.Call) and call.args else call
        if isinstance(source, f.Comprehension) and source.kind == "generator":
            return access.method
        if isinstance(source, f.Call) and not any(
            isinstance(v, Obj) and str(v.type).startswith("builtins.")
            for v in program.static.evaluate(source, site.function)
        ):
            return access.method
    return None
