"""How values pass from one function of the program to another: by its result, and as arguments.

Domain. A value that a function returns goes to all places that call it, as far as the text shows them by its name.
Those are *all* places when outside code cannot call the function (a private name, a nested function, a script of its
own) and when nothing mentions it but to call it. An argument of a call that can only mean one function, or one class
with a constructor, of the program becomes its parameter.

What it does not know: several functions behind one call, arguments by `*` and `**`, decorated functions.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function
from ...program.values import Cls, Fn
from ..mentions import Mentions, mentions
from ..scripts import Scripts, scripts

_PLAIN = frozenset({"staticmethod", "classmethod", "property", "cached_property"})


class Results(NamedTuple):
    """Where the result of a function goes: expressions with the functions that they stand in. `are_all` says that it
    goes nowhere else."""

    places: tuple[tuple[Function, Any], ...]
    are_all: bool


class Passages:
    """The answer; see the module's docstring."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._where: Mentions = program.ask(mentions)
        self._scripts: Scripts = program.ask(scripts)
        self._results: dict[Function, Results] = {}

    def out_of(self, function: Function) -> Results:
        """Where the result of a function goes."""
        known = self._results.get(function)
        if known is None:
            known = self._results[function] = self._out_of(function)
        return known

    def _out_of(self, function: Function) -> Results:
        special = function.name.startswith("__") and function.name.endswith("__")
        if function.is_top or special or function.facts.is_generator or not function.decorator_names <= _PLAIN:
            return Results((), False)
        is_property = not function.decorator_names.isdisjoint(("property", "cached_property"))
        are_all = not function.is_public or self._scripts.is_closed(function.module)
        places: list[tuple[Function, Any]] = []
        for user, mention in self._mentions(function):
            above = self._where.parent(user, mention)
            if is_property:
                places.append((user, mention))
            elif isinstance(above, f.Call) and above.func is mention:
                places.append((user, above))
            else:
                are_all = False
        return Results(tuple(places), are_all and bool(places))

    def _mentions(self, function: Function) -> list[tuple[Function, Any]]:
        """Every mention of a function by its name: plain ones in its module, or where it is imported, and attributes of
        that name that may be it."""
        name = function.name
        found: list[tuple[Function, Any]] = []
        if function.cls is None:
            found += [each for each in self._where.names(function.module, name) if self._sees(each[0], function)]
            if function.parent is None or not function.parent.is_top:
                return found
            for other, alias in self._where.imports(name):
                if other is not function.module:
                    found += self._where.names(other, alias)
        for user, node in self._where.attributes(name):
            own = isinstance(node.value, f.Name) and node.value.id == getattr(user.method_of, "receiver_name", None)
            if function.cls is None:
                if not own and self._may_be(user, node, function):
                    found.append((user, node))
            elif self._may_be(user, node, function):
                found.append((user, node))
        return found

    def _sees(self, user: Function, function: Function) -> bool:
        """Whether a plain name in a function means the one that was defined."""
        here: Function | None = user
        while here is not None:
            if here is function.parent:
                return True
            if function.name in here.binds:
                return False
            here = here.parent
        return False

    def _may_be(self, user: Function, node: f.Attr, function: Function) -> bool:
        values = self._program.static.evaluate(node, user, self._receiver(user))
        if "property" in function.decorator_names or "cached_property" in function.decorator_names:
            return True
        return not values or any(isinstance(value, Fn) and value.function is function for value in values)

    def _receiver(self, function: Function) -> Any:
        method = function.method_of
        if method is None or method.cls is None or method.is_classmethod:
            return None
        return self._program.static.parameter_receiver(method.cls)

    def into(self, function: Function, call: f.Call, arg: f.Arg) -> tuple[Function, str] | None:
        """The function and its parameter that an argument becomes; None when that is not certain."""
        if arg.star or any(each.star for each in call.args):
            return None
        values = self._program.static.evaluate(call.func, function, self._receiver(function))
        if len(values) != 1:
            return None
        value = values[0]
        if isinstance(value, Cls):
            callee = self._program.hierarchy.find(value.cls, "__init__")
            bound = True
        elif isinstance(value, Fn):
            callee, bound = value.function, value.receiver is not None
        else:
            return None
        if callee is None or not callee.decorator_names <= _PLAIN or callee.facts.is_generator:
            return None
        params = callee.params[1:] if bound and callee.receiver_name is not None else callee.params
        if arg.keyword is not None:
            named = next((param.name for param in params if param.name == arg.keyword), None)
            return (callee, named) if named is not None else None
        position = [each for each in call.args if each.keyword is None].index(arg)
        if position < len(params) and params[position].kind in ("any", "pos"):
            return callee, params[position].name
        return None


def passages(program: Program) -> Passages:
    """How values pass between the functions of this program."""
    return Passages(program)
