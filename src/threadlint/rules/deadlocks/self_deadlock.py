"""A thread takes a plain lock that it already holds.

## Why it hurts

A `threading.Lock` has no owner: its holder waits for itself, for ever. Directly it is seen at the first test; through a
call, a property or a decorator it waits for the day when that path runs.

## Example

```python
import threading


class Cache:
    def __init__(self):
        self._lock = threading.Lock()
        self._rows = {}

    def size(self):
        with self._lock:
            return len(self._rows)

    def trim(self, limit):
        with self._lock:
            while self.size() > limit:  # expect: THR102
                self._rows.popitem()
```

## Instead

Let a helper that expects the lock do the work, or make the lock an `RLock`.

```python
import threading


class Cache:
    def __init__(self):
        self._lock = threading.Lock()
        self._rows = {}

    def size(self):
        with self._lock:
            return len(self._rows)

    def trim(self, limit):
        with self._lock:
            while len(self._rows) > limit:
                self._rows.popitem()
```

## Stays silent when

- the lock is an `RLock`, or a `Condition()` made without a lock (its own lock is an `RLock`);
- the kind of the lock is not known;
- the inner acquisition gives up (`blocking=False`, a timeout);
- the two locks belong to different objects.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.deadlocks.critical_pairs import critical_pairs
from ...analyses.lock_names import lock_names
from ...analyses.parallel import parallel
from ...analyses.traces import traces
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...model.place import Place
from ...program.program import Program

RULE = Rule("THR102", "self-deadlock", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each place that leads a holder to its own lock."""
    names, paths, together = program.ask(lock_names), program.ask(traces), program.ask(parallel)
    seen: set[tuple[Place, str]] = set()
    for pair in program.ask(critical_pairs).again:
        root = together.roots_of(pair.event.activation)[0]
        trace = paths.trace(root, pair.event)
        hold = trace.hold_of(pair.wanted) or next(each for each in pair.event.held if each.lock is pair.wanted)
        activation, at, entered = trace.towards(hold)
        place = paths.place(activation, at)
        lock = names.spelling(pair.wanted)
        if (place, lock.full) in seen:
            continue
        seen.add((place, lock.full))
        told = [Step(paths.place(hold.activation, hold.at), f"`{lock.short}` is taken here", root.name)]
        if entered:
            inner = paths.place(pair.event.activation, pair.event.at)
            told.append(Step(inner, f"and again here{paths.through(entered)}", root.name, (lock.short,)))
        yield RULE.finding(
            place,
            f"`{lock.short}` is a plain {hold.kind.spelling} and is taken again here by the thread that holds it"
            + (f"{paths.through(entered)}" if entered else ""),
            subjects=(lock.full,),
            scope=activation.function.qualname,
            story=tuple(told),
            help="do the inner work without the lock in a helper that expects it held, or make the lock an `RLock`",
            confidence=Confidence.HIGH if trace.certain(hold) else Confidence.LOW,
            label=f"wants `{lock.short}`, which this thread holds",
        )
