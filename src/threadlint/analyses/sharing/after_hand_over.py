"""What a function does with a thing that it has given away.

Domain: the text of functions, straight-line order within one block. Three questions: an object changed after it was
put on a queue or
passed to a thread that was started; `d.setdefault(k, v)` as a statement, and `v` used afterwards as if it had won;
the result of
`get_ident()` as a key of a container that outlives the call.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...knowledge.types import CHANGES, QUEUES
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function, dotted, last_name
from ...program.traverse import walk
from ...program.values import Ext, ExtMethod

_GIVING = frozenset({"put", "put_nowait", "submit"})


class Misuse(NamedTuple):
    """A local `name` that is given away at `given` and used at `at`."""

    function: Function
    at: f.Span
    name: str
    given: f.Span
    to: str


def changed_after_hand_over(program: Program) -> list[Misuse]:
    """Changes of objects that a queue or a started thread already has, in order of place."""
    found: list[Misuse] = []
    for function in program.functions:
        if not {"put", "put_nowait", "submit", "start"} & function.words:
            continue
        for block in _blocks(function.facts.body):
            found.extend(_changes(program, function, block))
    return sorted(found, key=lambda each: (each.function.module.name, each.at))


def _changes(program: Program, function: Function, block: tuple[f.Stmt, ...]) -> Iterator[Misuse]:
    given: dict[str, tuple[f.Span, str]] = {}
    for statement in block:
        if isinstance(statement, (f.If, f.While, f.ForLoop, f.With, f.Try, f.Match, f.Def, f.ClassDef)):
            given.clear()
            continue
        for name in _rebound(statement):
            given.pop(name, None)
        for name, at in _changed(statement):
            if name in given:
                yield Misuse(function, at, name, *given.pop(name))
        if isinstance(statement, f.Evaluate) and isinstance(statement.value, f.Call):
            call = statement.value
            to = _hands_over(program, function, call)
            if to is not None:
                for arg in call.args:
                    if isinstance(arg.value, f.Name) and arg.value.id in function.binds:
                        given[arg.value.id] = (call.at, to)


def _hands_over(program: Program, function: Function, call: f.Call) -> str | None:
    if not isinstance(call.func, f.Attr) or call.func.attr not in _GIVING:
        return None
    for value in program.static.evaluate(call.func, function):
        if isinstance(value, ExtMethod):
            if value.owner in QUEUES:
                return "a queue"
            if value.full_name.endswith("Executor.submit"):
                return "a pool"
    return None


def _changed(statement: f.Stmt) -> Iterator[tuple[str, f.Span]]:
    """Names whose objects a statement changes."""
    if isinstance(statement, (f.Assign, f.AugAssign)):
        targets = statement.targets if isinstance(statement, f.Assign) else (statement.target,)
        for target in targets:
            if isinstance(target, (f.Attr, f.Item)) and isinstance(target.value, f.Name):
                yield target.value.id, target.at
    elif isinstance(statement, f.Evaluate) and isinstance(statement.value, f.Call):
        func = statement.value.func
        if isinstance(func, f.Attr) and isinstance(func.value, f.Name) and func.attr in CHANGES:
            yield func.value.id, statement.at


def _rebound(statement: f.Stmt) -> Iterator[str]:
    if isinstance(statement, f.Assign):
        for target in statement.targets:
            if isinstance(target, f.Name):
                yield target.id


def ignored_setdefault(program: Program) -> list[Misuse]:
    """Values used after `setdefault` as if they had won, in order of place."""
    found = []
    for function in program.functions:
        if "setdefault" not in function.words:
            continue
        for block in _blocks(function.facts.body):
            for index, statement in enumerate(block):
                name = _dropped_setdefault(statement)
                if name is None or name not in function.binds:
                    continue
                use = _use(block[index + 1 :], name)
                if use is not None:
                    found.append(Misuse(function, use, name, statement.at, "setdefault"))
    return sorted(found, key=lambda each: (each.function.module.name, each.at))


def _dropped_setdefault(statement: f.Stmt) -> str | None:
    if isinstance(statement, f.Evaluate) and isinstance(statement.value, f.Call):
        call = statement.value
        if (
            isinstance(call.func, f.Attr)
            and call.func.attr == "setdefault"
            and len(call.args) == 2
            and dotted(call.func.value)
        ):
            value = call.args[1].value
            return value.id if isinstance(value, f.Name) else None
    return None


def _use(block: tuple[f.Stmt, ...], name: str) -> f.Span | None:
    for statement in block:
        if name in _rebound(statement):
            return None
        for node in walk((statement,)):
            if isinstance(node, f.Name) and node.id == name:
                return node.at
    return None


def idents_as_keys(program: Program) -> list[Misuse]:
    """Containers of an object, a class or a module that are indexed by `get_ident()`, in order of place."""
    found = []
    for function in program.functions:
        if not {"get_ident", "get_native_id"} & function.words:
            continue
        names = {
            name
            for name, bindings in function.bindings.items()
            if any(binding.how == "value" and _is_ident(program, function, binding.expr) for binding in bindings)
        }
        for node in walk(function.facts.body):
            if isinstance(node, f.Assign):
                for target in node.targets:
                    if isinstance(target, f.Item) and _outlives(function, target.value):
                        index = target.index
                        if _is_ident(program, function, index) or (isinstance(index, f.Name) and index.id in names):
                            found.append(
                                Misuse(function, target.at, dotted(target.value) or "", target.at, "get_ident")
                            )
    return sorted(found, key=lambda each: (each.function.module.name, each.at))


def _is_ident(program: Program, function: Function, expr: f.Expr | None) -> bool:
    if not isinstance(expr, f.Call) or last_name(expr.func) not in ("get_ident", "get_native_id"):
        return False
    return any(
        isinstance(v, Ext) and v.name.startswith("threading.") for v in program.static.evaluate(expr.func, function)
    )


def _outlives(function: Function, expr: f.Expr) -> bool:
    if isinstance(expr, f.Attr):
        return True
    return isinstance(expr, f.Name) and (expr.id not in function.binds or expr.id in function.facts.globals)


def _blocks(block: tuple[f.Stmt, ...]) -> Iterator[tuple[f.Stmt, ...]]:
    yield block
    for statement in block:
        if isinstance(statement, (f.If, f.While, f.ForLoop)):
            yield from _blocks(statement.body)
            yield from _blocks(statement.orelse)
        elif isinstance(statement, f.With):
            yield from _blocks(statement.body)
        elif isinstance(statement, f.Try):
            for part in (statement.body, statement.orelse, statement.final, *(h.body for h in statement.handlers)):
                yield from _blocks(part)
