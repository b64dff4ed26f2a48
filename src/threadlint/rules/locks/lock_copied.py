"""An object whose class holds a lock is copied or pickled.

## Why it hurts

`copy.deepcopy` and `pickle` raise `TypeError: cannot pickle '_thread.lock' object`. `copy.copy` succeeds and shares
the lock: the copy and the original exclude each other, though their data are apart.

## Example

```python
import copy
import threading


class Ledger:
    def __init__(self):
        self._lock = threading.Lock()
        self.rows = []


def snapshot(ledger: Ledger):
    return copy.deepcopy(ledger)  # expect: THR135
```

## Instead

Leave the lock out of the state, and make a new one for the copy.

```python
import copy
import threading


class Ledger:
    def __init__(self):
        self._lock = threading.Lock()
        self.rows = []

    def __getstate__(self):
        with self._lock:
            return {"rows": list(self.rows)}

    def __setstate__(self, state):
        self.rows = state["rows"]
        self._lock = threading.Lock()


def snapshot(ledger: Ledger):
    return copy.deepcopy(ledger)
```

## Stays silent when

- the class says how it is copied: `__getstate__`, `__copy__`, `__deepcopy__`, `__reduce__`;
- the lock is one of the class, not of the instance.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.locks.copied_locks import copied_locks
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR135", "lock-copied", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each call."""
    for copied in program.ask(copied_locks):
        cls = copied.cls
        says = (
            "shares its lock with the copy" if copied.shares else "raises, for a lock can be neither copied nor pickled"
        )
        yield RULE.finding(
            program.place(copied.function, copied.at),
            f"`{copied.call}` of a `{cls.facts.qualname}`, which holds `{copied.name}`, {says}",
            subjects=(f"{cls.qualname}.{copied.name}",),
            scope=copied.function.qualname,
            story=(Step(program.place(copied.maker, copied.made), "the lock is made here"),),
            help=f"let `{cls.name}.__getstate__` leave the lock out and `__setstate__` make a new one",
            confidence=Confidence.MEDIUM if copied.shares else Confidence.HIGH,
        )
