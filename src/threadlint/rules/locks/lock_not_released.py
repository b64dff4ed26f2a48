"""A path leaves the function with a lock still held.

## Why it hurts

The next thread that wants the lock waits for ever, and nothing points to the `return` or `raise` that left early.
The path is often the rare one, so the program hangs in production and not in its tests.

## Example

```python
import threading


class Inventory:
    def __init__(self):
        self._lock = threading.Lock()
        self._items = {}

    def take(self, name):
        self._lock.acquire()
        if name not in self._items:
            return None  # expect: THR120
        count = self._items.pop(name)
        self._lock.release()
        return count
```

## Instead

Let a `with` statement give the lock back on every path.

```python
import threading


class Inventory:
    def __init__(self):
        self._lock = threading.Lock()
        self._items = {}

    def take(self, name):
        with self._lock:
            return self._items.pop(name, None)
```

## Stays silent when

- `finally` gives the lock back, or a flag that mirrors the acquisition decides about it;
- the path is one on which a try-lock was not taken;
- no path of the function gives the lock back, so that it is kept on purpose: `acquire()` and `release()` of a class
  that is a lock itself, `__enter__` and `__exit__`, handlers before and after a fork;
- the function returns True exactly where it keeps the lock, or keeps it whenever it does not fail;
- the release, or the lock, is handed on: `stack.callback(lock.release)`, `submit(work, lock)`;
- the lock passes from thread to thread as a signal: one is taken, another released.

A method beside which another one only releases the lock may begin what that one ends: low confidence.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.locks.lock_leaks import Leak, lock_leaks
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR120", "lock-not-released", severity=Severity.ERROR)

_WAYS = {
    "return": "this `return` leaves",
    "raise": "this `raise` leaves",
    "continue": "the next round of the loop begins with",
    "end": "a path from here to the end of the function leaves",
}


def check(program: Program) -> Iterator[Finding]:
    """One finding for each acquisition that a statement leaves held."""
    for leak in program.ask(lock_leaks):
        if leak.how in _WAYS:
            yield RULE.finding(
                program.place(leak.function, leak.at),
                f"{_WAYS[leak.how]} `{leak.use.spelling}` held, which other paths of `{leak.function.name}` give back",
                subjects=(leak.use.subject,),
                scope=leak.function.qualname,
                story=_story(program, leak),
                help=f"use `with {leak.use.path}:`, or release in a `finally`",
                confidence=_confidence(leak),
                label="still held here" if leak.how != "end" else "not given back on every path",
            )


def _story(program: Program, leak: Leak) -> tuple[Step, ...]:
    taken = Step(program.place(leak.function, leak.acquired), f"`{leak.use.spelling}` is taken here")
    given = [Step(program.place(leak.function, at), "another path gives it back here") for at in leak.releases[:2]]
    return ((taken,) if leak.how != "end" else ()) + tuple(given)


def _confidence(leak: Leak) -> Confidence:
    if leak.paired:
        return Confidence.LOW
    if leak.use.typed:
        return Confidence.HIGH
    return Confidence.MEDIUM if leak.use.named_as_lock else Confidence.LOW
