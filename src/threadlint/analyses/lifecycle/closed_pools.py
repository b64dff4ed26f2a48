"""Tasks that are handed to an executor after it was shut down.

Domain. Within one block: a statement `pool.shutdown(…)`, or a `with … as pool:` whose end shuts it down, and behind it
a statement that calls `pool.submit` or `pool.map`, with nothing in between that gives the name another value. Paths
that surely hold an executor of `concurrent.futures`. A statement that expects the error (`try`, `with raises`) is left
alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function, dotted, last_name
from ...program.traverse import walk
from ...program.values import Obj
from ..mentions import blocks_of

_SUBMITS = frozenset({"submit", "map"})
_EXECUTORS = frozenset({"concurrent.futures.ThreadPoolExecutor", "concurrent.futures.ProcessPoolExecutor"})
_EXPECTING = frozenset({"raises", "assertRaises", "assertRaisesRegex", "suppress"})


class ClosedPool(NamedTuple):
    """`submit` hands a task to the pool called `path`, which was shut down at `closed`."""

    function: Function
    path: str
    closed: f.Span
    submit: f.Call


def closed_pools(program: Program) -> tuple[ClosedPool, ...]:
    """All of them, in order of place."""
    found: list[ClosedPool] = []
    for function in program.functions:
        if not _SUBMITS.isdisjoint(function.text.attributes):
            found.extend(_in_block(program, function, function.facts.body))
    return tuple(sorted(found, key=lambda each: (each.function.module.name, each.submit.at)))


def _in_block(program: Program, function: Function, body: tuple[Any, ...]) -> Iterator[ClosedPool]:
    closed: dict[str, f.Span] = {}
    for statement in body:
        for known in [path for path in closed if _binds(statement, path)]:
            del closed[known]
        if closed and not isinstance(statement, (f.Def, f.ClassDef, f.Try)) and not _expects(statement):
            for call in _submits(statement, closed):
                path = dotted(call.func.value) if isinstance(call.func, f.Attr) else None
                if path is not None:
                    yield ClosedPool(function, path, closed.pop(path), call)
        for ended, at in _closes(statement):
            if _is_executor(program, function, ended, statement):
                closed[ended] = at
        if not isinstance(statement, (f.Def, f.ClassDef)):
            for inner in blocks_of(statement, function):
                yield from _in_block(program, function, inner)


def _closes(statement: Any) -> Iterator[tuple[str, f.Span]]:
    """The paths that a statement shuts down."""
    if isinstance(statement, f.With):
        for item in statement.items:
            path = dotted(item.target) if item.target is not None else dotted(item.context)
            if path is not None:
                yield path, statement.at
    elif isinstance(statement, f.Evaluate) and isinstance(statement.value, f.Call):
        func = statement.value.func
        path = dotted(func.value) if isinstance(func, f.Attr) and func.attr == "shutdown" else None
        if path is not None:
            yield path, statement.at


def _is_executor(program: Program, function: Function, path: str, statement: Any) -> bool:
    owner: f.Expr | None = None
    if isinstance(statement, f.With):
        named = ((item.target if item.target is not None else item.context, item.context) for item in statement.items)
        owner = next((context for name, context in named if dotted(name) == path), None)
    elif isinstance(statement, f.Evaluate) and isinstance(statement.value, f.Call):
        owner = statement.value.func.value if isinstance(statement.value.func, f.Attr) else None
    receiver = None
    method = function.method_of
    if method is not None and method.cls is not None and not method.is_classmethod:
        receiver = program.static.parameter_receiver(method.cls)
    values = program.static.evaluate(owner, function, receiver) if owner is not None else ()
    return bool(values) and all(isinstance(value, Obj) and value.type in _EXECUTORS for value in values)


def _submits(statement: Any, closed: dict[str, f.Span]) -> list[f.Call]:
    """The first call of each closed pool's `submit` or `map` in a statement."""
    found: dict[str, f.Call] = {}
    for node in walk((statement,)):
        if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.attr in _SUBMITS:
            path = dotted(node.func.value)
            if path in closed:
                found.setdefault(path, node)
    return list(found.values())


def _binds(statement: Any, path: str) -> bool:
    """Whether a statement may give a path another value."""
    root = path.partition(".")[0]
    for node in walk((statement,)):
        targets: tuple[f.Expr | None, ...] = ()
        if isinstance(node, f.Assign):
            targets = node.targets
        elif isinstance(node, f.With):
            targets = tuple(item.target for item in node.items)
        elif isinstance(node, (f.ForLoop, f.Walrus)):
            targets = (node.target,)
        for target in targets:
            name = dotted(target) if target is not None else None
            if target is not None and (name is None or name in (path, root)):
                return True
        if "." in path and isinstance(node, f.Call) and last_name(node.func) not in _SUBMITS:
            return True  # what it does to the object is not known
    return False


def _expects(statement: Any) -> bool:
    return isinstance(statement, f.With) and any(
        isinstance(item.context, f.Call) and last_name(item.context.func) in _EXPECTING for item in statement.items
    )
