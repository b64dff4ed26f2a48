"""Functions that threads of a framework run, because the configuration says so.

`entry-points` names the functions themselves, decorators that mark them, or base classes whose public methods they are.
"""
from __future__ import annotations

from typing import TYPE_CHECKING

from ...model import facts as f
from ...program.symbols import Function
from ...program.values import Cls, Ext, ExtMethod, Fn

if TYPE_CHECKING:
    from ...program.program import Program


def entry_points(program: Program) -> list[Function]:
    """The functions that the configuration names, in order of the program's text."""
    named = frozenset(program.config.entry_points)
    if not named:
        return []
    return [function for function in program.functions if not function.is_top and _is_named(program, function, named)]


def _is_named(program: Program, function: Function, named: frozenset[str]) -> bool:
    if function.qualname in named:
        return True
    cls = function.cls
    if cls is not None and function.is_public and not function.name.startswith("__"):
        bases = (*program.hierarchy.library_bases(cls), *(each.qualname for each in program.hierarchy.mro(cls)))
        if not named.isdisjoint(bases):
            return True
    return any(not named.isdisjoint(decorator_names(program, function, each)) for each in function.facts.decorators)


def decorator_names(program: Program, function: Function, decorator: f.Expr) -> set[str]:
    """The qualified names of what a decorator may be; of `@app.route("/")` that of `route`."""
    expr = decorator.func if isinstance(decorator, f.Call) else decorator
    found: set[str] = set()
    for value in program.static.evaluate(expr, function.parent or function.module.top):
        if isinstance(value, Ext):
            found.add(value.name)
        elif isinstance(value, ExtMethod):
            found.add(value.full_name)
        elif isinstance(value, Fn):
            found.add(value.function.qualname)
        elif isinstance(value, Cls):
            found.add(value.cls.qualname)
    return found
