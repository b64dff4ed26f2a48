"""Locks that are made once for an object or module, and made again later while others may hold the first.

Left out are: construction; what runs in the child after a fork; functions named after setting up, resetting or
starting (they run before threads do, or mean to begin anew); locks that nothing takes.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Binding, Class, Function
from ..mentions import mentions
from .construction import Construction, construction
from .fork_handlers import fork_handlers
from .lock_spots import excludes_threads, lock_spots, made_kind

_BEGINS_ANEW = re.compile(
    r"fork|re_?init|init|set_?up|setstate|copy|clone|start|open|connect|begin|configure|install|boot|child|restore|"
    r"unpickle|tear_?down|enter|run$"
)


class ReplacedLock(NamedTuple):
    """One assignment that replaces a lock. `first` is where it was made before, in `origin`; `name` of the attribute
    or global; `cls` its class, None for a global."""

    function: Function
    at: f.Span
    first: f.Span
    origin: Function
    name: str
    cls: Class | None


def replaced_locks(program: Program) -> list[ReplacedLock]:
    """All of them, in order of module and place."""
    making, forked = program.ask(construction), program.ask(fork_handlers)
    found: list[ReplacedLock] = []
    for spot in program.ask(lock_spots).makes:
        function, statement = spot.function, spot.above
        if (
            making.is_making(function)
            or function in forked
            or _begins_anew(function)
            or not isinstance(statement, f.Assign)
        ):
            continue
        if (
            statement.value is None
            or statement.value != spot.node
            or not excludes_threads(made_kind(program, function, spot.node))
        ):
            continue
        if _only_begins_anew(program, function, making):
            continue
        for target in statement.targets:
            found.extend(_replaced(program, function, target, statement.value, making))
    return found


def _begins_anew(function: Function) -> bool:
    """Whether a function's name, or its class', says that nobody uses the object yet, or any more."""
    cls = function.cls.name.lower() if function.cls is not None else ""
    return _BEGINS_ANEW.search(function.name.lower()) is not None or "fork" in cls


def _only_begins_anew(program: Program, function: Function, making: Construction) -> bool:
    """Whether a private function is only mentioned by code that begins anew, or registered to run after a fork."""
    if not function.name.startswith("_"):
        return False
    where = program.ask(mentions)
    callers = [each for each, _ in (*where.attributes(function.name), *where.names(function.module, function.name))]
    return bool(callers) and all(making.is_making(each) or _begins_anew(each) for each in callers)


def _replaced(
    program: Program, function: Function, target: f.Expr, made: f.Expr, making: Construction
) -> Iterator[ReplacedLock]:
    if isinstance(target, f.Name):
        if target.id in function.facts.globals:
            bindings = function.module.top.bindings.get(target.id, [])
            yield from _first(program, function, target.id, None, bindings, made)
        return
    if function.cls is None or not isinstance(target, f.Attr) or not isinstance(target.value, f.Name):
        return
    if target.value.id == function.receiver_name:
        family = program.hierarchy.mro(function.cls)
        bindings = [
            b for cls in family for b in cls.attribute_bindings.get(target.attr, ()) if making.is_making(b.function)
        ]
        bindings += [b for cls in family for b in cls.body.bindings.get(target.attr, ())]
        yield from _first(program, function, target.attr, function.cls, bindings, made)


def _first(
    program: Program, function: Function, name: str, cls: Class | None, bindings: list[Binding], made: f.Expr
) -> Iterator[ReplacedLock]:
    """A finding when the lock was made elsewhere before and somebody takes it."""
    before = [b for b in bindings if b.expr is not made and made_kind(program, b.function, b.expr)]
    if before and _is_taken(program, name, function, cls):
        assert before[0].expr is not None
        yield ReplacedLock(function, made.at, before[0].expr.at, before[0].function, name, cls)


def _is_taken(program: Program, name: str, function: Function, cls: Class | None) -> bool:
    """Whether some other function enters or acquires it."""
    where = program.ask(mentions)
    if cls is None:
        nodes = [(each, node) for each, node in where.names(function.module, name)]
    else:
        nodes = [(each, node) for each, node in where.attributes(name) if each.module is cls.module]  # type: ignore[misc]
    for each, node in nodes:
        above = where.parent(each, node)
        if each is not function and (
            isinstance(above, f.WithItem) or (isinstance(above, f.Attr) and above.attr == "acquire")
        ):
            return True
    return False
