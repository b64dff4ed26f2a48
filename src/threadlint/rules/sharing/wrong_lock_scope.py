"""A lock of one instance guards data that all instances share.

## Why it hurts

Each instance has a lock of its own. Two threads with two instances hold two locks, and change the shared data at the
same time.

## Example

```python
import threading


class Client:
    requests = 0

    def __init__(self):
        self._lock = threading.Lock()

    def send(self, text):
        with self._lock:
            Client.requests += len(text)  # expect: THR209


def talk(client):
    client.send("hello")


for _ in range(3):
    threading.Thread(target=talk, args=(Client(),)).start()
```

## Instead

```python
import threading


class Client:
    requests = 0
    _requests_lock = threading.Lock()

    def send(self, text):
        with Client._requests_lock:
            Client.requests += len(text)


def talk(client):
    client.send("hello")


for _ in range(3):
    threading.Thread(target=talk, args=(Client(),)).start()
```

## Stays silent when

- the class has one instance, made at module level;
- the lock is shared too.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.sharing.race_stories import race_stories
from ...analyses.sharing.races import races
from ...model.finding import Finding, Rule, Severity
from ...program.program import Program

RULE = Rule("THR209", "wrong-lock-scope", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each function that guards shared data by a lock of its own instance."""
    stories = program.ask(race_stories)
    for race in program.ask(races).of("scope"):
        name = stories.spelling(race).short
        yield stories.finding(
            RULE,
            race,
            f"`{stories.lock(race)}` belongs to one instance, but `{name}` is shared by all of them",
            "guard it by a lock that is shared as well: an attribute of the class, or a global",
        )
