"""State that is declared to be guarded by a lock is touched without it.

## Why it hurts

The declaration says what the rest of the code relies on. Who does not keep to it undoes the care of all the others.

## Example

```python
import threading


class Journal:
    def __init__(self):
        self._lock = threading.Lock()
        self._entries = []  # guarded-by: self._lock

    def add(self, entry):
        with self._lock:
            self._entries.append(entry)

    def last(self):
        return self._entries[-1]  # expect: THR212
```

## Instead

```python
import threading


class Journal:
    def __init__(self):
        self._lock = threading.Lock()
        self._entries = []  # guarded-by: self._lock

    def add(self, entry):
        with self._lock:
            self._entries.append(entry)

    def last(self):
        with self._lock:
            return self._entries[-1]
```

An annotation says the same: `entries: Annotated[list[str], GuardedBy("_lock")]`, with `GuardedBy` from
`threadlint.annotations`.

## Stays silent when

- the object is under construction, or nobody else can reach it yet;
- the function is declared to require the lock (`# requires: self._lock`).
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.sharing.declared_guards import declared_guards
from ...model.finding import Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR212", "guarded-by-violated", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each function that touches declared state without its lock."""
    for found in program.ask(declared_guards).accesses():
        yield RULE.finding(
            program.place(found.function, found.at),
            f"`{found.subject}` is {found.how} here without `{found.lock}`, which is declared to guard it",
            subjects=(found.full,),
            scope=found.function.qualname,
            story=(Step(program.place(found.home, found.declared), "it is declared here"),),
            help=f"hold `{found.lock}` here, or declare that the callers do: `# requires: {found.lock}`",
        )
