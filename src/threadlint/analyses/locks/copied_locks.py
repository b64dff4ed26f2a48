"""Calls that copy or pickle an object whose class makes a lock for each instance and does not say how it is copied."""
from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class, Function
from ...program.values import Ext, Obj
from .lock_spots import excludes_threads, lock_spots, made_kind

_COPIES = {"copy.copy": True, "copy.deepcopy": False, "pickle.dumps": False, "pickle.dump": False}
_SAYS_HOW = (
    "__getstate__",
    "__copy__",
    "__deepcopy__",
    "__reduce__",
    "__reduce_ex__",
    "__getnewargs__",
    "__getnewargs_ex__",
)


class CopiedLock(NamedTuple):
    """One call. `name` is the attribute that holds the lock, `made` where `maker` makes it; `shares`: the copy
    succeeds and shares the lock."""

    function: Function
    at: f.Span
    call: str
    cls: Class
    name: str
    maker: Function
    made: f.Span
    shares: bool


def copied_locks(program: Program) -> list[CopiedLock]:
    """All of them, each place once, in order of module and place."""
    return list(_found(program))


def _found(program: Program) -> Iterator[CopiedLock]:
    for spot in program.ask(lock_spots).copies:
        function, call = spot.function, spot.node
        names = {value.name for value in program.static.evaluate(call.func, function) if isinstance(value, Ext)}
        name = next(iter(names)) if len(names) == 1 else ""
        if name not in _COPIES or not call.args or call.args[0].star:
            continue
        given = program.static.evaluate(call.args[0].value, function)
        if len(given) == 1 and isinstance(given[0], Obj) and isinstance(given[0].type, Class):
            cls = given[0].type
            lock = _own_lock(program, cls)
            if lock is not None:
                attribute, maker, made = lock
                yield CopiedLock(function, call.at, name, cls, attribute, maker, made, _COPIES[name])


def _own_lock(program: Program, cls: Class) -> tuple[str, Function, f.Span] | None:
    """The lock that each instance gets; None when there is none or the class says how it is copied."""
    order = program.hierarchy.mro(cls)
    if any(name in each.methods or name in each.body.bindings for each in order for name in _SAYS_HOW):
        return None
    for each in order:
        for name, bindings in each.attribute_bindings.items():
            for binding in bindings:
                if not binding.function.is_classmethod and excludes_threads(
                    made_kind(program, binding.function, binding.expr)
                ):
                    assert binding.expr is not None
                    return name, binding.function, binding.expr.at
    return None
