"""A lock that is in use is replaced by a new one.

## Why it hurts

Whoever holds, or waits for, the old lock excludes nobody who comes after. For that moment two threads are inside,
and the one that leaves may release a lock that it never took.

## Example

```python
import threading


class Session:
    def __init__(self):
        self._lock = threading.Lock()
        self._rows = []

    def add(self, row):
        with self._lock:
            self._rows.append(row)

    def flush(self):
        self._rows = []
        self._lock = threading.Lock()  # expect: THR128
```

## Instead

Keep the lock as long as the object lives, and replace what it guards while holding it.

```python
import threading


class Session:
    def __init__(self):
        self._lock = threading.Lock()
        self._rows = []

    def add(self, row):
        with self._lock:
            self._rows.append(row)

    def flush(self):
        with self._lock:
            self._rows = []
```

## Stays silent when

- it happens while the object is made, copied or unpickled, or in the child after a fork;
- the function sets up, opens, starts or resets the whole object;
- nothing takes the lock.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.locks.replaced_locks import replaced_locks
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR128", "lock-replaced", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each assignment."""
    for replaced in program.ask(replaced_locks):
        cls, function = replaced.cls, replaced.function
        short = f"{cls.facts.qualname}.{replaced.name}" if cls is not None else replaced.name
        full = f"{cls.qualname}.{replaced.name}" if cls is not None else f"{function.module.name}.{replaced.name}"
        yield RULE.finding(
            program.place(function, replaced.at),
            f"`{function.name}` replaces `{short}`, and who holds the old lock keeps nobody out any more",
            subjects=(full,),
            scope=function.qualname,
            story=(Step(program.place(replaced.origin, replaced.first), "the lock in use was made here"),),
            help="keep one lock for the life of the object, and take it to replace what it guards",
            confidence=Confidence.MEDIUM,
            label="a second lock",
        )
