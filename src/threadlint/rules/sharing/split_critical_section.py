"""State is read or tested in one section of a lock, and changed on the strength of that in a later section.

## Why it hurts

Between the two sections the lock is free. What was read may be out of date when it is written back, what was tested
may
not hold any more, and what others put into a buffer between sending and clearing it is thrown away.

## Example

```python
import threading


class Tickets:
    def __init__(self):
        self._lock = threading.Lock()
        self._left = 100

    def start(self):
        for _ in range(4):
            threading.Thread(target=self._sell).start()

    def _sell(self):
        with self._lock:
            left = self._left
        price = self._price(left)
        with self._lock:
            self._left = left - price  # expect: THR215

    def _price(self, left):
        return 1
```

## Instead

Keep the section whole, or test again in the second one.

```python
import threading


class Tickets:
    def __init__(self):
        self._lock = threading.Lock()
        self._left = 100

    def start(self):
        for _ in range(4):
            threading.Thread(target=self._sell).start()

    def _sell(self):
        with self._lock:
            self._left = self._left - self._price(self._left)

    def _price(self, left):
        return 1
```

## Stays silent when

- the second section tests again;
- the state is swapped for a fresh one under the lock, and the old one is used outside;
- nobody else changes the state.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.sharing.race_stories import race_stories
from ...analyses.sharing.races import races
from ...model.finding import Finding, Rule, Severity
from ...program.program import Program

RULE = Rule("THR215", "split-critical-section", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each function that relies on what it saw in an earlier section."""
    stories = program.ask(race_stories)
    for race in program.ask(races).of("split"):
        name, lock = stories.spelling(race).short, stories.lock(race)
        yield stories.finding(
            RULE,
            race,
            f"`{name}` is changed here on the strength of an earlier section of `{lock}`, and "
            f"{stories.rival(race)} can change it in between",
            f"make it one section of `{lock}`, or look again in the second one",
        )
