"""Far more threads are started than can run.

## Why it hurts

Each thread costs memory and time to start, and the operating system gives out only so many. Hundreds of them for
short work are slower than a few, and one per item of a stream that never ends will fail some day with "can't start
new thread".

## Example

```python
import threading


def square(n):
    print(n * n)


threads = []
for n in range(1000):
    thread = threading.Thread(target=square, args=(n,))  # expect: THR318
    thread.start()
    threads.append(thread)
for thread in threads:
    thread.join()
```

## Instead

```python
from concurrent.futures import ThreadPoolExecutor


def square(n):
    print(n * n)


with ThreadPoolExecutor(8) as pool:
    list(pool.map(square, range(1000)))
```

## Stays silent when

- there are few, or nobody can tell how many;
- a semaphore holds them back, or they are waited for within the loop.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...analyses.lifecycle.lifetimes import lifetimes
from ...analyses.lifecycle.thread_code import is_test
from ...analyses.lifecycle.worker_loops import is_always_true
from ...analyses.mentions import Mentions, mentions
from ...model import facts as f
from ...model.finding import Confidence, Finding, Rule
from ...program.program import Program
from ...program.symbols import Function, dotted, last_name
from ...program.traverse import walk
from ...program.values import Lit

RULE = Rule("THR318", "unbounded-threads")

_MANY = 100
_BOUNDING = frozenset({"acquire", "wait", "join", "sleep", "result", "active_count", "activeCount", "is_alive"})


def check(program: Program) -> Iterator[Finding]:
    """A finding for each thread made in a loop over hundreds, or for each item of an endless stream."""
    where = program.ask(mentions)
    for life in program.ask(lifetimes).of("thread"):
        loop = where.loop(life.function, life.node)
        if loop is None or not life.is_started or _holds_back(loop):
            continue
        number = _iterations(program, life.function, loop)
        endless = isinstance(loop, f.While) and is_always_true(loop.test)
        if number is not None and number >= _MANY:
            message = f"{number} threads are started here, one for each iteration"
            confidence = Confidence.LOW if is_test(life.function) else Confidence.MEDIUM
        elif isinstance(loop, f.ForLoop) and _is_file(where, life.function, loop.iter):
            message = "a thread is started for each line of a file, however long it is"
            confidence = Confidence.LOW if is_test(life.function) else Confidence.MEDIUM
        elif endless and not life.is_done("join"):
            message = "a thread is started for each item of a stream that never ends, and nothing limits their number"
            confidence = Confidence.LOW
        else:
            continue
        yield RULE.finding(
            program.place(life.function, life.node.at),
            message,
            subjects=(f"{life.function.module.name}.{life.name}",),
            scope=life.function.qualname,
            help="use a pool of a few threads: `ThreadPoolExecutor`",
            confidence=confidence,
        )


def _holds_back(loop: Any) -> bool:
    if isinstance(loop, f.Comprehension):
        return False
    for node in walk(loop.body):
        if isinstance(node, f.Call) and last_name(node.func) in _BOUNDING:
            return True
        if isinstance(node, f.With):
            return True
    return False


def _iterations(program: Program, function: Function, loop: Any) -> int | None:
    """How often a loop over `range` with constant bounds runs."""
    source = (
        loop.fors[0].iter if isinstance(loop, f.Comprehension) else loop.iter if isinstance(loop, f.ForLoop) else None
    )
    if not (
        isinstance(source, f.Call) and isinstance(source.func, f.Name) and source.func.id == "range" and source.args
    ):
        return None
    bounds = []
    for arg in source.args:
        value = arg.value.value if isinstance(arg.value, f.Const) else None
        if value is None:
            values = program.static.evaluate(arg.value, function)
            value = values[0].value if len(values) == 1 and isinstance(values[0], Lit) else None
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        bounds.append(value)
    return len(range(*bounds)) if len(bounds) < 3 or bounds[2] else None


def _is_file(where: Mentions, function: Function, source: f.Expr) -> bool:
    """Whether an expression is a file that is open for reading, or lines of one: `sys.stdin`, `open(…)`, the name
    that a `with open(…)` around it gives, or a reader over one of these."""
    if isinstance(source, f.Call):
        name = last_name(source.func)
        if name in ("enumerate", "reader", "DictReader") and source.args:
            return _is_file(where, function, source.args[0].value)
        return name == "open" and isinstance(source.func, f.Name)
    if dotted(source) == "sys.stdin":
        return True
    return isinstance(source, f.Name) and any(
        isinstance(each, f.With)
        and any(
            isinstance(item.target, f.Name) and item.target.id == source.id and _is_file(where, function, item.context)
            for item in each.items
        )
        for each in where.around(function, source)
    )
