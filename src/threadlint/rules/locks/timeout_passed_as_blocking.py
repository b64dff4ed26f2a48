"""A number meant as a timeout is passed where `blocking` is expected.

## Why it hurts

The first argument of `Lock.acquire`, `Semaphore.acquire` and `Queue.get`, and the second of `Queue.put`, says
*whether* to wait. `lock.acquire(5)` waits without end, and the code that deals with the timeout never runs.

## Example

```python
import queue
import threading

lock = threading.Lock()
jobs = queue.Queue()


def next_job():
    if not lock.acquire(5):  # expect: THR124
        raise TimeoutError
    try:
        return jobs.get(2.5)  # expect: THR124
    finally:
        lock.release()
```

## Instead

```python
import queue
import threading

lock = threading.Lock()
jobs = queue.Queue()


def next_job():
    if not lock.acquire(timeout=5):
        raise TimeoutError
    try:
        return jobs.get(timeout=2.5)
    finally:
        lock.release()
```

## Stays silent when

- the argument is a bool, 0 or 1;
- the type of the object is not known: other libraries' `acquire(5)` may take a timeout.

## Fix

`timeout=` is put before the argument. The fix is unsafe: code that waited without end now gives up after a while.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.locks.lock_calls import qualified, spelled
from ...analyses.locks.lock_spots import excludes_threads, lock_spots
from ...knowledge.types import QUEUES
from ...model import facts as f
from ...model.finding import Confidence, Edit, Finding, Fix, Rule, Severity
from ...program.program import Program
from ...program.symbols import last_name
from ...program.values import Obj

RULE = Rule("THR124", "timeout-passed-as-blocking", severity=Severity.ERROR)

_POSITIONS = {"acquire": 0, "get": 0, "put": 1}


def check(program: Program) -> Iterator[Finding]:
    """One finding for each call."""
    calls = program.ask(lock_spots).calls
    for method, position in _POSITIONS.items():
        for spot in calls.get(method, ()):
            call: f.Call = spot.node
            arg = call.args[position] if position < len(call.args) else None
            if (
                arg is None
                or arg.keyword is not None
                or arg.star
                or any(a.keyword in ("timeout", "block") for a in call.args)
            ):
                continue
            said = _said(arg.value)
            assert isinstance(call.func, f.Attr)
            path = spelled(call.func.value)
            if said is None or path is None or len(call.args) > position + 1:
                continue
            values = program.static.evaluate(call.func.value, spot.function)
            names = {value.type_name for value in values if isinstance(value, Obj)}
            if len(names) != 1 or len(names) != len({type(v) for v in values}):
                continue
            kind = next(iter(names))
            wanted = excludes_threads(kind) if method == "acquire" else kind in QUEUES and "SimpleQueue" not in kind
            if not wanted:
                continue
            place = program.place(spot.function, arg.value.at)
            parameter = "blocking" if method == "acquire" else "block"
            yield RULE.finding(
                place,
                f"`{path}.{method}` takes {said} as `{parameter}`, not as a timeout, and waits without end",
                subjects=(qualified(spot.function, path),),
                scope=spot.function.qualname,
                help=f"pass `timeout=` by keyword to `{method}`",
                confidence=Confidence.HIGH if isinstance(arg.value, f.Const) else Confidence.MEDIUM,
                fix=Fix(
                    "pass it as `timeout`",
                    (Edit(program.place(spot.function, (arg.value.at[0],) * 2), "timeout="),),
                    safe=False,
                ),
                label=f"this is `{parameter}`",
            )


def _said(value: f.Expr) -> str | None:
    """What the argument looks like, when it is a time and no truth value."""
    if isinstance(value, f.Const) and value.kind in ("int", "float"):
        number = value.value
        return f"`{number}`" if number is not None and (value.kind == "float" or number not in (0, 1)) else None
    name = (last_name(value) or "").lower() if isinstance(value, (f.Name, f.Attr)) else ""
    return f"`{last_name(value)}`" if "timeout" in name or name.endswith(("seconds", "_secs", "delay")) else None
