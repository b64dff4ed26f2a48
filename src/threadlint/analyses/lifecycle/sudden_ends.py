"""Daemon threads that a script starts, only to end at once: they are stopped wherever they are.

Domain. A script (`scripts`) all of whose threads are daemons, and that makes no pool; one of them is started in its
top level, or in a function that its top level calls in a statement of its own, and from there to the end of the
script nothing stands that takes time: prints, logs, puts, assignments that call nothing, further starts, and loops
and branches of such. Whatever is not known may take time, so that nothing is said. A callback registered with `atexit`
may wait.

Only work that is lost counts: the thread's target comes to an end by itself, or the script puts something into a queue
that the target mentions.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function, last_name
from ...program.traverse import walk
from ..mentions import Mentions, blocks_of, mentions
from ..scripts import Scripts, scripts
from .lifetimes import Life, lifetimes
from .worker_loops import outermost_loops

_BRIEF = frozenset({
    "print", "append", "add", "put", "put_nowait", "set", "debug", "info", "warning", "log", "format", "len", "str",
    "range", "enumerate", "time", "perf_counter", "getLogger", "basicConfig", "setDaemon",
})  # fmt: skip
"""Functions and methods that take no time to speak of."""


class SuddenEnd(NamedTuple):
    """The daemon thread of `life` is started at `start`, and then the script ends."""

    life: Life
    function: Function
    start: f.Call


def sudden_ends(program: Program) -> tuple[SuddenEnd, ...]:
    """All of them, in order of place."""
    started = [
        life for life in program.ask(lifetimes).of("thread", "timer", "pool", "process pool")
        if life.is_started or life.kind not in ("thread", "timer")
    ]  # fmt: skip
    if not started or not all(life.daemon is True and life.kind in ("thread", "timer") for life in started):
        return ()
    where, known = program.ask(mentions), program.ask(scripts)
    starts = {id(use.node) for life in started for use in life.fate.called("start")}
    found = []
    for life in started:
        if life.kind != "thread" or life.escapes or life.homes or life.is_done("join", "is_alive", "isAlive"):
            continue
        for use in life.fate.called("start"):
            if not _has_work(life, use.function):
                continue
            if use.how == "call" and _ends_the_script(where, known, starts, use.function, use.node):
                found.append(SuddenEnd(life, use.function, use.node))
                break
    return tuple(found)


def _has_work(life: Life, function: Function) -> bool:
    """Whether the thread has something to do that will be missing."""
    for fn, _ in life.targets:
        if not any(True for _ in outermost_loops(fn.function.facts.body)):
            return True
        puts = [*function.text.attributes.get("put", ()), *function.text.attributes.get("put_nowait", ())]
        if any(last_name(put.value) in fn.function.text.words() for put in puts):
            return True
    return False


def _ends_the_script(where: Mentions, known: Scripts, starts: set[int], function: Function, call: f.Call) -> bool:
    """Whether nothing that takes time follows a call, to the end of the script."""
    module = function.module
    if "atexit" in module.source.text or not _rest_is_brief(where, starts, function, call):
        return False
    if function.is_top:
        return _is_run_only(known, function, call)
    if function.cls is not None or function.parent is None or not function.parent.is_top or function.facts.is_generator:
        return False
    calls = [
        (caller, above)
        for caller, name in where.names(module, function.name)
        if isinstance(above := where.parent(caller, name), f.Call) and above.func is name
    ]
    return (
        len(calls) == 1
        and calls[0][0].is_top
        and isinstance(where.parent(*calls[0]), f.Evaluate)
        and _is_run_only(known, *calls[0])
        and _rest_is_brief(where, starts, *calls[0])
    )


def _is_run_only(known: Scripts, top: Function, node: Any) -> bool:
    return known.is_guarded(top, node) or known.is_closed(top.module)


def _rest_is_brief(where: Mentions, starts: set[int], function: Function, node: Any) -> bool:
    """Whether the function ends at once behind a node. In a loop its body counts as a whole."""
    statement = where.statement(function, node)
    while statement is not None:
        block, position = where.siblings(function, statement)
        if not all(_is_brief(each, starts, function) for each in block[position + 1 :]):
            return False
        above = where.parent(function, statement)
        statement = where.statement(function, above) if above is not None else None
        if isinstance(statement, (f.With, f.Try, f.While, f.Match)):
            return False
        if isinstance(statement, f.ForLoop) and not _is_brief(statement, starts, function):
            return False
    return True


def _is_brief(statement: Any, starts: set[int], function: Function) -> bool:
    if isinstance(statement, (f.Def, f.ClassDef, f.Import, f.Scope)):
        return True
    if isinstance(statement, (f.If, f.ForLoop)):
        head = statement.test if isinstance(statement, f.If) else statement.iter
        return _calls_are_brief((f.Evaluate(statement.at, head),), starts) and all(
            _is_brief(each, starts, function) for block in blocks_of(statement, function) for each in block
        )
    if isinstance(statement, (f.Evaluate, f.Assign, f.AugAssign)):
        return _calls_are_brief((statement,), starts)
    return False


def _calls_are_brief(nodes: tuple[Any, ...], starts: set[int]) -> bool:
    for node in walk(nodes):
        if isinstance(node, (f.Await, f.Yield)):
            return False
        if isinstance(node, f.Call) and id(node) not in starts and last_name(node.func) not in _BRIEF:
            return False
    return True
