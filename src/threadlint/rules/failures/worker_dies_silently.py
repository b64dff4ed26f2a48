"""One failing item ends a worker thread, and nobody notices.

## Why it hurts

An exception that leaves the loop ends the thread. It is printed once; what is in the queue is not worked off any
more, whoever waits for the queue waits for ever, and the periodic task never runs again.

## Example

```python
import queue
import threading

jobs = queue.Queue()


def work():
    while True:
        job = jobs.get()
        if job is None:
            return
        job()  # expect: THR402


worker = threading.Thread(target=work)
worker.start()
jobs.put(print)
jobs.put(None)
worker.join()
```

## Instead

```python
import logging
import queue
import threading

jobs = queue.Queue()


def work():
    while True:
        job = jobs.get()
        if job is None:
            return
        try:
            job()
        except Exception:
            logging.exception("job failed")


worker = threading.Thread(target=work)
worker.start()
jobs.put(print)
jobs.put(None)
worker.join()
```

## Stays silent when

- a broad `except` is around the call, in the loop or outside;
- the program sets an `excepthook`;
- what is called is known: only items of a queue and what was passed to the constructor count;
- the call is one that raises when its connection is closed.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.edits import text_of
from ...analyses.failures.dying_workers import DyingWorker, dying_workers
from ...analyses.lifecycle.thread_code import is_test
from ...model.finding import Confidence, Finding, Rule, Step
from ...program.program import Program

RULE = Rule("THR402", "worker-dies-silently")

_SHOWN = 40


def check(program: Program) -> Iterator[Finding]:
    """A finding for the first foreign call of each worker loop that nothing guards."""
    for dying in program.ask(dying_workers):
        if not is_test(dying.loop.function):
            yield _finding(program, dying)


def _finding(program: Program, dying: DyingWorker) -> Finding:
    function, root = dying.loop.function, dying.loop.root
    called = text_of(function, dying.call.func.at)
    called = f"`{called}`" if len(called) <= _SHOWN and "\n" not in called else "this call"
    then = "its items are never marked as done" if dying.marks_done else "its loop never runs again"
    steps = [Step(program.place(function, dying.loop.loop.at), "the loop that ends", root.name)]
    if root.spawns:
        spawn = root.spawns[0]
        steps.insert(
            0, Step(program.place(spawn.function, spawn.at), f"{root.spelling} `{root.name}` starts here", root.name)
        )
    return RULE.finding(
        program.place(function, dying.call.at),
        f"if {called} raises, {root.spelling} `{root.name}` ends and {then}",
        subjects=(function.qualname,),
        scope=function.qualname,
        story=tuple(steps),
        help="catch and log exceptions inside the loop",
        confidence=Confidence.MEDIUM,
    )
