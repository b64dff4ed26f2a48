"""Mentions of locks that do nothing of what they say: truth tests, methods that are not called, classes taken for
locks."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ...knowledge.locks import LOCKS
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Binding, Class, Function
from ...program.traverse import walk
from ...program.values import Ext, Obj
from ..lifecycle.uses import uses
from ..mentions import mentions
from .lock_calls import lock_kinds, lockish, method_call, spelled
from .lock_spots import BY_HAND, lock_spots, made_kind

_AS_LOCK = frozenset({"acquire", "release", "locked"})


class Misread(NamedTuple):
    """One mention. `how`: truth, bare (a method without its parentheses) or class; `path` is what the text calls the
    lock; `kind` its spelling, where it matters."""

    how: str
    function: Function
    node: f.Expr
    path: str
    kind: str = ""


def misread_locks(program: Program) -> list[Misread]:
    """All of them, in order of module and place."""
    found = [*_truths(program), *_bare(program), *_classes(program)]
    found.sort(key=lambda each: (each.function.module.name, each.node.at))
    return found


def _truths(program: Program) -> Iterator[Misread]:
    seen: set[int] = set()
    made = _made_attributes(program)
    for spot in program.ask(lock_spots).tests:
        if isinstance(spot.node, f.Attr) and spot.node.attr not in made:
            continue
        path = spelled(spot.node)
        if path is not None and id(spot.node) not in seen and lock_kinds(program, spot.function, spot.node):
            seen.add(id(spot.node))
            if _decides_use(program, spot.function, spot.node, path):
                continue
            bindings = _bindings(program, spot.function, spot.node)
            if bindings and all(made_kind(program, b.function, b.expr) for b in bindings):
                yield Misread("truth", spot.function, spot.node, path)


def _made_attributes(program: Program) -> set[str]:
    """The names of attributes that some class binds to the result of a call: all others hold no lock made there."""
    return {
        name
        for cls in program.classes
        for bindings in (cls.attribute_bindings, cls.body.bindings)
        for name, ways in bindings.items()
        if any(isinstance(way.expr, f.Call) for way in ways)
    }


def _decides_use(program: Program, function: Function, node: f.Expr, path: str) -> bool:
    """Whether the condition decides about taking or releasing that very lock: "if there is a lock, take it"."""
    above = program.ask(mentions).parent(function, node)
    while isinstance(above, (f.Not, f.BoolOp)):
        node, above = above, program.ask(mentions).parent(function, above)
    inside: tuple[Any, ...] = (*above.body, *above.orelse) if isinstance(above, (f.If, f.While)) else (node, above)
    for part in walk(inside):
        if isinstance(part, f.With) and any(spelled(item.context) == path for item in part.items):
            return True
        receiver = method_call(part, _AS_LOCK | BY_HAND)
        if receiver is not None and spelled(receiver) == path:
            return True
    return False


def _bindings(program: Program, function: Function, node: f.Expr) -> list[Binding]:
    """Everything that is ever assigned to a name or attribute; nothing when that is not known."""
    if isinstance(node, f.Name):
        here: Function | None = function
        while here is not None and not here.is_top:
            if node.id in here.binds and node.id not in here.facts.globals:
                return [] if node.id in here.param_names else here.bindings.get(node.id, [])
            here = here.parent
        return function.module.exports.get(node.id, [])
    if isinstance(node, f.Attr):
        owners = program.static.evaluate(node.value, function)
        if len(owners) == 1 and isinstance(owners[0], Obj) and isinstance(owners[0].type, Class):
            cls = owners[0].type
            family = (*program.hierarchy.mro(cls), *program.hierarchy.subclasses(cls))
            return [
                b
                for each in family
                for b in (*each.attribute_bindings.get(node.attr, ()), *each.body.bindings.get(node.attr, ()))
            ]
    return []


def _bare(program: Program) -> Iterator[Misread]:
    for spot in program.ask(lock_spots).bare:
        path = spelled(spot.node.value)
        if path is not None and (lock_kinds(program, spot.function, spot.node.value) or lockish(path)):
            yield Misread("bare", spot.function, spot.node, path)


def _classes(program: Program) -> Iterator[Misread]:
    for spot in program.ask(lock_spots).kinds:
        function, statement = spot.function, spot.above
        values = program.static.evaluate(spot.node, function)
        if len(values) != 1 or not isinstance(values[0], Ext) or values[0].name not in LOCKS:
            continue
        path = spelled(statement.targets[0])
        if path is None or statement.value is not spot.node:
            continue
        fate = program.ask(uses).of(function, spot.node)
        as_lock = [use for use in fate.uses if use.how == "with" or use.name in _AS_LOCK]
        if as_lock and not fate.escapes and not any(use.name == "__call__" for use in fate.uses):
            yield Misread("class", function, spot.node, path, LOCKS[values[0].name].spelling)
