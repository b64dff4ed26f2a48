"""The result of `start()` or `join()` is used, but it is None.

## Why it hurts

`start()` returns None. `t = Thread(…).start()` starts a thread that nobody can join any more, and `t.join()` raises
AttributeError.

`join()` returns None as well: what the target returned goes nowhere, and after `join(timeout)` only `is_alive()` tells
whether the thread has ended.

## Example

```python
import threading


def work():
    print("working")


thread = threading.Thread(target=work).start()  # expect: THR310
```

## Instead

```python
import threading


def work():
    print("working")


thread = threading.Thread(target=work)
thread.start()
thread.join()
```

## Stays silent when

- the class of the thread has a `start` or `join` of its own;
- the result is returned, or dropped, or the name that gets the result of `join()` is never used.

## Fix

Safe: the assignment is split into two statements.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ...analyses.edits import split_start
from ...analyses.execution import execution
from ...analyses.mentions import Mentions, mentions
from ...model import facts as f
from ...model.finding import Finding, Fix, Rule, Severity
from ...program.program import Program
from ...program.symbols import Function, dotted

RULE = Rule("THR310", "start-result-used", severity=Severity.ERROR)


_METHODS = ("start", "join")


def check(program: Program) -> Iterator[Finding]:
    """A finding for each `start()` or `join()` of a thread whose result gets a name or a place."""
    where = program.ask(mentions)
    names = [f"threading.{kind}.{method}" for method in _METHODS for kind in ("Thread", "Timer")]
    for event in program.ask(execution).calls(*names):
        call, function = event.detail.node, event.function
        if not isinstance(call, f.Call):
            continue
        method = event.subject.rpartition(".")[2]
        kept = _kept(where, function, call)
        if kept is not None and (method == "start" or _is_used(function, kept)):
            yield _finding(program, where, function, call, method, kept)
        elif method == "join" and _is_tested(where, function, call):
            yield RULE.finding(
                program.place(function, call.at),
                "`join()` returns None, whether the thread has ended or not: this test always goes one way",
                subjects=(f"{function.module.name}.{dotted(call.func) or method}",),
                scope=function.qualname,
                help="ask `is_alive()` after the join",
            )


class _Kept(NamedTuple):
    """The name or container that gets a result, and the node that puts it there."""

    target: str
    above: Any
    several: bool


def _kept(where: Mentions, function: Function, call: f.Call) -> _Kept | None:
    above = where.parent(function, call)
    if isinstance(above, f.Assign):
        return _Kept(dotted(above.targets[0]) or "the name", above, False)
    if isinstance(above, f.Walrus):
        return _Kept(above.target.id, above, False)
    if isinstance(above, f.Comprehension) and above.kind != "generator":
        outer = where.parent(function, above)
        return _Kept(dotted(outer.targets[0]) or "the list", above, True) if isinstance(outer, f.Assign) else None
    if isinstance(above, f.Arg):
        outer = where.parent(function, above)
        if isinstance(outer, f.Call) and isinstance(outer.func, f.Attr) and outer.func.attr in ("append", "add"):
            return _Kept(dotted(outer.func.value) or "the list", above, True)
    return None


def _is_used(function: Function, kept: _Kept) -> bool:
    """Whether a name that gets a result is mentioned anywhere else; `_` never is. Attributes are."""
    if kept.target.startswith("_"):
        return False
    mentioned = function.text.names.get(kept.target, ())
    return "." in kept.target or len(mentioned) > 1


def _is_tested(where: Mentions, function: Function, call: f.Call) -> bool:
    above = where.parent(function, call)
    if isinstance(above, f.Not):
        above = where.parent(function, above)
    if isinstance(above, f.Compare):
        return True
    return isinstance(above, (f.If, f.While, f.Assert))


def _finding(program: Program, where: Mentions, function: Function, call: f.Call, method: str, kept: _Kept) -> Finding:
    edits = split_start(where, function, call, kept.above) if method == "start" else ()
    return RULE.finding(
        program.place(function, call.at),
        f"`{kept.target}` holds {'only None' if kept.several else 'None'}: that is what `{method}()` returns",
        subjects=(f"{function.module.name}.{kept.target}",),
        scope=function.qualname,
        help="keep the thread first, and start it in a statement of its own"
        if method == "start"
        else "let the thread put its result into a list or a queue, or use a pool: `submit(…).result()`",
        fix=Fix("start it in a statement of its own", edits) if edits else None,
    )
