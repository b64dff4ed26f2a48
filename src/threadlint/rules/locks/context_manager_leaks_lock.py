"""A `@contextmanager` takes a lock, yields, and releases without `finally`.

## Why it hurts

When the body of the `with` raises, the exception is thrown in at the `yield`: the lines behind it do not run, and
the lock stays held for ever. It looks like a context manager and protects like none.

## Example

```python
import threading
from contextlib import contextmanager


class Device:
    def __init__(self):
        self._lock = threading.RLock()

    @contextmanager
    def exclusive(self):
        self._lock.acquire()
        yield self  # expect: THR122
        self._lock.release()
```

## Instead

```python
import threading
from contextlib import contextmanager


class Device:
    def __init__(self):
        self._lock = threading.RLock()

    @contextmanager
    def exclusive(self):
        with self._lock:
            yield self
```

## Stays silent when

- the `yield` stands inside `with lock:` or a `try` whose `finally` releases;
- the function is a plain generator: that is `lock-held-at-yield`.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.locks.lock_leaks import lock_leaks
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR122", "context-manager-leaks-lock", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each acquisition of a context manager that a raising body leaves held."""
    for leak in program.ask(lock_leaks):
        if leak.how == "yield":
            use = leak.use
            taken = Step(program.place(leak.function, leak.acquired), f"`{use.spelling}` is taken here")
            release = Step(program.place(leak.function, leak.releases[0]), "this does not run then")
            yield RULE.finding(
                program.place(leak.function, leak.at),
                f"`{use.spelling}` stays held when the body of `with {leak.function.name}(…)` raises at this `yield`",
                subjects=(use.subject,),
                scope=leak.function.qualname,
                story=(taken, release),
                help=f"yield inside `with {use.path}:`, or release in a `finally`",
                confidence=Confidence.HIGH if use.typed or use.named_as_lock else Confidence.MEDIUM,
                label="an exception of the body comes out here",
            )
