"""Functions that run around a fork: those registered with `os.register_at_fork`, and what they call.

In the child there is one thread, and locks that others held stay locked for ever; to release or to replace them
there is right.
"""
from __future__ import annotations

from ..model import facts as f
from ..program.program import Program
from ..program.symbols import Function
from ..program.traverse import walk
from ..program.values import Ext, Fn
from .mentions import mentions

DEEPEST = 3
_REGISTERS = frozenset({"os.register_at_fork", "multiprocessing.util.register_after_fork"})


def fork_handlers(program: Program) -> frozenset[Function]:
    """All of them."""
    where = program.ask(mentions)
    found: dict[Function, None] = {}
    for name in ("register_at_fork", "register_after_fork"):
        nodes = [*where.attributes(name)]
        for module in program.modules.values():
            nodes += where.names(module, name)  # type: ignore[arg-type]
        for function, node in nodes:
            call = where.parent(function, node)
            if isinstance(call, f.Call) and call.func is node:
                callees = program.static.evaluate(node, function)
                if any(isinstance(v, Ext) and v.name in _REGISTERS for v in callees):
                    for arg in call.args:
                        for value in program.static.evaluate(arg.value, function):
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
