"""A thread waits for something slow while it holds a lock that others want only for a moment.

## Why it hurts

Everybody who needs the lock stands still for as long as the sleep, the request, the child process or the other thread
takes; and if that never comes, for ever.

## Example

```python
import queue
import threading


class Mailbox:
    def __init__(self):
        self._lock = threading.Lock()
        self._letters = queue.Queue()
        self._read = 0

    def next(self):
        with self._lock:
            letter = self._letters.get()  # expect: THR506
            self._read += 1
        return letter

    def read(self):
        with self._lock:
            return self._read
```

## Instead

Wait first, and take the lock for what it protects.

```python
import queue
import threading


class Mailbox:
    def __init__(self):
        self._lock = threading.Lock()
        self._letters = queue.Queue()
        self._read = 0

    def next(self):
        letter = self._letters.get()
        with self._lock:
            self._read += 1
        return letter

    def read(self):
        with self._lock:
            return self._read
```

## Stays silent when

- the wait has a timeout of at most five seconds, or one that the text does not show;
- every section of the lock waits in this way: letting one in at a time is what the lock is for;
- what is waited for is made once, at its first use, and everybody needs it;
- it is a condition, which gives its lock back while it waits.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.deadlocks.slow_sections import Slow, slow_sections
from ...analyses.execution import Hold
from ...analyses.lock_names import lock_names
from ...analyses.parallel import parallel
from ...analyses.traces import traces
from ...model.finding import Confidence, Finding, Rule, Step
from ...model.place import Place
from ...program.program import Program

RULE = Rule("THR506", "blocking-under-lock")


def check(program: Program) -> Iterator[Finding]:
    """One finding for each place that waits under a lock."""
    names, paths, together = program.ask(lock_names), program.ask(traces), program.ask(parallel)
    told: set[Place] = set()
    for slow in program.ask(slow_sections).found:
        event = slow.waiting.event
        trace = paths.trace(together.roots_of(event.activation)[0], event)
        hold = trace.hold_of(slow.hold.lock) or slow.hold
        activation, at, entered = trace.towards(hold)
        lock = names.spelling(hold.lock)
        place = paths.place(activation, at)
        if place in told:
            continue
        told.add(place)
        steps = [Step(paths.place(hold.activation, hold.at), f"`{lock.short}` is taken here", trace.root.name)]
        if entered:
            steps.append(
                Step(paths.place(event.activation, event.at), "and here is the wait", trace.root.name, (lock.short,))
            )
        function, span = slow.quick[0]
        steps.append(
            Step(program.place(function, span), f"`{function.facts.qualname}` wants `{lock.short}` for a moment only")
        )
        yield RULE.finding(
            place,
            f"`{slow.waiting.wait.what}()` can wait here for a long time while `{lock.short}` is "
            f"held{paths.through(entered)}",
            subjects=(lock.full,),
            scope=activation.function.qualname,
            story=tuple(step for step in steps if step.at != place),
            help=f"wait before `{lock.short}` is taken or after it is released, or give the wait a short timeout",
            confidence=_confidence(hold, slow),
            label=f"waits with `{lock.short}` held",
        )


def _confidence(hold: Hold, slow: Slow) -> Confidence:
    if hold.kind.reentrant is None or slow.unhurried or not slow.certain:
        return Confidence.LOW
    return Confidence.MEDIUM
