"""Locks (and `threading.local` objects) that are made on first use, behind a test whether they exist, with no lock
around.

The test is `hasattr`, `is None`, truth, membership, or a `try` that expects the name to be missing; what is made is
stored where other threads look for it: an attribute, a global, an item. Code that makes the object (`construction`)
and code that every caller runs with some lock held is left out.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function, last_name
from ...program.traverse import walk_expression
from ..execution import execution
from ..mentions import mentions
from .construction import construction
from .lock_calls import lock_calls, lock_kinds, lockish, spelled
from .lock_spots import Spot, excludes_threads, lock_spots, made_kind
from .raising import caught_names

_IN_DICT = re.compile(r"\.__dict__\['(\w+)'\]")
_MISSING = frozenset({"AttributeError", "KeyError", "NameError"})


class LazyLock(NamedTuple):
    """One place that makes a lock on first use. `test` is where it is looked whether there is one; `place` what it
    is stored in; `kind` its canonical name."""

    function: Function
    made: f.Span
    test: f.Span
    place: str
    kind: str


def lazy_locks(program: Program) -> list[LazyLock]:
    """All of them, in order of module and place."""
    making, found = program.ask(construction), []
    for spot in program.ask(lock_spots).makes:
        function = spot.function
        kind = _kind(program, spot)
        if kind is None or making.is_making(function) or function.facts.is_async:
            continue
        for test, place in _tests(program, spot):
            if not _under_lock(program, function, spot.node, True):
                found.append(LazyLock(function, spot.node.at, test, place, kind))
            break
    return found


def _kind(program: Program, spot: Spot) -> str | None:
    kind = made_kind(program, spot.function, spot.node)
    if kind is not None:
        return kind if excludes_threads(kind) else None
    callees = program.static.evaluate(spot.node.func, spot.function)
    names = {getattr(value, "name", None) for value in callees}
    return "threading.local" if names == {"threading.local"} else None


def _tests(program: Program, spot: Spot) -> Iterator[tuple[f.Span, str]]:
    """The existence tests around (or in) the assignment, innermost first, each with the place that it is about."""
    function, statement = spot.function, spot.above
    if isinstance(statement, f.Arg):
        yield from _by_setattr(program, spot)
    if isinstance(statement, f.BoolOp) and statement.op == "or":
        outer = program.ask(mentions).parent(function, statement)
        if isinstance(outer, f.Assign):
            for place in _shared_targets(outer, function):
                if spelled(statement.values[0]) == place or _gets(statement.values[0], place):
                    yield statement.values[0].at, place
        return
    if not isinstance(statement, f.Assign):
        return
    places = _shared_targets(statement, function)
    inner: Any = statement
    local = statement.targets[0]
    if isinstance(local, f.Name) and local.id in function.binds and not function.is_top:
        yield from _through_local(program, function, statement, local.id, places)
    for around in program.ask(mentions).around(function, statement):
        for place in places:
            if (
                isinstance(around, f.If)
                and any(inner is each for each in around.body)
                and _asks(around.test, place, True)
            ) or (
                isinstance(around, f.If)
                and any(inner is each for each in around.orelse)
                and _asks(around.test, place, False)
            ):
                yield around.test.at, place
            elif isinstance(around, f.Handler) and _MISSING & set(caught_names(around)):
                yield around.at, place
        inner = around
    yield from _left_early(program, function, statement, places)


def _by_setattr(program: Program, spot: Spot) -> Iterator[tuple[f.Span, str]]:
    """`if not hasattr(x, name): setattr(x, name, Lock())`."""
    where, function = program.ask(mentions), spot.function
    call = where.parent(function, spot.above)
    if not isinstance(call, f.Call) or last_name(call.func) != "setattr" or len(call.args) != 3:
        return
    place = _named(call.args[0].value, call.args[1].value)
    root = (spelled(call.args[0].value) or "").partition(".")[0]
    if place is None or (root in function.binds and root not in function.param_names):
        return
    inner: Any = where.statement(function, call)
    for around in where.around(function, inner):
        if isinstance(around, f.If) and any(inner is each for each in around.body) and _asks(around.test, place, True):
            yield around.test.at, place
        inner = around


def _named(owner: f.Expr, name: f.Expr) -> str | None:
    """The place that `getattr(owner, name)` speaks of; a name that is no literal stands for itself."""
    base = spelled(owner)
    last = str(name.value) if isinstance(name, f.Const) else spelled(name)
    return f"{base}.{last}" if base is not None and last is not None else None


def _through_local(
    program: Program, function: Function, statement: f.Assign, name: str, places: list[str]
) -> Iterator[tuple[f.Span, str]]:
    """`lock = locks.get(key)`, a test of it, and the new lock stored where the old one was looked for."""
    where = program.ask(mentions)
    block, position = where.siblings(function, statement)
    stored = list(places)
    for later in block[position + 1 :]:
        if isinstance(later, f.Assign) and isinstance(later.value, f.Name) and later.value.id == name:
            stored += _shared_targets(later, function)
    yield from _left_early(program, function, statement, [place for place in stored if place not in places])
    looked = [
        place
        for place in stored
        for binding in function.bindings.get(name, ())
        if binding.how == "value" and binding.expr is not None and binding.expr is not statement.value
        if spelled(binding.expr) == place or _gets(binding.expr, place)
    ]
    inner: Any = statement
    for around in where.around(function, statement) if looked else ():
        if isinstance(around, f.If) and any(inner is each for each in around.body) and _asks(around.test, name, True):
            yield around.test.at, looked[0]
        elif isinstance(around, f.Handler) and _MISSING & set(caught_names(around)):
            yield around.at, looked[0]
        inner = around


def _left_early(
    program: Program, function: Function, statement: f.Assign, places: list[str]
) -> Iterator[tuple[f.Span, str]]:
    """`if place is not None: return place` before the assignment, in the same block."""
    block, position = program.ask(mentions).siblings(function, statement)
    for before in block[:position]:
        if isinstance(before, f.If) and before.body and isinstance(before.body[-1], f.Return):
            for place in places:
                if _asks(before.test, place, False):
                    yield before.test.at, place


def _shared_targets(statement: f.Assign, function: Function) -> list[str]:
    """The targets of an assignment that other threads can see."""
    found = []
    for target in statement.targets:
        path = spelled(target)
        if path is None:
            continue
        path = _IN_DICT.sub(r".\1", path)
        root = path.partition(".")[0].partition("[")[0]
        if isinstance(target, f.Name):
            if target.id in function.facts.globals:
                found.append(path)
        elif root not in function.binds or root in function.param_names:
            found.append(path)
    return found


def _asks(test: f.Expr, place: str, missing: bool) -> bool:
    """Whether a condition that comes out true says that there is nothing (`missing`), or something, at a place."""
    if isinstance(test, f.Not):
        return _asks(test.value, place, not missing)
    if isinstance(test, f.BoolOp):
        return any(_asks(value, place, missing) for value in test.values)
    if isinstance(test, f.Compare):
        left, right = spelled(test.left), test.right
        none = isinstance(right, f.Const) and right.kind == "none"
        if none and test.op in ("is", "==", "is not", "!="):
            about = left == place or _gets(test.left, place)
            return about and missing == (test.op in ("is", "=="))
        if test.op in ("in", "not in"):
            container = spelled(right)
            key = left or (repr(test.left.value) if isinstance(test.left, f.Const) else None)
            if container is None or key is None:
                return False
            about = place == f"{container}[{key}]" or (
                container.endswith("__dict__") and place.endswith(f".{key.strip(chr(39))}")
            )
            return about and missing == (test.op == "not in")
        return False
    if isinstance(test, f.Call):
        return not missing and _gets(test, place)
    return not missing and spelled(test) == place


def _gets(expr: f.Expr, place: str) -> bool:
    """`hasattr(x, "name")`, `getattr(x, "name", None)` and `d.get(key)` ask about `x.name` and `d[key]`."""
    if not isinstance(expr, f.Call) or not expr.args:
        return False
    if isinstance(expr.func, f.Name) and expr.func.id in ("hasattr", "getattr") and len(expr.args) >= 2:
        return place == _named(expr.args[0].value, expr.args[1].value)
    if isinstance(expr.func, f.Attr) and expr.func.attr == "get":
        key = expr.args[0].value
        text = repr(key.value) if isinstance(key, f.Const) else spelled(key)
        return place == f"{spelled(expr.func.value)}[{text}]"
    return False


def _under_lock(program: Program, function: Function, node: f.Expr, callers: bool) -> bool:
    """Whether a lock is held at a place: by a `with` around it, by `acquire` before and `release` behind it, or (with
    `callers`) at every call of the function."""
    where = program.ask(mentions)
    inner: Any = node
    for around in where.around(function, node):
        inside = not isinstance(inner, f.WithItem)
        inner = around
        if isinstance(around, f.With) and inside:
            for item in around.items:
                for part in walk_expression(item.context):
                    path = spelled(part)
                    if path is not None and (lockish(path) or lock_kinds(program, function, part)):
                        return True
    for use in program.ask(lock_calls).get(function, ()):
        at = node.at[0]
        if any(call.at[0] < at for call in use.acquires) and any(call.at[0] > at for call in use.releases):
            return True
    if not callers or function.is_top:
        return False
    stores = [event for event in program.ask(execution).events("access") if event.detail.value is node]
    if stores and all(event.held or event.detail.owned for event in stores):
        return True
    mentioned = where.attributes if function.cls is not None else partial(where.names, function.module)
    calls: Sequence[tuple[Function, f.Expr]] = mentioned(function.name)
    return bool(calls) and all(_under_lock(program, caller, mention, False) for caller, mention in calls)
