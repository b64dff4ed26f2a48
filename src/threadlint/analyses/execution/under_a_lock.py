"""Public functions that the program itself only calls under a lock: what they need is their callers' business.

A method of a class (or function of a module) whose every call in the program is made while a lock of the same class
(or module) is held expects it, whether it says so or not. Nothing shows that outside code calls it, without the lock.
Calls from constructors, and of objects that only the caller can reach, tell nothing.
"""
from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ...program.symbols import Function
from ...program.values import Obj

if TYPE_CHECKING:
    from ...program.program import Program
    from .activation import Activation, Edge


def called_under_a_lock(program: Program, activations: Iterable[Activation]) -> set[Function]:
    """The functions all of whose calls hold a lock of their own class or module."""
    expecting: set[Function] = set()
    others: set[Function] = set()
    for activation in activations:
        for edge in activation.edges.values():
            function = edge.callee.function
            if function in others or activation.function is function or _tells_nothing(activation, edge):
                continue
            if any(hold.kind.excludes and _related(program, hold.function, function) for hold in edge.held):
                expecting.add(function)
            else:
                others.add(function)
    return expecting - others


def _tells_nothing(caller: Activation, edge: Edge) -> bool:
    receiver = edge.callee.receiver
    return caller.function.name == "__init__" or (
        isinstance(receiver, Obj) and receiver.address in edge.callee.entry_owned
    )


def _related(program: Program, taker: Function, function: Function) -> bool:
    """Whether two functions belong to one class, one above or below it, or, outside classes, to one module."""
    mine, its = taker.method_of, function.method_of
    if mine is None or its is None or mine.cls is None or its.cls is None:
        return mine is None and its is None and taker.module is function.module
    hierarchy = program.hierarchy
    return mine.cls in hierarchy.mro(its.cls) or its.cls in hierarchy.mro(mine.cls)
