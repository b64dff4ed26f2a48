"""Protocols: the special methods that operators, builtins and mixins of the library call on objects of the program.

`str(x)`, `f"{x}"` and `log.info("%s", x)` ask for a text, `if x` for a truth, `x == y` for a comparison, `list(x)` for
an iterator; `self.pop(key)` of a `MutableMapping` gets and deletes an item; `sorted(rows, key=self._rank)` calls what
it is given. Such calls stand nowhere in the text. They are entered only where a frame follows them: what they do hurts
where a lock is held that they take.
"""
from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ...knowledge.logs import LOG_CALLS
from ...knowledge.mixins import MIXINS
from ...model import facts as f
from ..symbols import Class
from ..values import UNKNOWN, ExtMethod, Fn, Obj, Pack, Partial, Values, union
from .arguments import Arguments

if TYPE_CHECKING:
    from .calls import Calls
    from .frames import Frame

TEXT = ("__str__", "__repr__")
FORMAT = ("__format__", *TEXT)
TRUTH = ("__bool__", "__len__")
ITERATION = ("__iter__",)
_OF_THE_FIRST = {
    "builtins.str": TEXT, "builtins.repr": ("__repr__",), "builtins.format": FORMAT, "builtins.bool": TRUTH,
    "builtins.hash": ("__hash__",), "builtins.int": ("__int__", "__index__"), "builtins.abs": ("__abs__",),
    "builtins.bytes": ("__bytes__",), "copy.copy": ("__copy__", "__getstate__"), "builtins.next": ("__next__",),
    "copy.deepcopy": ("__deepcopy__", "__getstate__"), "pickle.dumps": ("__reduce__", "__getstate__"),
    **{f"builtins.{name}": ITERATION for name in (
        "list", "tuple", "set", "frozenset", "dict", "sorted", "sum", "min", "max", "any", "all", "enumerate", "iter",
        "zip", "reversed",
    )},
}  # fmt: skip
_OF_ALL = {"builtins.print": TEXT, **dict.fromkeys(LOG_CALLS, TEXT)}
_CALLING = {"builtins.map": 0, "builtins.filter": 0, "functools.reduce": 0}
_KEYED = frozenset({"builtins.sorted", "builtins.min", "builtins.max", "builtins.list.sort"})
_COMPARISONS = {
    "==": ("__eq__",), "!=": ("__ne__", "__eq__"), "<": ("__lt__",), ">": ("__gt__",), "<=": ("__le__",),
    ">=": ("__ge__",),
}  # fmt: skip


def ask(calls: Calls, values: Values, methods: Iterable[str], frame: Frame, node: f.Expr) -> None:
    """Enter the first of the special methods that each of the values has."""
    for value in values:
        if isinstance(value, Obj) and isinstance(value.type, Class):
            for name in methods:
                method = calls.special(value, name)
                if method is not None:
                    frame.enter(method, Arguments(), node, None)
                    break


def compared(calls: Calls, expr: f.Compare, left: Values, right: Values, frame: Frame) -> None:
    """What a comparison asks its sides."""
    methods = _COMPARISONS.get(expr.op)
    if methods is not None and not (isinstance(expr.right, f.Const) and expr.right.kind == "none"):
        for value in left:
            if isinstance(value, Obj) and isinstance(value.type, Class):
                method = next(filter(None, (calls.special(value, name) for name in methods)), None)
                if method is not None:
                    frame.enter(method, Arguments((right,)), expr, None)


def filled_in(calls: Calls, template: f.Expr, given: Values, frame: Frame, node: f.Expr) -> None:
    """`"… %s" % given`: the texts of what is filled in."""
    if isinstance(template, f.Const) and isinstance(template.value, str):
        for value in given:
            ask(calls, union(UNKNOWN, *value.items) if isinstance(value, Pack) else (value,), TEXT, frame, node)


def of_a_string(calls: Calls, expr: f.Call, arguments: Arguments, frame: Frame) -> None:
    """`"… {}".format(value)`, which is a call of nothing that is known."""
    func = expr.func
    if isinstance(func, f.Attr) and isinstance(func.value, f.Const) and func.attr == "format":
        for values in (*arguments.positional, *(values for _, values in arguments.keywords)):
            ask(calls, values, FORMAT, frame, expr)


def of_the_library(
    calls: Calls, name: str, method: ExtMethod | None, arguments: Arguments, frame: Frame, node: f.Expr
) -> None:
    """What a function or method of the library calls on what it is given."""
    if method is not None:
        mixed_in(calls, method.receiver, method.owner, method.name, arguments, frame, node)
    if not arguments.positional:
        return
    if name in _OF_ALL:
        for values in arguments.positional:
            ask(calls, values, _OF_ALL[name], frame, node)
    elif name in _CALLING:
        elements = tuple(calls.elements_of(source) for source in arguments.positional[1:])
        run(calls, arguments.positional[0], Arguments(elements), frame, node)
        for source in arguments.positional[1:]:
            ask(calls, source, ITERATION, frame, node)
    elif name in _OF_THE_FIRST:
        ask(calls, arguments.positional[0], _OF_THE_FIRST[name], frame, node)
    if name in _KEYED:
        key = arguments.get(None, "key")
        if key is not None:
            run(calls, key, Arguments((calls.elements_of(arguments.positional[0]),)), frame, node)


def mixed_in(
    calls: Calls, receiver: Obj, owner: str, name: str, arguments: Arguments, frame: Frame, node: f.Expr
) -> None:
    """What a method that a class inherits from an abstract container calls on the instance."""
    for special in MIXINS.get(owner.rpartition(".")[2], {}).get(name, ()):
        method = calls.special(receiver, special)
        if method is not None:
            frame.enter(method, Arguments(arguments.positional[:1]), node, None)


def run(calls: Calls, values: Values, arguments: Arguments, frame: Frame, node: f.Expr) -> None:
    """Call functions of the program that somebody was given to call at once."""
    for value in values:
        if isinstance(value, (Fn, Partial)) or (isinstance(value, Obj) and isinstance(value.type, Class)):
            calls.call(value, arguments, frame, node, None)


