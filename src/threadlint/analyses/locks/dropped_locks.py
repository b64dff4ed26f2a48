"""Overrides that change what the overridden method changes under a lock, and take no lock themselves.

Left out are overrides that call the overridden method, enter anything that may be a lock, are decorated as if they
did, or run only while the object is made.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...knowledge.locks import LOCKING_DECORATORS
from ...knowledge.types import CHANGES
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function
from ...program.traverse import walk
from .construction import construction
from .lock_calls import lock_kinds, lockish, spelled
from .lock_spots import excludes_threads, lock_spots


class DroppedLock(NamedTuple):
    """One override. `change` is where it changes `self.<attribute>`; `overridden` changes it at `guarded` under
    `self.<lock>`, taken at `taken`."""

    override: Function
    change: f.Span
    attribute: str
    overridden: Function
    lock: str
    taken: f.Span
    guarded: f.Span


def dropped_locks(program: Program) -> list[DroppedLock]:
    """At most one for each override, in order of module and place."""
    found = list(_found(program))
    found.sort(key=lambda each: (each.override.module.name, each.change))
    return found


def _found(program: Program) -> Iterator[DroppedLock]:
    making = program.ask(construction)
    guarding: dict[Function, list[tuple[str, f.With, f.Span]]] = {}
    for spot in program.ask(lock_spots).withs:
        function = spot.function
        if function.cls is None or function.receiver_name is None or making.is_making(function):
            continue
        for item in spot.node.items:
            lock = _own(function, item.context)
            kinds = lock_kinds(program, function, item.context) if lock is not None else ()
            if lock is not None and kinds and all(map(excludes_threads, kinds)):
                guarding.setdefault(function, []).append((lock, spot.node, item.context.at))
    for function, sections in guarding.items():
        assert function.cls is not None
        for below in program.hierarchy.subclasses(function.cls):
            override = below.methods.get(function.name)
            if override is None or program.hierarchy.find(below, function.name, below) is not function:
                continue
            if not _takes_no_lock(override):
                continue
            changed = _changes(override, override.facts.body)
            for lock, section, taken in sections:
                both = [name for name in _changes(function, section.body) if name in changed]
                if both:
                    guarded = _changes(function, section.body)[both[0]]
                    yield DroppedLock(override, changed[both[0]], both[0], function, lock, taken, guarded)
                    break


def _takes_no_lock(override: Function) -> bool:
    if override.decorator_names & LOCKING_DECORATORS or any(lockish(name) for name in override.decorator_names):
        return False
    for node in walk(override.facts.body):
        if isinstance(node, f.With):
            return False
        if isinstance(node, f.Attr):
            if node.attr in ("acquire", "enter_context"):
                return False
            if node.attr == override.name and (spelled(node.value) or "").partition(".")[0] != override.receiver_name:
                return False
    return True


def _changes(function: Function, body: tuple[f.Stmt, ...]) -> dict[str, f.Span]:
    """The attributes of the receiver that a block changes, each with the first place."""
    found: dict[str, f.Span] = {}
    for node in walk(body):
        targets: tuple[f.Expr, ...] = ()
        if isinstance(node, (f.Assign, f.Delete)):
            targets = node.targets
        elif isinstance(node, f.AugAssign):
            targets = (node.target,)
        elif isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.attr in CHANGES:
            targets = (node.func.value,)
        for target in targets:
            attribute = _own(function, target.value if isinstance(target, f.Item) else target)
            if attribute is not None:
                found.setdefault(attribute, target.at)
    return found


def _own(function: Function, expr: f.Expr) -> str | None:
    if isinstance(expr, f.Attr) and isinstance(expr.value, f.Name) and expr.value.id == function.receiver_name:
        return expr.attr
    return None
