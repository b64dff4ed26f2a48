"""A function that expects its callers to hold a lock is called without it.

## Why it hurts

The function does not take the lock itself, because it relies on the caller. Called without it, it changes guarded
state
while others hold the lock and believe to be alone.

## Example

```python
import threading


class Pool:
    def __init__(self):
        self._lock = threading.Lock()
        self._free = []

    def take(self):
        with self._lock:
            return self._pop_locked()

    def take_all(self):
        taken = []
        while self._free:
            taken.append(self._pop_locked())  # expect: THR213
        return taken

    def _pop_locked(self):
        return self._free.pop()
```

## Instead

```python
import threading


class Pool:
    def __init__(self):
        self._lock = threading.Lock()
        self._free = []

    def take(self):
        with self._lock:
            return self._pop_locked()

    def take_all(self):
        taken = []
        with self._lock:
            while self._free:
                taken.append(self._pop_locked())
        return taken

    def _pop_locked(self):
        return self._free.pop()
```

A comment says the same as the name: `# requires: self._lock` on the `def`.

## Stays silent when

- the caller is declared or named to require the lock too;
- the object is under construction;
- only the name says so, and the class keeps several locks.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.sharing.declared_guards import declared_guards
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR213", "requires-lock-violated", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each call without the required lock."""
    for found in program.ask(declared_guards).calls():
        why = "is declared to require" if found.certain else "says by its name that it requires"
        yield RULE.finding(
            program.place(found.function, found.at),
            f"`{found.subject}` is called here without `{found.lock}`, which it {why}",
            subjects=(found.full,),
            scope=found.function.qualname,
            story=(Step(program.place(found.home, found.declared), "it is defined here"),),
            help=f"hold `{found.lock}` here, or declare that the callers do: `# requires: {found.lock}`",
            confidence=Confidence.HIGH if found.certain else Confidence.MEDIUM,
        )
