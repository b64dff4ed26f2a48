"""Tasks whose result is waited for in the very iteration that submits them: no two of them run together.

Domain. `submit(…)` of a pool of threads in the body of a `for` loop or in a comprehension, and `result()` without a
timeout on what it gives, in the same expression or in the statement behind it. A pool that is made in the loop, or of
one worker, is another matter; so is a loop that may be left early, which tries again.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function
from ...program.traverse import walk
from ...program.values import Lit
from ..execution import Event, execution
from ..mentions import Mentions, mentions
from .lifetimes import lifetimes
from .worker_loops import may_be_left


class AwaitedTask(NamedTuple):
    """The task that `submit` hands over in an iteration of a loop, and the call that waits for it there."""

    submit: Event
    result: f.Call


def awaited_tasks(program: Program) -> tuple[AwaitedTask, ...]:
    """All of them, in order of place."""
    where = program.ask(mentions)
    single = {life.obj.site for life in program.ask(lifetimes).of("pool") if _has_one_worker(life.arguments)}
    found: dict[tuple[str, f.Span], AwaitedTask] = {}
    for event in program.ask(execution).calls("concurrent.futures.ThreadPoolExecutor.submit"):
        call, function, pool = event.detail.node, event.function, event.detail.receiver
        if not isinstance(call, f.Call) or pool is None or pool.site is None or pool.site in single:
            continue
        loop = where.loop(function, call)
        if not isinstance(loop, (f.ForLoop, f.Comprehension)) or _stands_in(loop, pool.site, function):
            continue
        result = _waited_for(where, function, call)
        if result is not None:
            found.setdefault((function.module.name, call.at), AwaitedTask(event, result))
    return tuple(found[key] for key in sorted(found))


def _has_one_worker(arguments: Any) -> bool:
    values = arguments.get(0, "max_workers")
    return values is not None and any(isinstance(value, Lit) and value.value == 1 for value in values)


def _stands_in(loop: f.ForLoop | f.Comprehension, site: tuple[str, int], function: Function) -> bool:
    """Whether the pool is made in the loop, or the loop is one that tries again."""
    if isinstance(loop, f.Comprehension):
        return False
    return may_be_left(loop) or any(
        isinstance(node, f.Call) and site == (function.module.name, node.at[0]) for node in walk(loop.body)
    )


def _waited_for(where: Mentions, function: Function, submit: f.Call) -> f.Call | None:
    """The `result()` of the task, in the same expression or in the next statement."""
    above = where.parent(function, submit)
    if isinstance(above, f.Attr):
        return _result(where, function, above)
    if not isinstance(above, f.Assign) or len(above.targets) != 1 or not isinstance(above.targets[0], f.Name):
        return None
    block, position = where.siblings(function, above)
    following = block[position + 1 : position + 2]
    if not following or not isinstance(following[0], (f.Evaluate, f.Assign, f.AugAssign)):
        return None
    for node in walk(following):
        if isinstance(node, f.Attr) and isinstance(node.value, f.Name) and node.value.id == above.targets[0].id:
            return _result(where, function, node)
    return None


def _result(where: Mentions, function: Function, attr: f.Attr) -> f.Call | None:
    call = where.parent(function, attr)
    if attr.attr == "result" and isinstance(call, f.Call) and call.func is attr and not call.args:
        return call
    return None
