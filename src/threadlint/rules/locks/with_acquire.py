"""A `with` statement enters what `acquire()` returned, not the lock.

## Why it hurts

`acquire()` gives True. Python takes the lock, finds that True is no context manager, and raises; the lock stays held
for ever.

## Example

```python
import threading

lock = threading.Lock()


def bump(counter):
    with lock.acquire():  # expect: THR125
        counter.value += 1
```

## Instead

```python
import threading

lock = threading.Lock()


def bump(counter):
    with lock:
        counter.value += 1
```

## Stays silent when

- `acquire()` belongs to another kind of object, whose result may well be a context manager (file locks, pools);
- the object is one of asyncio's.

## Fix

`.acquire()` is removed. The fix is safe: the code as it stands always raises.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.locks.lock_calls import lock_kinds, method_call, qualified, spelled, spelling
from ...analyses.locks.lock_spots import excludes_threads, lock_spots
from ...model import facts as f
from ...model.finding import Confidence, Edit, Finding, Fix, Rule, Severity
from ...program.program import Program

RULE = Rule("THR125", "with-acquire", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each `with lock.acquire()`."""
    for spot in program.ask(lock_spots).withs:
        for item in spot.node.items:
            lock = method_call(item.context, frozenset({"acquire"}))
            path = spelled(lock)
            if lock is None or path is None or spot.node.is_async:
                continue
            kinds = lock_kinds(program, spot.function, lock)
            if not kinds or not all(excludes_threads(kind) for kind in kinds):
                continue
            assert isinstance(item.context, f.Call)
            whole = program.place(spot.function, item.context.at)
            rest = program.place(spot.function, (lock.at[1], item.context.at[1]))
            arguments = bool(item.context.args)
            yield RULE.finding(
                whole,
                f"`with {path}.acquire()` enters a bool: it raises, and `{spelling(spot.function, path)}` stays held",
                subjects=(qualified(spot.function, path),),
                scope=spot.function.qualname,
                help=f"write `with {path}:`",
                confidence=Confidence.HIGH,
                fix=Fix("enter the lock itself", (Edit(rest, ""),), safe=not arguments),
                label="a bool, not the lock",
            )
