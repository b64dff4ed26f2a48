"""An attribute of an object that several threads use is read, changed and written back without a common lock.

## Why it hurts

`self.total += price(item)` reads, adds and writes. Another thread that writes between the first and the last is
overwritten. Where a call stands in between this happens on every build. Without one it does not happen on today's
builds with a GIL, from Python 3.10 on; it does on free-threaded ones, and the language promises nothing.

A container that is sent and then emptied loses what others put in meanwhile.

## Example

```python
import threading


class Meter:
    def __init__(self):
        self.total = 0
        self._threads = [threading.Thread(target=self._run) for _ in range(4)]

    def start(self):
        for thread in self._threads:
            thread.start()

    def _run(self):
        for _ in range(1000):
            self.total += self._measure()  # expect: THR202

    def _measure(self):
        return 1
```

## Instead

```python
import threading


class Meter:
    def __init__(self):
        self.total = 0
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run) for _ in range(4)]

    def start(self):
        for thread in self._threads:
            thread.start()

    def _run(self):
        for _ in range(1000):
            found = self._measure()
            with self._lock:
                self.total += found

    def _measure(self):
        return 1
```

## Stays silent when

- one thread alone changes the attribute, and others only look at it;
- the object cannot be reached by others yet, or each thread has its own;
- the attribute is changed before the first thread starts, or after the last was joined;
- the class says in its docstring that it is not thread-safe.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.sharing.race_stories import race_stories
from ...analyses.sharing.races import races
from ...analyses.sharing.shared_by_calls import shared_by_calls
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR202", "unlocked-attribute-mutation", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each method that can lose an update of an attribute."""
    for each in program.ask(shared_by_calls):
        if each.what == "deleted":
            yield RULE.finding(
                program.place(each.function, each.at),
                f"`{each.name}` is deleted here while other methods, on other threads, can still read it",
                subjects=(f"{each.function.qualname.rpartition('.')[0]}.{each.name}",),
                scope=each.function.qualname,
                story=(Step(program.place(each.function, each.other), f"`{each.name}` is read here"),),
                help="set it to `None`, which readers can test for",
                confidence=Confidence.MEDIUM,
            )
    stories, found = program.ask(race_stories), program.ask(races)
    for race in found.of("update", "attribute"):
        yield stories.finding(
            RULE, race, stories.update(race), "hold one lock around every change of it, or give each thread its own"
        )
    for race in found.of("drain"):
        name = stories.spelling(race).short
        yield stories.finding(
            RULE,
            race,
            f"`{name}` is used and then emptied, and what {stories.rival(race)} puts in between is lost",
            "under a lock that all changes hold, swap in an empty one first, then use the old one",
        )
