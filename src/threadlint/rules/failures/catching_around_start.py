"""A `try` around `start()` and `join()` expects the exceptions of the thread.

## Why it hurts

What a thread raises stays in the thread. Neither `start()` nor `join()` raises it, so the handler never runs, and
the failure is only printed.

## Example

```python
import threading


def work():
    raise ValueError("no")


thread = threading.Thread(target=work)
try:
    thread.start()
    thread.join()
except ValueError:  # expect: THR407
    print("the work failed")
```

## Instead

A future raises what the task raised.

```python
from concurrent.futures import ThreadPoolExecutor


def work():
    raise ValueError("no")


with ThreadPoolExecutor() as pool:
    future = pool.submit(work)
    try:
        future.result()
    except ValueError:
        print("the work failed")
```

## Stays silent when

- the handler names what `start()` and `join()` raise themselves (RuntimeError, KeyboardInterrupt, OSError);
- anything else in the `try` can raise what is caught.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...analyses.failures.exceptions import Failures, failures, is_logging
from ...knowledge.types import THREADS
from ...model import facts as f
from ...model.finding import Confidence, Finding, Rule
from ...program.program import Program
from ...program.symbols import Class, Function, caught_types, dotted, last_name
from ...program.traverse import walk
from ...program.values import Cls, Ext, Obj

RULE = Rule("THR407", "catching-around-start")

_OWN = frozenset({
    "RuntimeError", "KeyboardInterrupt", "OSError", "SystemExit", "BaseException", "ThreadError", "error",
    "MemoryError", "InterruptedError",
    "TimeoutError",
})  # fmt: skip
"""What starting and joining may raise themselves."""


def check(program: Program) -> Iterator[Finding]:
    """A finding for each handler of a `try` that does nothing but make, start and join threads."""
    may = program.ask(failures)
    for function in program.functions:
        attributes = function.text.attributes
        if "start" not in attributes or "join" not in attributes:
            continue
        for node in walk(function.facts.body):
            if isinstance(node, f.Try) and node.handlers and _only_runs_threads(program, may, function, node.body):
                handler = next((each for each in node.handlers if _is_for_the_work(each)), None)
                if handler is not None:
                    yield _finding(program, function, node, handler)


def _only_runs_threads(program: Program, may: Failures, function: Function, body: tuple[Any, ...]) -> bool:
    """Whether a block starts and joins threads, and does nothing else that could raise."""
    done: set[str] = set()
    for node in walk(body):
        if isinstance(node, (f.Raise, f.Await, f.Yield, f.Assert, f.Item)):
            return False
        if not isinstance(node, f.Call) or is_logging(node.func):
            continue
        name = last_name(node.func)
        if isinstance(node.func, f.Attr) and name in ("start", "join"):
            if not _is_thread(program, may, node.func.value, function):
                return False
            done.add(name)
            continue
        values = may.callees(node, function)
        makes = any(
            (isinstance(v, Ext) and v.name in THREADS)
            or (isinstance(v, Cls) and program.hierarchy.is_a(v.cls, THREADS))
            for v in values
        )
        if not makes and may.may_raise(node, function):
            return False
    return done == {"start", "join"}


def _is_thread(program: Program, may: Failures, expr: f.Expr, function: Function) -> bool:
    values = may.value_of(expr, function)
    return bool(values) and all(_runs_as_thread(program, value) for value in values)


def _runs_as_thread(program: Program, value: object) -> bool:
    """Whether a value is a thread whose class leaves `start` and `join` as they are."""
    if not isinstance(value, Obj):
        return False
    if not isinstance(value.type, Class):
        return value.type in THREADS
    hierarchy = program.hierarchy
    plain = hierarchy.find(value.type, "join") is None and hierarchy.find(value.type, "start") is None
    return plain and hierarchy.is_a(value.type, THREADS)


def _is_for_the_work(handler: f.Handler) -> bool:
    return not any(last_name(kind) in _OWN for kind in caught_types(handler))


def _finding(program: Program, function: Function, tried: f.Try, handler: f.Handler) -> Finding:
    threads = [
        dotted(node.func.value) for node in walk(tried.body)
        if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.attr == "join"
    ]  # fmt: skip
    thread = threads[0] or "the thread"
    named = handler.type is not None and last_name(handler.type) not in ("Exception", None)
    return RULE.finding(
        program.place(function, handler.at),
        f"what `{thread}` raises never gets here: neither `start()` nor `join()` passes it on",
        subjects=(f"{function.module.name}.{thread}",),
        scope=function.qualname,
        help="submit the work to a pool and call `result()`, or catch inside the target",
        confidence=Confidence.HIGH if named else Confidence.MEDIUM,
    )
