"""Functions that run around a fork: those registered with `os.register_at_fork`, and what they call.

In the child there is one thread, and locks that others held stay locked for ever; to release or to replace them
there is right.
"""
from __future__ import annotations

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function
from ...program.traverse import walk
from ...program.values import Ext, Fn
from .lock_spots import lock_spots

DEEPEST = 3
_REGISTERS = frozenset({"os.register_at_fork", "multiprocessing.util.register_after_fork"})


def fork_handlers(program: Program) -> frozenset[Function]:
    """All of them."""
    found: dict[Function, None] = {}
    for spot in program.ask(lock_spots).forks:
        callees = program.static.evaluate(spot.node.func, spot.function)
        if not callees or any(isinstance(callee, Ext) and callee.name in _REGISTERS for callee in callees):
            for arg in spot.node.args:
                for value in program.static.evaluate(arg.value, spot.function):
                    if isinstance(value, Fn):
                        found.setdefault(value.function)
    _follow(program, found)
    return frozenset(found)


def _follow(program: Program, found: dict[Function, None]) -> None:
    """Add what the functions call, and what lambdas among them call."""
    fresh = list(found)
    for _ in range(DEEPEST):
        called = [
            value.function
            for function in fresh
            for node in walk(function.facts.body)
            if isinstance(node, f.Call)
            for value in program.static.evaluate(node.func, function)
            if isinstance(value, Fn)
        ]
        fresh = [function for function in dict.fromkeys(called) if function not in found]
        found.update(dict.fromkeys(fresh))
