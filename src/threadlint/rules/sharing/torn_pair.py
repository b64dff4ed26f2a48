"""Two attributes that are always changed together under a lock are changed apart here.

## Why it hurts

Readers that take the lock expect the two to fit. Between a change of the first and one of the second they see a state
that never was.

## Example

```python
# options: strict = true
import threading


class Window:
    def __init__(self):
        self._lock = threading.Lock()
        self._start = 0
        self._end = 0
        threading.Thread(target=self._slide).start()

    def _slide(self):
        with self._lock:
            self._start += 1
            self._end += 1

    def move(self, start, end):
        with self._lock:
            self._start = start
            self._end = end

    def grow(self, end):
        with self._lock:
            self._end = end  # expect: THR216
```

## Instead

```python
# options: strict = true
import threading


class Window:
    def __init__(self):
        self._lock = threading.Lock()
        self._start = 0
        self._end = 0
        threading.Thread(target=self._slide).start()

    def _slide(self):
        with self._lock:
            self._start += 1
            self._end += 1

    def move(self, start, end):
        with self._lock:
            self._start = start
            self._end = end
```

## Stays silent when

- fewer than two functions change both under one lock;
- they are changed apart as often as together.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.lock_names import lock_names
from ...analyses.sharing.torn_pairs import torn_pairs
from ...model.finding import Confidence, Finding, Rule, Severity, Step, Tier
from ...program.program import Program

RULE = Rule("THR216", "torn-pair", severity=Severity.NOTE, tier=Tier.STRICT)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each function that changes one of a pair."""
    names = program.ask(lock_names)
    for found in program.ask(torn_pairs):
        name, function = names.spelling(found.site.location), found.site.function
        yield RULE.finding(
            program.place(function, found.site.event.at),
            f"`{name.short}` is changed here without `{found.partner}`, with which it changes elsewhere",
            subjects=(name.full,),
            scope=function.qualname,
            story=(Step(program.place(found.together.function, found.together.event.at), "both are changed here"),),
            help="change both in one section of the lock",
            confidence=Confidence.MEDIUM,
        )
