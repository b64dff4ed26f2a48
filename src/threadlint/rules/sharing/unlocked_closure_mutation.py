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

An object that is entered by every call of a function that it decorates shares its attributes in the same way.

```python
# options: assume-threaded = ["*"]
import time


class timed:
    def __call__(self, function):
        def wrapper(*args):
            with self:  # expect: THR218
                return function(*args)

        return wrapper

    def __enter__(self):
        self.started = time.monotonic()

    def __exit__(self, *exc):
        print(time.monotonic() - self.started)
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
- all changes hold one lock;
- nothing says that threads call the decorated function: the program has none.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.sharing.entered_by_calls import entered_by_calls
from ...analyses.sharing.race_stories import race_stories
from ...analyses.sharing.races import races
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR218", "unlocked-closure-mutation", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each nested function that can lose an update of an outer variable."""
    for found in program.ask(entered_by_calls):
        yield RULE.finding(
            program.place(found.function, found.at),
            f"all calls of the decorated function enter one object, and overwrite each other's `{found.name}`",
            subjects=(f"{found.keeper.qualname}.{found.name}",),
            scope=found.function.qualname,
            story=(Step(program.place(found.keeper, found.stored), f"`{found.name}` is kept in the object here"),),
            help="keep it in a local of the wrapper, or make a new object for each call",
            confidence=Confidence.MEDIUM,
        )
    stories = program.ask(race_stories)
    for race in program.ask(races).of("update", "cell"):
        yield stories.finding(
            RULE, race, stories.update(race), "hold one lock around every change, or let each thread return its part"
        )
