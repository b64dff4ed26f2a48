"""A lock is made by the code that it is to guard, so that nobody else can wait for it.

## Why it hurts

Every call makes its own lock, and an own lock is always free: any number of threads are inside the section at once.
The code looks guarded and is not.

## Example

```python
import threading

ticket = 0


def next_ticket():
    global ticket
    with threading.Lock():  # expect: THR127
        ticket += 1
        return ticket


def reset():
    global ticket
    lock = threading.Lock()  # expect: THR127
    with lock:
        ticket = 0
```

## Instead

Make the lock where the data is made, and let everybody who touches the data use that one.

```python
import threading

ticket = 0
ticket_lock = threading.Lock()


def next_ticket():
    global ticket
    with ticket_lock:
        ticket += 1
        return ticket
```

## Stays silent when

- the lock leaves the function: returned, stored, passed on, put in a container;
- a function defined inside, or a thread made in the same call, uses it too;
- the lock belongs to asyncio.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.locks.private_locks import PrivateLock, private_locks
from ...knowledge.locks import LOCKS
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR127", "lock-not-shared", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each lock that is made for one user."""
    for private in program.ask(private_locks):
        function = private.function
        told = Step(program.place(function, private.used), "taken here, where it is always free")
        yield RULE.finding(
            program.place(function, private.made),
            _message(private),
            subjects=(f"{function.qualname}.{private.name}" if private.how == "local" else private.name,),
            scope=function.qualname,
            story=(told,) if private.how == "local" else (),
            help="make one lock where the guarded data is made, and use that one everywhere",
            confidence=Confidence.HIGH,
            label="a new lock at every call",
        )


def _message(private: PrivateLock) -> str:
    spelling = LOCKS[private.kind].spelling
    if private.how == "made":
        return f"this `{spelling}` is made for this one `with` and keeps nobody out"
    if private.how == "thread":
        return f"each thread of this loop gets a `{spelling}` of its own, which keeps no other thread out"
    if private.how == "local":
        return f"each call of `{private.function.name}` makes its own `{spelling}`, `{private.name}`, for nobody else"
    if private.how == "property":
        return f"the property `{private.name}` makes a new `{spelling}` each time, so that this `with` keeps nobody out"
    return f"`{private.name}` makes a new `{spelling}` at every call, so that this `with` keeps nobody out"
