"""A condition is waited on or notified by a thread that does not hold it.

## Why it hurts

`wait()` and `notify()` raise `RuntimeError` then. And a change that is not made under the condition falls between the
test and the wait of another thread, which then sleeps through it.

## Example

```python
import threading

condition = threading.Condition()
cakes = []


def bake():
    cakes.append("cake")
    condition.notify()  # expect: THR602


def eat():
    with condition:
        while not cakes:
            condition.wait()
        print(cakes.pop())


eater = threading.Thread(target=eat)
baker = threading.Thread(target=bake)
eater.start()
baker.start()
baker.join()
eater.join()
```

## Instead

Change what others wait for, and notify them, under the condition.

```python
import threading

condition = threading.Condition()
cakes = []


def bake():
    with condition:
        cakes.append("cake")
        condition.notify()


def eat():
    with condition:
        while not cakes:
            condition.wait()
        print(cakes.pop())


eater = threading.Thread(target=eat)
baker = threading.Thread(target=bake)
eater.start()
baker.start()
baker.join()
eater.join()
```

## Stays silent when

- a caller holds it, or any other lock: the condition may have been made around that one;
- something on the way may take it unseen: a `with`, a call that has to do with locks, a decorator;
- outside code calls the function and can reach the condition;
- the error is caught.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.handoffs.unheld_conditions import unheld_conditions
from ...analyses.lock_names import lock_names
from ...analyses.traces import traces
from ...model.finding import Confidence, Finding, Rule, Severity
from ...program.program import Program

RULE = Rule("THR602", "condition-not-held", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each call."""
    names, paths = program.ask(lock_names), program.ask(traces)
    for found in program.ask(unheld_conditions):
        event = found.event
        condition = names.spelling(event.detail.receiver.address)
        method = event.subject.rpartition(".")[2]
        who = paths.who(paths.trace(found.root, event).root)
        beginning = paths.beginning(found.root)
        yield RULE.finding(
            program.place(event.function, event.at),
            f"{who} does not hold `{condition.short}`, so that `{method}()` raises `RuntimeError`",
            subjects=(condition.full,),
            scope=event.function.qualname,
            story=(beginning,) if beginning is not None else (),
            help="take the condition around the change and this call: `with` it",
            confidence=Confidence.HIGH if found.sure else Confidence.MEDIUM,
        )
