"""State that is guarded by a lock at most places is changed or iterated here without it.

## Why it hurts

A lock protects only if everybody takes it. One place that forgets it undoes the care of all the others: updates are
lost, and a loop under the lock meets a container that changes under its feet.

## Example

```python
import threading


class Router:
    def __init__(self):
        self._lock = threading.Lock()
        self._routes = {}

    def add(self, name, target):
        with self._lock:
            self._routes[name] = target

    def remove(self, name):
        with self._lock:
            del self._routes[name]

    def names(self):
        with self._lock:
            return list(self._routes)

    def rename(self, old, new):
        self._routes[new] = self._routes.pop(old)  # expect: THR203
```

## Instead

```python
import threading


class Router:
    def __init__(self):
        self._lock = threading.Lock()
        self._routes = {}

    def add(self, name, target):
        with self._lock:
            self._routes[name] = target

    def remove(self, name):
        with self._lock:
            del self._routes[name]

    def names(self):
        with self._lock:
            return list(self._routes)

    def rename(self, old, new):
        with self._lock:
            self._routes[new] = self._routes.pop(old)
```

## Stays silent when

- the place runs before the object can be shared (`__init__` and what only it calls), or when it is closed;
- all callers hold the lock, or the name ends in `_locked` or `_unlocked`;
- fewer than six in ten functions that use it hold the lock (those that change it count twice);
- it only reads.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.sharing.race_stories import race_stories
from ...analyses.sharing.races import races
from ...model.finding import Finding, Rule, Severity
from ...program.program import Program

RULE = Rule("THR203", "inconsistent-guard", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each function that touches guarded state without its guard."""
    stories = program.ask(race_stories)
    for race in program.ask(races).of("unguarded"):
        assert race.unguarded is not None
        found, name = race.unguarded, stories.spelling(race).short
        doing = "changed" if found.usage.changes else "iterated"
        yield stories.finding(
            RULE,
            race,
            f"`{name}` is {doing} here without `{stories.lock(race)}`, which {len(found.locked)} of {found.total} "
            "functions that use it hold",
            f"hold `{stories.lock(race)}` here too",
        )
