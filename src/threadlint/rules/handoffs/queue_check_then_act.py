"""A queue is asked whether it has an item, and another thread can take it before this one does.

## Why it hurts

`if not jobs.empty(): jobs.get()` asks, and then waits. When another thread takes the last job between the two, `get`
waits for the next one, perhaps for ever: at the end of a program, usually for ever.

## Example

```python
import queue
import threading

jobs = queue.Queue()


def work():
    while not jobs.empty():
        job = jobs.get()  # expect: THR609
        print(job)


for number in range(10):
    jobs.put(number)
workers = [threading.Thread(target=work) for _ in range(4)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
```

## Instead

Take it, and handle that there is none.

```python
import queue
import threading

jobs = queue.Queue()


def work():
    while True:
        try:
            job = jobs.get_nowait()
        except queue.Empty:
            return
        print(job)


for number in range(10):
    jobs.put(number)
workers = [threading.Thread(target=work) for _ in range(4)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
```

## Stays silent when

- one thread alone takes items out;
- `get` has a timeout, or does not wait (`get_nowait`, `block=False`);
- test and get stand under a lock that all who take hold.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.handoffs.queue_tests import queue_tests
from ...analyses.lock_names import lock_names
from ...analyses.traces import traces
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR609", "queue-check-then-act", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each get that relies on such a test."""
    names, paths = program.ask(lock_names), program.ask(traces)
    for found in program.ask(queue_tests):
        mine, other = found.site, found.against
        queue = names.spelling(mine.location)
        who = paths.who(paths.trace(mine.root, mine.event).root)
        rival = paths.who(paths.trace(other.root, other.event).root)
        if rival == who:
            rival = f"another {rival.partition(' ')[2]}" if rival.startswith("a ") else f"another {rival}"
        sure = mine.root.kind != "entry" and other.root.kind != "entry"
        yield RULE.finding(
            program.place(mine.function, mine.event.at),
            f"`{queue.short}` has an item when it is asked, and {rival} can take it first: then `get` waits on",
            subjects=(queue.full,),
            scope=mine.function.qualname,
            story=(
                Step(program.place(mine.function, found.tested), f"{who} asks `{queue.short}` for an item here"),
                Step(program.place(other.function, other.event.at), f"{rival} takes one here"),
            ),
            help="take it with `get_nowait()` and handle `queue.Empty`",
            confidence=Confidence.HIGH if sure else Confidence.MEDIUM,
        )
