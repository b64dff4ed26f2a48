"""A thread waits, holding a lock, for a thread that needs this lock to get there.

## Why it hurts

`join()`, `result()`, `shutdown()`, `get()` and `Event.wait()` return when another thread has done its part. If that
thread first has to take a lock that the waiting one holds, neither goes on: a deadlock of one lock.

## Example

```python
import threading


class Pump:
    def __init__(self):
        self._lock = threading.Lock()
        self._moved = 0
        self._thread = threading.Thread(target=self._run)

    def start(self):
        self._thread.start()

    def _run(self):
        for _ in range(100):
            with self._lock:
                self._moved += 1

    def close(self):
        with self._lock:
            self._thread.join()  # expect: THR103


pump = Pump()
pump.start()
pump.close()
```

## Instead

Say under the lock that it is over, and wait after the lock is released.

```python
import threading


class Pump:
    def __init__(self):
        self._lock = threading.Lock()
        self._moved = 0
        self._over = False
        self._thread = threading.Thread(target=self._run)

    def start(self):
        self._thread.start()

    def _run(self):
        while True:
            with self._lock:
                if self._over:
                    return
                self._moved += 1

    def close(self):
        with self._lock:
            self._over = True
        self._thread.join()


pump = Pump()
pump.start()
pump.close()
```

## Stays silent when

- the wait has a timeout;
- the other thread only tries the lock, or gives up after a time;
- somebody else can end the wait without the lock.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.deadlocks.wait_rings import wait_rings
from ...analyses.deadlocks.wait_stories import wait_stories
from ...model.finding import Finding, Rule, Severity
from ...program.program import Program

RULE = Rule("THR103", "wait-for-lock-holder", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each place that waits under a lock for whoever needs it."""
    stories = program.ask(wait_stories)
    for told in stories.each(ring for ring in program.ask(wait_rings).found if ring.waiting.wait.on != "condition"):
        yield RULE.finding(
            told.at,
            f"{told.what} while `{told.lock.short}` is held, but {told.other} has to take `{told.needed.short}` "
            "before it gets there",
            subjects=told.subjects,
            scope=told.scope,
            story=told.steps,
            notes=told.notes,
            help=f"release `{told.lock.short}` before waiting, or give the wait a timeout",
            confidence=told.confidence,
            label=told.label,
        )
