"""The locks of two objects of one class are taken one inside the other, in an order that the caller decides.

## Why it hurts

`transfer(a, b)` on one thread and `transfer(b, a)` on another each hold the lock that the other wants. It works in
every test that moves things one way.

## Example

```python
import threading


class Account:
    def __init__(self):
        self.lock = threading.Lock()
        self.balance = 0


def transfer(source, target, amount):
    with source.lock:
        with target.lock:  # expect: THR104
            source.balance -= amount
            target.balance += amount


def pay(source, target):
    transfer(source, target, 1)


checking, savings = Account(), Account()
threading.Thread(target=pay, args=(checking, savings)).start()
threading.Thread(target=pay, args=(savings, checking)).start()
```

## Instead

Take the locks in an order that does not depend on the roles of the objects.

```python
import threading


class Account:
    def __init__(self, number):
        self.number = number
        self.lock = threading.Lock()
        self.balance = 0


def transfer(source, target, amount):
    first, second = sorted((source, target), key=lambda account: account.number)
    with first.lock, second.lock:
        source.balance -= amount
        target.balance += amount


def pay(source, target):
    transfer(source, target, 1)


checking, savings = Account(1), Account(2)
threading.Thread(target=pay, args=(checking, savings)).start()
threading.Thread(target=pay, args=(savings, checking)).start()
```

## Stays silent when

- the objects are put in order first (`sorted`, a comparison of keys);
- a common lock is held around both;
- one object is always the part of the other, so that the order is fixed.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.deadlocks.deadlock_stories import deadlock_stories
from ...analyses.deadlocks.lock_order import lock_order
from ...model.finding import Finding, Rule, Severity
from ...model.place import Place
from ...program.program import Program

RULE = Rule("THR104", "same-class-lock-order", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each place that takes the lock of a second object of a class."""
    stories = program.ask(deadlock_stories)
    seen: set[Place] = set()
    for cycle in program.ask(lock_order).cycles():
        if not cycle.same_class:
            continue
        told = stories.tell(cycle)
        if told.at in seen:
            continue
        seen.add(told.at)
        lock = told.locks[0]
        yield RULE.finding(
            told.at,
            f"`{lock.short}` of two objects is taken one inside the other, in an order that the caller decides",
            subjects=tuple(sorted({spelling.full for spelling in told.locks})),
            scope=told.scope,
            story=told.steps,
            notes=told.notes,
            help="take both locks in an order that does not depend on the arguments: sort the objects by a key first",
            confidence=told.confidence,
            label=told.label,
        )
