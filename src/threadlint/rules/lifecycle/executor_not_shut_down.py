"""A pool of threads is made and never shut down.

## Why it hurts

A pool that nothing shuts down keeps its threads, and nothing waits for the tasks that are still in it: the function
returns while they run, and what they raise is lost.

## Example

```python
from concurrent.futures import ThreadPoolExecutor


def fetch(url):
    return len(url)


def total(urls):
    pool = ThreadPoolExecutor(4)  # expect: THR314
    futures = [pool.submit(fetch, url) for url in urls]
    return sum(future.result() for future in futures)


print(total(["a", "b"]))
```

## Instead

```python
from concurrent.futures import ThreadPoolExecutor


def fetch(url):
    return len(url)


def total(urls):
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(fetch, url) for url in urls]
        return sum(future.result() for future in futures)


print(total(["a", "b"]))
```

## Stays silent when

- the pool is entered by `with`, or `shutdown`, `close` or `terminate` is called on it somewhere;
- it is returned, passed on, or kept in a global, a class attribute or a public attribute;
- nobody keeps it, and its only task is asked for its result: then it goes by itself;
- it is kept by an object that can be closed, and what closes that mentions it.

## Fix

Unsafe: `with` takes the place of the assignment, and the rest of the block is indented.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.lifecycle.forgetful_closes import ForgetfulClose, forgetful_closes
from ...analyses.lifecycle.lifetimes import lifetimes
from ...analyses.lifecycle.thread_code import is_test
from ...model import facts as f
from ...model.finding import Confidence, Finding, Rule, Step
from ...program.program import Program

RULE = Rule("THR314", "executor-not-shut-down")

_ENDS = ("shutdown", "close", "terminate", "join", "__exit__", "__enter__", "stop", "_shutdown")


def check(program: Program) -> Iterator[Finding]:
    """A finding for each pool that is neither shut down nor leaves the picture."""
    asked = {
        id(future.node.func.value)
        for future in program.ask(lifetimes).of("future")
        if isinstance(future.node.func, f.Attr) and future.is_done("result", "exception", "get")
    }
    for life in program.ask(lifetimes).of("pool"):
        if life.cls is not None or life.is_done(*_ENDS) or life.fate.of("with") or life.escapes:
            continue
        if any(kind == "global" for kind, _, _ in life.fate.homes) or life.function.is_top:
            continue
        forgetful = program.ask(forgetful_closes).of(life)
        if forgetful is not None:
            yield _left_behind(program, forgetful)
        if life.is_public or life.can_be_stopped:
            continue
        if not life.fate.homes and (not life.fate.uses or id(life.node) in asked):
            continue
        yield RULE.finding(
            program.place(life.function, life.node.at),
            f"pool `{life.name}` is never shut down: nothing waits for its tasks, and its threads stay",
            subjects=(f"{life.function.module.name}.{life.name}",),
            scope=life.function.qualname,
            help="use it in a `with` statement, or call `shutdown()` when it is not needed any more",
            confidence=Confidence.LOW if is_test(life.function) or life.homes else Confidence.MEDIUM,
        )


def _left_behind(program: Program, forgetful: ForgetfulClose) -> Finding:
    life, close = forgetful.life, forgetful.close
    return RULE.finding(
        program.place(life.function, life.node.at),
        f"pool `{life.name}` is never shut down, not even by `{close.facts.qualname}`",
        subjects=(f"{life.function.module.name}.{life.name}",),
        scope=life.function.qualname,
        story=(Step(program.place(close, close.facts.name_at), "this leaves it as it is"),),
        help=f"call `shutdown()` in `{close.name}`",
        confidence=Confidence.LOW if is_test(life.function) else Confidence.MEDIUM,
    )
