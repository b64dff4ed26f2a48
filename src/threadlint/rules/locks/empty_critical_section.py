"""A lock is taken and given back around nothing.

## Why it hurts

`with lock: pass` waits until the lock is free and then goes on without it: whatever it was to protect can change at
once. Where it is meant as a signal ("wait until the other is done"), an `Event` or a `join` says so.

## Example

```python
# options: strict = true
import threading

lock = threading.Lock()


def wait_for_writer():
    with lock:  # expect: THR132
        pass
```

## Instead

```python
import threading

written = threading.Event()


def wait_for_writer():
    written.wait()
```

## Stays silent when

- the body does anything at all.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.locks.lock_calls import lock_kinds, qualified, spelled, spelling
from ...analyses.locks.lock_spots import lock_spots
from ...model import facts as f
from ...model.finding import Confidence, Finding, Rule, Severity, Tier
from ...program.program import Program

RULE = Rule("THR132", "empty-critical-section", severity=Severity.NOTE, tier=Tier.STRICT)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each empty `with`."""
    for spot in program.ask(lock_spots).withs:
        body = spot.node.body
        if not all(_is_nothing(statement) for statement in body) or spot.node.is_async:
            continue
        for item in spot.node.items:
            path = spelled(item.context)
            if path is not None and lock_kinds(program, spot.function, item.context):
                yield RULE.finding(
                    program.place(spot.function, item.context.at),
                    f"`{spelling(spot.function, path)}` is taken and given back around nothing",
                    subjects=(qualified(spot.function, path),),
                    scope=spot.function.qualname,
                    help="do the work inside, or wait for an `Event` if this is meant as a signal",
                    confidence=Confidence.HIGH,
                )


def _is_nothing(statement: f.Stmt) -> bool:
    if isinstance(statement, f.Jump):
        return statement.kind == "pass"
    return isinstance(statement, f.Evaluate) and isinstance(statement.value, f.Const)
