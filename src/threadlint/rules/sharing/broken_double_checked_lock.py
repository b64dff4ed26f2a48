"""A thing is tested for, then built under a lock without being tested for again.

## Why it hurts

Two threads that both find it missing queue up at the lock. The first builds; the second gets the lock next, does not
look, and builds again. The first one's object is replaced while others already use it. The lock only made sure that it
happens in order.

## Example

```python
import threading


class Database:
    def __init__(self, url):
        self._url = url
        self._lock = threading.Lock()
        self._link = None

    def link(self):
        if self._link is None:
            with self._lock:
                self._link = connect(self._url)  # expect: THR206
        return self._link


def connect(url):
    return [url]
```

## Instead

```python
import threading


class Database:
    def __init__(self, url):
        self._url = url
        self._lock = threading.Lock()
        self._link = None

    def link(self):
        if self._link is None:
            with self._lock:
                if self._link is None:
                    self._link = connect(self._url)
        return self._link


def connect(url):
    return [url]
```

## Stays silent when

- anything under the lock looks at it before it is built;
- a plain flag is set, not an object built.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.sharing.double_checks import double_checks
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR206", "broken-double-checked-lock", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each thing that is built under a lock without a second test."""
    for found in program.ask(double_checks):
        function = found.function
        yield RULE.finding(
            program.place(function, found.build),
            f"`{found.path}` is built again by a thread that waited for the lock: nothing tests for it under the lock",
            subjects=(f"{function.qualname}.{found.path}",),
            scope=function.qualname,
            story=(
                Step(program.place(function, found.test), f"`{found.path}` is tested here, without the lock"),
                Step(program.place(function, found.lock), "and the lock is taken here"),
            ),
            help="repeat the test inside the `with` block",
            confidence=Confidence.HIGH,
        )
