"""A module's global is read, changed and written back by code that runs on several threads, without a common lock.

## Why it hurts

`hits += 1` is three steps: read, add, write. Another thread that writes between the first and the last is overwritten,
and its update is gone. Where a call stands in between (`total += price(item)`) this happens on every build. Without
one
it does not happen on today's builds with a GIL, from Python 3.10 on; it does on free-threaded ones, and the language
promises nothing.

## Example

```python
import threading

pages = 0


def crawl(urls):
    global pages
    for url in urls:
        pages += len(fetch(url))  # expect: THR201


def fetch(url):
    return url.split("/")


for part in (["a/b"], ["c/d"]):
    threading.Thread(target=crawl, args=(part,)).start()
```

## Instead

Hold one lock around every change, or let each thread count for itself and add up after `join`.

```python
import threading

pages = 0
pages_lock = threading.Lock()


def crawl(urls):
    global pages
    for url in urls:
        found = len(fetch(url))
        with pages_lock:
            pages += found


def fetch(url):
    return url.split("/")


for part in (["a/b"], ["c/d"]):
    threading.Thread(target=crawl, args=(part,)).start()
```

## Stays silent when

- one thread alone changes the global, and others only look at it;
- the change is a single operation of a built-in type (`append`, `d[k] = v`, `setdefault`);
- a fresh object replaces the old one (copy and replace);
- it happens before the first thread starts, or after the last was joined.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.sharing.race_stories import race_stories
from ...analyses.sharing.races import races
from ...model.finding import Finding, Rule, Severity
from ...program.program import Program

RULE = Rule("THR201", "unlocked-global-mutation", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each function that can lose an update of a global."""
    stories = program.ask(race_stories)
    for race in program.ask(races).of("update", "global"):
        yield stories.finding(
            RULE, race, stories.update(race), "hold one lock around every change of it, or give each thread its own"
        )
