"""Futures are waited for, but their results are never read.

## Why it hurts

`wait()` and `as_completed()` do not raise what a task raised; only `result()` does. All tasks may have failed, and
the code goes on as if all had worked.

## Example

```python
from concurrent.futures import ThreadPoolExecutor, wait


def save(page):
    with open(page, "w") as out:
        out.write(page)


with ThreadPoolExecutor() as pool:
    futures = [pool.submit(save, page) for page in ["one", "two"]]
    wait(futures)  # expect: THR405
```

## Instead

```python
from concurrent.futures import ThreadPoolExecutor, as_completed


def save(page):
    with open(page, "w") as out:
        out.write(page)


with ThreadPoolExecutor() as pool:
    futures = [pool.submit(save, page) for page in ["one", "two"]]
    for future in as_completed(futures):
        future.result()
```

## Stays silent when

- `result()` or `exception()` of the futures is called anywhere, or they have a done-callback;
- the futures leave the picture;
- the task catches what it raises, or does nothing that can fail.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.failures.exceptions import failures
from ...analyses.lifecycle.lifetimes import lifetimes
from ...analyses.lifecycle.thread_code import is_test
from ...model import facts as f
from ...model.finding import Confidence, Finding, Rule, Step
from ...program.program import Program
from ...program.symbols import dotted

RULE = Rule("THR405", "wait-without-reading")

_READING = frozenset(
    {"result", "exception", "add_done_callback", "get", "set_exception", "set_result", "traceback", "successful"}
)


def check(program: Program) -> Iterator[Finding]:
    """A finding for each wait whose futures nobody reads."""
    may = program.ask(failures)
    seen: set[tuple[str, f.Span]] = set()
    for life in program.ask(lifetimes).of("future"):
        waits = [use for use in life.fate.uses if use.how == "kept" and use.name in ("wait", "as_completed")]
        if not waits or life.is_done(*_READING) or life.escapes:
            continue
        targets = [fn.function for fn, _ in life.targets]
        if targets and not any(may.may_fail(target) for target in targets):
            continue
        for use in waits:
            key = (use.function.module.name, use.node.at)
            if key in seen:
                continue
            seen.add(key)
            task = life.node.args[0].value if life.node.args else None
            name = dotted(task) if task is not None else None
            what = f"`{name}`" if name else "a task"
            yield RULE.finding(
                program.place(use.function, use.node.at),
                f"these futures are waited for and never read: if {what} fails nobody will know",
                subjects=(f"{life.function.module.name}.{name or life.name}",),
                scope=use.function.qualname,
                story=(Step(program.place(life.function, life.node.at), "submitted here"),),
                help="call `result()` on each of them",
                confidence=Confidence.LOW
                if is_test(use.function)
                else Confidence.HIGH
                if targets
                else Confidence.MEDIUM,
            )
