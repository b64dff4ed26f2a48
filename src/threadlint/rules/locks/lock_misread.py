"""A lock is mentioned where it should be asked, taken or made: the code does nothing of what it says.

## Why it hurts

- `if lock:` is always true, for a lock has no truth value of its own;
- `lock.acquire` without parentheses is a bound method, looked up and dropped: the lock is not taken, or not given back;
- `self.lock = threading.Lock` stores the class; the first `with self.lock:` raises.

## Example

```python
import threading


class Feed:
    def __init__(self):
        self._lock = threading.Lock()
        self._gate = threading.RLock  # expect: THR131

    def push(self, item):
        self._lock.acquire()
        try:
            self.items.append(item)
        finally:
            self._lock.release  # expect: THR131

    def is_busy(self):
        if self._lock:  # expect: THR131
            return True
        with self._gate:
            return bool(self.items)
```

## Instead

```python
import threading


class Feed:
    def __init__(self):
        self._lock = threading.Lock()
        self._gate = threading.RLock()

    def push(self, item):
        with self._lock:
            self.items.append(item)

    def is_busy(self):
        return self._lock.locked()
```

## Stays silent when

- the condition decides about taking that very lock: "if there is a lock, take it";
- the name may hold None, or anything else but a lock: then its truth says something;
- what is stored is called later: a class of locks may be chosen and kept.

## Fix

The missing parentheses are added. That is safe for a class that is stored; for a method it is unsafe: the code will
do what it says for the first time.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.locks.lock_calls import qualified, spelled, spelling
from ...analyses.locks.misread_locks import Misread, misread_locks
from ...model.finding import Confidence, Edit, Finding, Fix, Rule, Severity
from ...program.program import Program

RULE = Rule("THR131", "lock-misread", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each place."""
    for misread in program.ask(misread_locks):
        function, node = misread.function, misread.node
        path = misread.path
        place = program.place(function, node.at)
        fix = None
        if misread.how != "truth":
            end = program.place(function, (node.at[1], node.at[1]))
            fix = Fix("add the parentheses", (Edit(end, "()"),), safe=misread.how == "class")
        yield RULE.finding(
            place,
            _message(misread),
            subjects=(qualified(function, path),),
            scope=function.qualname,
            help=_HELP[misread.how],
            confidence=Confidence.HIGH,
            fix=fix,
            label={"truth": "always true", "bare": "not called"}.get(misread.how, "the class, not a lock"),
        )


_HELP = {
    "truth": "ask `locked()` if it is only for display, or try to take it with `acquire(blocking=False)`",
    "bare": "add the parentheses, or use `with`",
    "class": "call it: `Lock()`",
}


def _message(misread: Misread) -> str:
    name = spelling(misread.function, misread.path)
    if misread.how == "truth":
        return f"the truth of `{name}` is asked, and a lock is always true, held or not"
    if misread.how == "bare":
        return f"`{spelled(misread.node)}` is not called here, and does nothing"
    return f"`{name}` is set to the class `{misread.kind}` and used as if it were a lock"
