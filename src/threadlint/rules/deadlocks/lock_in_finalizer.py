"""A finalizer takes a lock that ordinary code holds now and then.

## Why it hurts

`__del__`, weak reference callbacks and `weakref.finalize` run wherever the last reference goes or the collector starts:
in the middle of any statement, on any thread. If that thread holds the lock, it waits for itself.

## Example

```python
import threading

_lock = threading.Lock()
_live = {}


def register(handle, name):
    with _lock:
        _live[handle] = name


class Resource:
    def __init__(self, handle):
        self._handle = handle
        register(handle, "resource")

    def __del__(self):
        with _lock:  # expect: THR106
            _live.pop(self._handle, None)
```

## Instead

Only note in the finalizer what has to be done (appending to a deque needs no lock), and do it in ordinary code.

```python
import threading
from collections import deque

_lock = threading.Lock()
_live = {}
_gone = deque()


def register(handle, name):
    with _lock:
        while _gone:
            _live.pop(_gone.popleft(), None)
        _live[handle] = name


class Resource:
    def __init__(self, handle):
        self._handle = handle
        register(handle, "resource")

    def __del__(self):
        _gone.append(self._handle)
```

## Stays silent when

- the lock belongs to the dying object alone;
- what replaces `sys.stdout` takes an `RLock`;
- it is only tried (`blocking=False`), or `SimpleQueue.put` does the work;
- a flag of the thread keeps the finalizer from coming back to the lock.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.deadlocks.interruption_stories import Told, interruption_stories
from ...analyses.execution.callbacks import FINALIZER, STREAM
from ...model.finding import Confidence, Finding, Rule, Severity
from ...program.program import Program

RULE = Rule("THR106", "lock-in-finalizer", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each place where a finalizer, or what a finalizer may print through, takes such a lock."""
    stories = program.ask(interruption_stories)
    for told in stories.each(FINALIZER):
        yield _finding(
            told, f"a finalizer takes `{told.lock.short}`{told.through}: it can run in the middle of code that holds "
        )
    for told in stories.each(STREAM):
        yield _finding(
            told,
            f"what is printed takes `{told.lock.short}`{told.through}: a finalizer that prints can run in the middle "
            "of code that holds ",
        )


def _finding(told: Told, what: str) -> Finding:
    return RULE.finding(
        told.at,
        f"{what}it, and then waits for its own thread",
        subjects=(told.lock.full,),
        scope=told.scope,
        story=told.steps,
        help="only append to a deque or put into a `SimpleQueue` here, and let ordinary code do the rest",
        confidence=Confidence.MEDIUM if told.plain else Confidence.LOW,
        label=f"takes `{told.lock.short}` at any moment",
    )
