"""`locked()` decides whether to take or to release a lock.

## Why it hurts

`locked()` tells that *somebody* held the lock a moment ago. Between the answer and the next line another thread can
take it, or give it back. Used as "do I hold it already?", it lets a second thread in without the lock; used before
`release()`, it frees the lock of somebody else.

## Example

```python
import threading


class Table:
    def __init__(self):
        self._lock = threading.Lock()

    def dump(self, path):
        if not self._lock.locked():  # expect: THR130
            self._lock.acquire()
        try:
            path.write_text(str(self.rows))
        finally:
            self._lock.release()
```

## Instead

`acquire(blocking=False)` asks and takes in one step; an `RLock` may be taken again by its holder.

```python
import threading


class Table:
    def __init__(self):
        self._lock = threading.RLock()

    def dump(self, path):
        with self._lock:
            path.write_text(str(self.rows))
```

## Stays silent when

- the answer is only shown, logged or asserted;
- the function does not take or release that lock afterwards;
- the lock belongs to asyncio, where nothing happens in between.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.locks.locked_tests import LockedTest, locked_tests
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR130", "locked-then-acquire", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each test."""
    for test in program.ask(locked_tests):
        releases = test.then == "release"
        says = "another thread's lock may be released" if releases else "another thread can take it in between"
        yield RULE.finding(
            program.place(test.function, test.at),
            f"`locked()` of `{test.spelling}` decides about `{test.then}`: it tells that anybody holds it, and {says}",
            subjects=(test.subject,),
            scope=test.function.qualname,
            story=(Step(program.place(test.function, test.act), f"`{test.then}` relies on the answer"),),
            help=(
                "keep in a variable whether this thread took it"
                if releases
                else "use `acquire(blocking=False)`, which asks and takes in one step, or an `RLock` for re-entry"
            ),
            confidence=_confidence(test),
            label="may be out of date on the next line",
        )


def _confidence(test: LockedTest) -> Confidence:
    """A release in a function that does not take the lock may well be the other half of a hand-over."""
    if test.then == "release":
        return Confidence.MEDIUM if test.takes else Confidence.LOW
    return Confidence.HIGH if test.known else Confidence.MEDIUM
