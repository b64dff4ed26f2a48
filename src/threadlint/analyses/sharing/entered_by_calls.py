"""Context managers that keep something from entering to leaving, and are one object for all calls of a function.

A class *keeps* an attribute when its `__enter__` (or a method of its own that this calls) stores it and its `__exit__`
(likewise) reads it: a start time, a token, what was there before. Two calls that enter one instance at the same time
overwrite each other's. One instance serves all calls where it decorates a function:

- a nested function that its maker returns enters what the maker (or an outer function) was given or has made: `self` of
  a `__call__`, an argument or a local of a decorator;
- the class is a `contextlib.ContextDecorator` that does not make a new one for each call (`_recreate_cm`).

Evidence is that the program has threads at all, or that the user says that threads call the function.

Left out: thread-locals, classes whose `__enter__` takes a lock until they leave, and those that count who is inside.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class, Function
from ...program.traverse import walk, walk_expression
from ...program.values import Obj
from ..execution import execution

_CONTEXT_DECORATORS = frozenset({"contextlib.ContextDecorator", "contextlib.AsyncContextDecorator"})
_PAIRS = (("__enter__", "__exit__"), ("__aenter__", "__aexit__"))


class EnteredByCalls(NamedTuple):
    """The place where all calls enter one object, the attribute that it keeps, and where that is stored."""

    function: Function
    at: f.Span
    name: str
    keeper: Function
    stored: f.Span


class _Kept(NamedTuple):
    name: str
    method: Function
    at: f.Span


def entered_by_calls(program: Program) -> list[EnteredByCalls]:
    """Every such place, in order of module and place."""
    kept = {cls: what for cls in program.classes if (what := _kept(program, cls)) is not None}
    found: list[EnteredByCalls] = []
    for cls, (name, method, at) in kept.items():
        decorates = program.hierarchy.is_a(cls, _CONTEXT_DECORATORS)
        if decorates and method.cls is cls and program.hierarchy.find(cls, "_recreate_cm") is None:
            found.append(EnteredByCalls(method, at, name, method, method.facts.name_at))
    if kept:
        for function in program.functions:
            found.extend(_entering(program, function, kept))
    threads = found and any(root.kind == "thread" and root.domain == "thread" for root in program.ask(execution).roots)
    told = [each for each in found if threads or program.config.assumes_threaded(each.function.qualname)]
    return sorted(told, key=lambda each: (each.function.module.name, each.at))


def _entering(program: Program, function: Function, kept: dict[Class, _Kept]) -> Iterator[EnteredByCalls]:
    """The `with` statements of a wrapper that enter what it closes over."""
    maker = function.parent
    if maker is None or maker.is_top or function.is_top or not _returns(maker, function):
        return
    for node in walk(function.facts.body):
        for item in node.items if isinstance(node, f.With) else ():
            context = item.context
            if not isinstance(context, f.Name) or context.id in function.binds or not _bound_outside(maker, context.id):
                continue
            for value in program.static.evaluate(context, function):
                what = kept.get(value.type) if isinstance(value, Obj) and isinstance(value.type, Class) else None
                if what is not None:
                    yield EnteredByCalls(function, context.at, what.name, what.method, what.at)
                    break


def _returns(maker: Function, function: Function) -> bool:
    """Whether a function gives away one that it defines."""
    return any(
        isinstance(part, f.Name) and part.id == function.name
        for statement in maker.index.returns
        if statement.value is not None
        for part in walk_expression(statement.value)
    )


def _bound_outside(maker: Function, name: str) -> bool:
    here: Function | None = maker
    while here is not None and not here.is_top:
        if name in here.binds:
            return True
        here = here.parent
    return False


def _kept(program: Program, cls: Class) -> _Kept | None:
    """What instances of a class keep from entering to leaving."""
    if program.hierarchy.is_a(cls, ("threading.local",)):
        return None
    for entering, leaving in _PAIRS:
        enter, leave = program.hierarchy.find(cls, entering), program.hierarchy.find(cls, leaving)
        if enter is None or leave is None:
            continue
        begins, ends = _with_own_calls(program, cls, enter), _with_own_calls(program, cls, leave)
        if any("acquire" in method.words for method in begins) or _counted(begins) & _counted(ends):
            continue
        read = {
            node.attr for method in ends for node in walk(method.facts.body)
            if isinstance(node, f.Attr) and _is_own(method, node)
        }  # fmt: skip
        for method in begins:
            for owner, name, binding in method.index.attributes:
                stores = owner == method.receiver_name and binding.how == "value"
                if stores and name in read and not isinstance(binding.expr, f.Const):
                    return _Kept(name, method, binding.at)
    return None


def _counted(methods: list[Function]) -> set[str]:
    """The attributes that methods count up or down."""
    return {
        node.target.attr
        for method in methods
        for node in walk(method.facts.body)
        if isinstance(node, f.AugAssign) and isinstance(node.target, f.Attr) and _is_own(method, node.target)
    }


def _with_own_calls(program: Program, cls: Class, method: Function) -> list[Function]:
    """A method and those of the same object that it calls."""
    found = [method]
    for node in walk(method.facts.body):
        if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and _is_own(method, node.func):
            other = program.hierarchy.find(cls, node.func.attr)
            if other is not None and other not in found:
                found.append(other)
    return found


def _is_own(method: Function, node: f.Attr) -> bool:
    return isinstance(node.value, f.Name) and node.value.id == method.receiver_name
