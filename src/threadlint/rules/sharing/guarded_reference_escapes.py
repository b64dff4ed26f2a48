"""A container that a lock guards is returned as it is.

## Why it hurts

The lock is released when the function returns. What the caller then reads or loops over is the very object that other
threads
change under the lock.

## Example

```python
# options: strict = true
import threading


class Routes:
    def __init__(self):
        self._lock = threading.Lock()
        self._table = {}

    def add(self, name, target):
        with self._lock:
            self._table[name] = target

    def remove(self, name):
        with self._lock:
            del self._table[name]

    def table(self):
        with self._lock:
            return self._table  # expect: THR214
```

## Instead

```python
# options: strict = true
import threading


class Routes:
    def __init__(self):
        self._lock = threading.Lock()
        self._table = {}

    def add(self, name, target):
        with self._lock:
            self._table[name] = target

    def remove(self, name):
        with self._lock:
            del self._table[name]

    def table(self):
        with self._lock:
            return dict(self._table)
```

## Stays silent when

- a copy is returned;
- nobody changes it after construction.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.lock_names import lock_names
from ...analyses.sharing.escaping_references import escaping_references
from ...model.finding import Confidence, Finding, Rule, Severity, Step, Tier
from ...program.program import Program

RULE = Rule("THR214", "guarded-reference-escapes", severity=Severity.NOTE, tier=Tier.STRICT)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each place that gives a guarded container away."""
    names = program.ask(lock_names)
    for found in program.ask(escaping_references):
        name, lock = names.spelling(found.usage.sites[0].location), names.spelling(found.lock)
        function = found.usage.function
        yield RULE.finding(
            program.place(function, found.usage.at),
            f"`{name.short}` leaves `{lock.short}` behind: the caller uses what others change under it",
            subjects=(name.full,),
            scope=function.qualname,
            story=(Step(program.place(found.change.function, found.change.at), f"`{name.short}` is changed here"),),
            help="return a copy",
            confidence=Confidence.MEDIUM,
        )
