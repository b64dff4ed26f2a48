"""Threads that can run together take the same locks in opposite orders.

## Why it hurts

Each thread holds one lock and waits for the one that the other holds. Neither ever gets it: the program hangs, without
an exception, and often only under load.

## Example

```python
import threading

ledger_lock = threading.Lock()
audit_lock = threading.Lock()


def post():
    with ledger_lock:
        with audit_lock:  # expect: THR101
            print("posted")


def sweep():
    with audit_lock:
        with ledger_lock:
            print("swept")


threading.Thread(target=post).start()
threading.Thread(target=sweep).start()
```

## Instead

Take the locks in one order everywhere, or finish with the first before taking the second.

```python
import threading

ledger_lock = threading.Lock()
audit_lock = threading.Lock()


def post():
    with ledger_lock, audit_lock:
        print("posted")


def sweep():
    with ledger_lock, audit_lock:
        print("swept")


threading.Thread(target=post).start()
threading.Thread(target=sweep).start()
```

## Stays silent when

- all threads hold one common lock around both orders (a gate lock);
- the threads cannot overlap, because one is joined before the other starts;
- one thread alone takes both orders;
- one of the acquisitions gives up (`blocking=False`, a timeout).
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.deadlocks.deadlock_stories import deadlock_stories
from ...analyses.deadlocks.lock_order import Cycle, lock_order
from ...model.finding import Finding, Rule, Severity
from ...program.program import Program

RULE = Rule("THR101", "lock-order-inversion", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each set of locks that threads can take in a cycle."""
    stories = program.ask(deadlock_stories)
    for cycle in program.ask(lock_order).cycles():
        if not cycle.same_class:
            yield _finding(program, cycle, stories.tell(cycle))


def _finding(program: Program, cycle: Cycle, told: object) -> Finding:
    from ...analyses.deadlocks.deadlock_stories import Told

    assert isinstance(told, Told)
    names = [f"`{spelling.short}`" for spelling in told.locks]
    listed = f"{', '.join(names[:-1])} and {names[-1]}"
    how = "in opposite orders" if len(names) == 2 else "in a circle"
    return RULE.finding(
        told.at,
        f"{listed} are taken {how} by threads that can run together",
        subjects=tuple(sorted({spelling.full for spelling in told.locks})),
        scope=told.scope,
        story=told.steps,
        notes=told.notes,
        help=f"take {' and '.join(names)} in one order everywhere, or release one before taking the other",
        confidence=told.confidence,
        label=told.label,
    )
