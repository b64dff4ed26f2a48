"""One generator is advanced by several threads.

## Why it hurts

A generator that is asked for its next item while it works on one raises `ValueError: generator already executing`.
Iterators of the
library skip or repeat items, and may crash a free-threaded build.

## Example

```python
import threading


def pages(limit):
    for number in range(limit):
        yield f"page {number}"


work = pages(1000)


def crawl():
    while True:
        page = next(work)  # expect: THR219
        print(page)


for _ in range(4):
    threading.Thread(target=crawl).start()
```

## Instead

Put the items on a queue, or hold a lock around `next`.

```python
import threading


def pages(limit):
    for number in range(limit):
        yield f"page {number}"


work = pages(1000)
work_lock = threading.Lock()


def crawl():
    while True:
        with work_lock:
            page = next(work)
        print(page)


for _ in range(4):
    threading.Thread(target=crawl).start()
```

## Stays silent when

- a lock is held around each step;
- it is `itertools.count` or `cycle`.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.sharing.shared_iterators import shared_iterators
from ...analyses.traces import traces
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR219", "shared-generator", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each function that advances an iterator beside another thread."""
    paths = program.ask(traces)
    for found in program.ask(shared_iterators):
        function = found.event.function
        made = Step(program.place(found.made.function, found.made.at), f"`{found.name}` is made here")
        beginning = paths.beginning(found.first.root)
        harm = "raises `ValueError` in one of them" if found.is_generator else "skips or repeats items"
        yield RULE.finding(
            program.place(function, found.event.at),
            f"`{found.name}` is advanced by several threads at once, which {harm}",
            subjects=(f"{function.module.name}.{found.name}",),
            scope=function.qualname,
            story=(made, *((beginning,) if beginning is not None else ())),
            help="hold a lock around each `next`, or hand the items out through a queue",
            confidence=Confidence.HIGH if found.is_generator else Confidence.MEDIUM,
        )
