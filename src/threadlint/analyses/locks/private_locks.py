"""Locks that exclude nobody, because each user makes his own.

`how` is

- made: the lock is made in the `with` itself;
- local: it is made in the function that is to be guarded by it, and nothing else ever sees it;
- thread: each thread that a loop starts is given one made for it;
- property, factory: each `with` gets a new one from a property or function that makes and returns it.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...knowledge.keeping import MEMORISING
from ...knowledge.threads import CONSTRUCTORS, SUBMITTERS
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class, Function
from ...program.values import Ext, Fn, Obj
from ..lifecycle.uses import uses
from ..mentions import mentions
from .lock_calls import spelled
from .lock_spots import excludes_threads, lock_spots, made_kind

_RUNNERS = frozenset(CONSTRUCTORS) | frozenset(name for name in SUBMITTERS if name.endswith(".submit"))
_TAKES = frozenset(
    {"acquire", "release", "locked", "__enter__", "__exit__", "notify", "notify_all", "wait", "wait_for"}
)


class PrivateLock(NamedTuple):
    """One place where a lock is made for one user. `used` is where it is entered, `name` how the text calls it,
    `kind` its canonical name."""

    how: str
    function: Function
    made: f.Span
    used: f.Span
    name: str
    kind: str


def private_locks(program: Program) -> list[PrivateLock]:
    """All of them, each once, in order of module and place."""
    found = [*_made_in_with(program), *_local(program), *_per_thread(program), *_made_per_call(program)]
    found.sort(key=lambda each: (each.function.module.name, each.made, each.used))
    return found


def _made_in_with(program: Program) -> Iterator[PrivateLock]:
    for spot in program.ask(lock_spots).withs:
        for item in spot.node.items:
            made: f.Call = item.context
            kind = made_kind(program, spot.function, made)
            if kind is not None and excludes_threads(kind) and not spot.node.is_async and _is_new(made):
                yield PrivateLock("made", spot.function, made.at, made.at, kind, kind)


def _local(program: Program) -> Iterator[PrivateLock]:
    where = program.ask(mentions)
    for spot in program.ask(lock_spots).makes:
        function, statement = spot.function, spot.above
        call: f.Call = spot.node
        if function.is_top or not isinstance(statement, f.Assign) or statement.value != call or not _is_new(call):
            continue
        target = statement.targets[0]
        if len(statement.targets) != 1 or not isinstance(target, f.Name) or target.id not in function.binds:
            continue
        if target.id in function.shared_cells or len(function.bindings.get(target.id, ())) != 1:
            continue
        kind = made_kind(program, function, call)
        if (
            kind is None
            or not excludes_threads(kind)
            or (where.loop(function, call) is not None and function.facts.is_generator)
        ):
            continue
        fate = program.ask(uses).of(function, call)
        plain = all(use.how == "with" or (use.how == "call" and use.name in _TAKES) for use in fate.uses)
        taken = [use for use in fate.uses if use.how == "with" or use.name == "acquire"]
        if plain and taken and not any(use.name in ("wait", "notify", "notify_all", "wait_for") for use in fate.uses):
            entered = taken[0].node.context if isinstance(taken[0].node, f.WithItem) else taken[0].node
            yield PrivateLock("local", function, call.at, entered.at, target.id, kind)


def _per_thread(program: Program) -> Iterator[PrivateLock]:
    """`for … : Thread(target=work, args=(Lock(),)).start()`: nobody but that thread ever has the lock."""
    where = program.ask(mentions)
    for spot in program.ask(lock_spots).makes:
        function, inner = spot.function, spot.above
        kind = made_kind(program, function, spot.node)
        if kind is None or not excludes_threads(kind) or not _is_new(spot.node):
            continue
        if isinstance(inner, f.Display):
            inner = where.parent(function, inner)
        call = where.parent(function, inner) if isinstance(inner, f.Arg) else None
        if isinstance(call, f.Call) and where.loop(function, call) is not None:
            callees = program.static.evaluate(call.func, function)
            names = {v.name if isinstance(v, Ext) else getattr(v, "full_name", "") for v in callees}
            if len(names) == 1 and names <= _RUNNERS:
                yield PrivateLock("thread", function, spot.node.at, call.at, kind, kind)


def _made_per_call(program: Program) -> Iterator[PrivateLock]:
    seen: set[tuple[Function, Function]] = set()
    for spot in program.ask(lock_spots).withs:
        for item in spot.node.items:
            for maker in _makers(program, spot.function, item.context):
                kind = _fresh_lock(program, maker)
                if kind is not None and (maker, spot.function) not in seen and not spot.node.is_async:
                    seen.add((maker, spot.function))
                    how = "property" if maker.is_property else "factory"
                    yield PrivateLock(how, spot.function, item.context.at, item.context.at, maker.facts.qualname, kind)


def _is_new(made: f.Call) -> bool:
    """Whether a call makes a lock of its own: `Condition(lock)` does not, `Semaphore(2)` does."""
    return all(isinstance(arg.value, f.Const) for arg in made.args)


def _makers(program: Program, function: Function, context: f.Expr) -> list[Function]:
    """The functions of the program whose result a `with` enters, when it enters what they return."""
    if isinstance(context, f.Call):
        callees = program.static.evaluate(context.func, function)
        return [v.function for v in callees if isinstance(v, Fn)] if len(callees) == 1 else []
    if isinstance(context, f.Attr) and spelled(context.value) is not None:
        owners = program.static.evaluate(context.value, function)
        if len(owners) == 1 and isinstance(owners[0], Obj) and isinstance(owners[0].type, Class):
            method = program.hierarchy.find(owners[0].type, context.attr)
            if method is not None and "property" in method.decorator_names:
                return [method]
    return []


def _fresh_lock(program: Program, maker: Function) -> str | None:
    """The kind of the lock that a function makes at each call and returns, when it does nothing else."""
    if maker.facts.is_generator or maker.facts.is_async or maker.decorator_names & MEMORISING:
        return None
    returns = maker.index.returns
    if len(returns) != 1 or len([s for s in maker.facts.body if not isinstance(s, f.Evaluate)]) != 1:
        return None
    value = returns[0].value
    kind = made_kind(program, maker, value)
    return (
        kind if kind is not None and isinstance(value, f.Call) and not value.args and excludes_threads(kind) else None
    )
