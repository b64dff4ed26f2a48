"""The same data is guarded by one lock here, and by another lock there.

## Why it hurts

Two locks that are not the same exclude nobody: each side believes to be alone.

## Example

```python
import threading


class Store:
    def __init__(self):
        self._read_lock = threading.Lock()
        self._write_lock = threading.Lock()
        self.size = 0
        threading.Thread(target=self._sweep).start()
        threading.Thread(target=self._fill).start()

    def _sweep(self):
        with self._read_lock:
            self.size -= self._drop()  # expect: THR208

    def _fill(self):
        with self._write_lock:
            self.size += self._load()  # expect: THR208

    def _drop(self):
        return 1

    def _load(self):
        return 1
```

## Instead

```python
import threading


class Store:
    def __init__(self):
        self._lock = threading.Lock()
        self.size = 0
        threading.Thread(target=self._sweep).start()
        threading.Thread(target=self._fill).start()

    def _sweep(self):
        with self._lock:
            self.size -= self._drop()

    def _fill(self):
        with self._lock:
            self.size += self._load()

    def _drop(self):
        return 1

    def _load(self):
        return 1
```

## Stays silent when

- one lock is held on both sides, whatever else is;
- nobody changes the data.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.sharing.race_stories import race_stories
from ...analyses.sharing.races import races
from ...model.finding import Finding, Rule, Severity
from ...program.program import Program

RULE = Rule("THR208", "different-locks", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each function that guards data by another lock than its rival does."""
    stories = program.ask(race_stories)
    for race in program.ask(races).of("locks"):
        name = stories.spelling(race).short
        yield stories.finding(
            RULE,
            race,
            f"`{name}` is guarded by `{stories.lock(race)}` here, but {stories.rival(race)} changes it under "
            f"`{stories.other_lock(race)}`",
            "guard it by one lock everywhere",
        )
