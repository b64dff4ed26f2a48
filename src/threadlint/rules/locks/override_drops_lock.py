"""An override changes the same data as the method that it replaces, without the lock which that method takes.

## Why it hurts

Everybody who reads the base class believes that the lock guards the data. Objects of the subclass break the promise
for all methods that they inherit, and the place looks innocent: nothing in it reminds of a lock.

## Example

```python
import threading


class Cache:
    def __init__(self):
        self._lock = threading.Lock()
        self._rows = {}

    def put(self, key, row):
        with self._lock:  # see: THR134
            self._rows[key] = row

    def drop(self, key):
        with self._lock:
            self._rows.pop(key, None)


class LoudCache(Cache):
    def put(self, key, row):
        print("put", key)
        self._rows[key] = row  # expect: THR134
```

## Instead

Call the method of the base class, or take its lock.

```python
import threading


class Cache:
    def __init__(self):
        self._lock = threading.Lock()
        self._rows = {}

    def put(self, key, row):
        with self._lock:
            self._rows[key] = row

    def drop(self, key):
        with self._lock:
            self._rows.pop(key, None)


class LoudCache(Cache):
    def put(self, key, row):
        print("put", key)
        super().put(key, row)
```

## Stays silent when

- the override calls the method that it overrides, or enters any context manager;
- it is decorated as if it took a lock;
- the two methods change different attributes.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.locks.dropped_locks import dropped_locks
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR134", "override-drops-lock", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each override."""
    for dropped in program.ask(dropped_locks):
        override, overridden = dropped.override, dropped.overridden
        assert override.cls is not None and overridden.cls is not None
        lock = f"{overridden.cls.facts.qualname}.{dropped.lock}"
        yield RULE.finding(
            program.place(override, dropped.change),
            f"`{override.facts.qualname}` changes `{dropped.attribute}` without the lock `{lock}`, "
            f"which `{overridden.facts.qualname}` takes for it",
            subjects=(f"{overridden.cls.qualname}.{dropped.attribute}", f"{overridden.cls.qualname}.{dropped.lock}"),
            scope=override.qualname,
            story=(
                Step(program.place(overridden, dropped.taken), f"the overridden method takes `{lock}` here"),
                Step(
                    program.place(overridden, dropped.guarded),
                    f"and changes `{dropped.attribute}` under it",
                    held=(lock,),
                ),
            ),
            help=f"call `super().{override.name}(…)`, or take `self.{dropped.lock}`",
            confidence=Confidence.MEDIUM,
            label="no lock is taken",
        )
