"""A thread waits on a condition while it holds another lock, which whoever notifies has to take first.

## Why it hurts

`Condition.wait` gives back its own lock and no other. A notifier that needs the second lock never gets to `notify`:
both wait for ever.

## Example

```python
import threading

registry = threading.Lock()
ready = threading.Condition()
items = []


def take():
    with registry:
        with ready:
            while not items:
                ready.wait()  # expect: THR109
            return items.pop()


def give(item):
    with registry:
        with ready:
            items.append(item)
            ready.notify()


taker = threading.Thread(target=take)
taker.start()
give(1)
taker.join()
```

## Instead

Wait without the other lock, or make the condition around it: `Condition(registry)` gives that lock back while it waits.

```python
import threading

registry = threading.Lock()
ready = threading.Condition(registry)
items = []


def take():
    with registry:
        while not items:
            ready.wait()
        return items.pop()


def give(item):
    with registry:
        items.append(item)
        ready.notify()


taker = threading.Thread(target=take)
taker.start()
give(1)
taker.join()
```

## Stays silent when

- the wait has a timeout;
- somebody can notify without the other lock.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.deadlocks.wait_rings import wait_rings
from ...analyses.deadlocks.wait_stories import wait_stories
from ...model.finding import Finding, Rule, Severity
from ...program.program import Program

RULE = Rule("THR109", "wait-holding-another-lock", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each wait on a condition under a lock that all notifiers need."""
    stories = program.ask(wait_stories)
    for told in stories.each(ring for ring in program.ask(wait_rings).found if ring.waiting.wait.on == "condition"):
        yield RULE.finding(
            told.at,
            f"{told.what} while `{told.lock.short}` is held as well, but {told.other} has to take "
            f"`{told.needed.short}` "
            "before it can notify",
            subjects=told.subjects,
            scope=told.scope,
            story=told.steps,
            notes=told.notes,
            help=f"wait without `{told.lock.short}`, or make the condition around it",
            confidence=told.confidence,
            label=told.label,
        )
