"""A lock is made on first use, behind a test whether there is one already.

## Why it hurts

Two threads that come first both find no lock, and both make one. Each takes its own, and both are inside the section
that the lock was to guard. The same with `threading.local`: the second one hides what the first thread kept in its own.

## Example

```python
import threading


class Journal:
    _lock = None

    def write(self, line):
        if self._lock is None:
            self._lock = threading.Lock()  # expect: THR136
        with self._lock:
            self.lines.append(line)
```

## Instead

Make the lock with the object; it costs next to nothing.

```python
import threading


class Journal:
    def __init__(self):
        self._lock = threading.Lock()
        self.lines = []

    def write(self, line):
        with self._lock:
            self.lines.append(line)
```

For a table of locks, one lock guards the table, or `setdefault` lets one of them win.

## Stays silent when

- it happens while the object is made (`__init__`, `__setstate__`, helpers that only they call);
- another lock is held around the test and the assignment;
- what is tested is an argument: `if lock is None: lock = Lock()`.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.locks.lazy_locks import lazy_locks
from ...analyses.locks.lock_calls import qualified, spelling
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR136", "lock-created-lazily", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each place."""
    for lazy in program.ask(lazy_locks):
        name = spelling(lazy.function, lazy.place)
        thing = "`threading.local`" if lazy.kind == "threading.local" else "lock"
        yield RULE.finding(
            program.place(lazy.function, lazy.made),
            f"`{name}` is made on first use: two threads that come first make two, and each uses its own {thing}",
            subjects=(qualified(lazy.function, lazy.place),),
            scope=lazy.function.qualname,
            story=(Step(program.place(lazy.function, lazy.test), "two threads can both find it missing here"),),
            help="make it together with what it guards, or make it under a lock that is always there",
            confidence=Confidence.HIGH,
            label="made on first use",
        )
