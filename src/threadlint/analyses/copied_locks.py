"""Calls that copy or pickle an instance of a class that makes a lock for each of its instances and says nothing of copying."""
from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..model import facts as f
from ..program.program import Program
from ..program.symbols import Class, Function
from ..program.values import Obj
from .execution import execution
from .lock_spots import excludes_threads, made_kind

_COPIES = {"copy.copy": True, "copy.deepcopy": False, "pickle.dumps": False, "pickle.dump": False}
_SAYS_HOW = ("__getstate__", "__copy__", "__deepcopy__", "__reduce__", "__reduce_ex__", "__getnewargs__", "__getnewargs_ex__")


class CopiedLock(NamedTuple):
    """One call. `name` is the attribute that holds the lock, `made` where `maker` makes it; `shares`: the copy succeeds and
    shares the lock."""

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
    for event in program.ask(execution).calls(*_COPIES):
        given = event.detail.arguments.get(0, "x" if event.subject.startswith("copy.") else "obj") or ()
        for value in given:
            if isinstance(value, Obj) and isinstance(value.type, Class) and len(given) == 1:
                lock = _own_lock(program, value.type)
                if lock is not None:
                    name, maker, made = lock
                    yield CopiedLock(
                        event.function, event.at, event.subject, value.type, name, maker, made, _COPIES[event.subject]
                    )


def _own_lock(program: Program, cls: Class) -> tuple[str, Function, f.Span] | None:
    """The lock that each instance gets; None when there is none or the class says how it is copied."""
    order = program.hierarchy.mro(cls)
    if any(name in each.methods or name in each.body.bindings for each in order for name in _SAYS_HOW):
        return None
    for each in order:
        for name, bindings in each.attribute_bindings.items():
            for binding in bindings:
                if not binding.function.is_classmethod and excludes_threads(made_kind(program, binding.function, binding.expr)):
                    assert binding.expr is not None
                    return name, binding.function, binding.expr.at
    return None
