"""A non-blocking or timed `acquire` may fail, and nothing looks at its result.

## Why it hurts

When the lock was not taken, the code that follows runs unprotected; and its `release()` frees the lock of whoever
holds it, or raises `RuntimeError`.

## Example

```python
import threading


class Meter:
    def __init__(self):
        self._lock = threading.Lock()
        self._total = 0

    def add(self, amount):
        self._lock.acquire(timeout=1.0)  # expect: THR123
        try:
            self._total += amount
        finally:
            self._lock.release()
```

## Instead

```python
import threading


class Meter:
    def __init__(self):
        self._lock = threading.Lock()
        self._total = 0

    def add(self, amount):
        if not self._lock.acquire(timeout=1.0):
            raise TimeoutError("meter is busy")
        try:
            self._total += amount
        finally:
            self._lock.release()
```

## Stays silent when

- the result is tested, returned, passed on or kept in a name that is read later;
- `release()` follows at once: "make sure it is free" is not a critical section;
- the function does not release the lock;
- whether it blocks depends on an argument.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.locks.lock_paths import mode_of
from ...analyses.locks.unlooked_acquires import unlooked_acquires
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR123", "acquire-result-ignored", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each such acquisition."""
    for unlooked in program.ask(unlooked_acquires).values():
        use, call = unlooked.use, unlooked.call
        if not use.typed and (use.counts or not use.named_as_lock):
            continue
        way = "does not wait" if mode_of(call) == "try" else "gives up after its timeout"
        released = Step(
            program.place(use.function, unlooked.releases[0]), "this gives back what may not have been taken"
        )
        yield RULE.finding(
            program.place(use.function, call.at),
            f"this `acquire` of `{use.spelling}` {way}, and nobody looks whether it succeeded",
            subjects=(use.subject,),
            scope=use.function.qualname,
            story=(released,),
            help=f"`if not {use.path}.acquire(…): raise …`, or wait without a timeout",
            confidence=Confidence.HIGH if use.typed else Confidence.MEDIUM,
            label="the result is dropped",
        )
