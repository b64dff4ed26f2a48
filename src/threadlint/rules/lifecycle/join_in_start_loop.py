"""Each thread is joined before the next one is started.

## Why it hurts

`join()` waits until the thread has ended. Started and joined in the same iteration, the threads run one after the
other, and the program is as fast as without them. The same goes for `pool.submit(…).result()` in a loop.

## Example

```python
import threading


def fetch(page):
    print("fetching", page)


for page in range(3):
    thread = threading.Thread(target=fetch, args=(page,))
    thread.start()
    thread.join()  # expect: THR311
```

## Instead

Start all of them, then join all of them.

```python
import threading


def fetch(page):
    print("fetching", page)


threads = [threading.Thread(target=fetch, args=(page,)) for page in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
```

## Stays silent when

- anything else happens between `start()` and `join()`;
- the join, or `result()` of a pool's task, has a timeout.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.lifecycle.awaited_tasks import awaited_tasks
from ...analyses.lifecycle.thread_code import is_test
from ...analyses.lifecycle.thread_order import thread_order
from ...model.finding import Confidence, Finding, Rule, Step
from ...program.program import Program

RULE = Rule("THR311", "join-in-start-loop")


def check(program: Program) -> Iterator[Finding]:
    """A finding for each join that follows its own start at once."""
    for disorder in program.ask(thread_order):
        function = disorder.function
        if disorder.kind == "joined-in-start-loop":
            message = f"`{disorder.path}` is joined in the iteration that starts it: no two of them run together"
            story = (Step(program.place(function, disorder.first), "started here"),)
        elif disorder.kind == "one-after-the-other":
            message = f"`{disorder.path}` is joined before the next thread is started: they run one after the other"
            story = (Step(program.place(function, disorder.first), "the next one starts here"),)
        else:
            continue
        yield RULE.finding(
            program.place(function, disorder.at),
            message,
            subjects=(f"{function.module.name}.{disorder.path}",),
            scope=function.qualname,
            story=story,
            help="start all threads first, then join them",
            confidence=Confidence.LOW if is_test(function) else Confidence.HIGH,
        )
    for task in program.ask(awaited_tasks):
        function = task.submit.function
        yield RULE.finding(
            program.place(function, task.result.at),
            "`result()` waits here for the task of this iteration: no two tasks of the pool run together",
            subjects=(function.qualname,),
            scope=function.qualname,
            help="submit all tasks first, then ask for their results; or use `map`",
            confidence=Confidence.LOW if is_test(function) else Confidence.MEDIUM,
        )
