"""A variable of an enclosing function is changed by several threads that the function starts, without a lock.

## Why it hurts

The cell of a `nonlocal` is shared like a global: updates of several threads overwrite each other.

## Example

```python
import threading


def count_words(files):
    words = 0

    def count(name):
        nonlocal words
        words += len(open(name).read().split())  # expect: THR218

    threads = [threading.Thread(target=count, args=(name,)) for name in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return words
```

## Instead

Give back results instead of changing a common variable, or hold a lock around the change.

```python
from concurrent.futures import ThreadPoolExecutor


def count_words(files):
    def count(name):
        return len(open(name).read().split())

    with ThreadPoolExecutor() as pool:
        return sum(pool.map(count, files))
```

## Stays silent when

- one thread changes it, and the function reads it after `join`;
- all changes hold one lock.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.race_stories import race_stories
from ...analyses.races import races
from ...model.finding import Finding, Rule, Severity
from ...program.program import Program

RULE = Rule("THR218", "unlocked-closure-mutation", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each nested function that can lose an update of an outer variable."""
    stories = program.ask(race_stories)
    for race in program.ask(races).of("update", "cell"):
        yield stories.finding(
            RULE, race, stories.update(race), "hold one lock around every change, or let each thread return its part"
        )
