"""A condition is waited on, and what is waited for is not asked for in a loop.

## Why it hurts

A notification is not kept: when it comes before `wait()`, nobody hears it, and the wait lasts for ever. And when
`wait()` returns, that says only that somebody notified: another thread may have taken what there was, or the time was
up.

## Example

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
        if not cakes:
            condition.wait()  # expect: THR601
        print(cakes.pop())


eaters = [threading.Thread(target=eat) for _ in range(2)]
for eater in eaters:
    eater.start()
bake()
bake()
for eater in eaters:
    eater.join()
```

## Instead

Ask in a loop, or let `wait_for` do it.

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
        condition.wait_for(lambda: cakes)
        print(cakes.pop())


eaters = [threading.Thread(target=eat) for _ in range(2)]
for eater in eaters:
    eater.start()
bake()
bake()
for eater in eaters:
    eater.join()
```

## Stays silent when

- a loop asks, here or around the call of the function that waits, or the outcome is asked for behind the wait;
- the function does no more than wait, or the wait is a sleep that a notification cuts short;
- what is waited for is written once, and nobody takes it away;
- the work that ends in the notification is begun under the condition, just before the wait.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.handoffs.untested_waits import UntestedWait, untested_waits
from ...analyses.lock_names import lock_names
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR601", "wait-outside-loop", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each wait."""
    names = program.ask(lock_names)
    for found in program.ask(untested_waits):
        event = found.event
        condition = names.spelling(event.detail.receiver.address)
        here = event.function
        steps = []
        if found.asked is not None:
            steps.append(Step(program.place(here, found.asked), f"`{found.path}` is asked for once"))
        steps.append(Step(program.place(here, event.at), f"and `{condition.short}` is waited on"))
        steps.append(Step(program.place(here, found.relied), "the code goes on here without asking"))
        for other in found.notified[:1]:
            steps.append(Step(program.place(other.function, other.at), "it is notified here"))
        yield RULE.finding(
            program.place(here, event.at),
            _says(found, condition.short),
            subjects=(condition.full,),
            scope=here.qualname,
            story=tuple(steps),
            help=f"ask in a loop, `while not …: {condition.short.rpartition('.')[2]}.wait()`, or use `wait_for`",
            confidence=_confidence(found),
        )


def _says(found: UntestedWait, condition: str) -> str:
    if found.asked is None:
        return f"`{condition}` is waited on without asking whether it was notified before: then this waits in vain"
    why = "that somebody notified, or that the time is up" if found.timed else "that somebody notified"
    return f"`{found.path}` is not asked for again when `{condition}.wait()` returns, which says only {why}"


def _confidence(found: UntestedWait) -> Confidence:
    if found.asked is not None:
        return Confidence.HIGH if found.timed else Confidence.MEDIUM
    pulses = bool(found.notified) and all(event.repeats for event in found.notified)
    return Confidence.MEDIUM if found.timed or pulses else Confidence.HIGH
