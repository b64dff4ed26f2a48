"""Predicates given to `wait_for` that are no functions, but what a function would tell.

Domain. An argument is surely no function when it is written as a comparison, a negation or a literal, or when it is a
flag: a variable of the module, or an attribute, to which nothing but literals is ever assigned under that name anywhere
in the program, and by whose name no function goes.

What it does not know: what calls give (`wait_for(self.is_ready())`), and flags that are arguments.
"""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function
from ..execution import Event, execution
from ..mentions import Mentions, mentions
from ..parallel import parallel


class UncallablePredicate(NamedTuple):
    """One `wait_for`. `at`: where the argument stands; `flag`: the name of a flag, "" for what is written there."""

    event: Event
    at: f.Span
    flag: str


def uncallable_predicates(program: Program) -> tuple[UncallablePredicate, ...]:
    """All of them, once for each place, in order of place."""
    where, running = program.ask(mentions), program.ask(parallel)
    found: dict[tuple[Function, f.Span], UncallablePredicate] = {}
    for event in program.ask(execution).events("call"):
        call = event.detail.node
        if event.subject != "threading.Condition.wait_for" or not isinstance(call, f.Call) or not call.args:
            continue
        given = call.args[0]
        if given.star or given.keyword not in (None, "predicate") or not running.is_met(event):
            continue
        value = given.value
        if isinstance(value, (f.Compare, f.Not, f.Const)):
            found[event.function, event.at] = UncallablePredicate(event, value.at, "")
        elif isinstance(value, (f.Attr, f.Name)) and _is_flag(program, where, event.function, value):
            name = value.attr if isinstance(value, f.Attr) else value.id
            found[event.function, event.at] = UncallablePredicate(event, value.at, name)
    return tuple(found[key] for key in sorted(found, key=lambda key: (key[0].module.name, key[1])))


def _is_flag(program: Program, where: Mentions, function: Function, value: f.Attr | f.Name) -> bool:
    if isinstance(value, f.Attr):
        name = value.attr
        nodes: Iterable[tuple[Function, Any]] = where.attributes(name)
        classes = [cls for module in program.modules.values() for cls in module.classes if name in cls.body.bindings]
        nodes = [*nodes, *((each, node) for cls in classes for each, node in where.names(cls.module, name))]
    else:
        name = value.id
        if any(name in each.param_names for each in function.module.functions):
            return False
        nodes = where.names(function.module, name)
    if any(each.name == name for each in program.functions) or where.imports(name):
        return False
    bound = [_bound_to(where, each, node) for each, node in nodes]
    return "literal" in bound and "other" not in bound


def _bound_to(where: Mentions, function: Function, node: Any) -> str:
    """What a mention binds its name to: a literal, something other, or nothing."""
    above = where.parent(function, node)
    if isinstance(above, f.Assign) and above.value is not node:
        if above.value is None:
            return ""
        return "literal" if isinstance(above.value, (f.Const, f.Compare, f.Not)) else "other"
    if isinstance(above, (f.AugAssign, f.ForLoop, f.For, f.WithItem, f.Walrus, f.Display, f.Starred, f.Case, f.Delete)):
        return "other"
    return ""
