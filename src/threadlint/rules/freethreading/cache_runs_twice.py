"""A cache is used to run something once, and two threads run it twice.

## Why it hurts

`functools.lru_cache` keeps its table whole, but does not hold back a second thread that asks while the first still
computes: both run the
function, and one result is dropped. `cached_property` waits for the first thread up to Python 3.11, and does not from
3.12 on.
Where the function opens or starts something, there are two of it, and one that nobody closes.

## Example

```python
import functools
import sqlite3
import threading


@functools.lru_cache
def connection():  # expect: THR803
    return sqlite3.connect("app.db", check_same_thread=False)


def work():
    connection().execute("select 1")


for _ in range(4):
    threading.Thread(target=work).start()
```

## Instead

Make it before threads start, or under a lock.

```python
import sqlite3
import threading

_lock = threading.Lock()
_connection = None


def connection():
    global _connection
    with _lock:
        if _connection is None:
            _connection = sqlite3.connect("app.db", check_same_thread=False)
        return _connection


def work():
    connection().execute("select 1")


for _ in range(4):
    threading.Thread(target=work).start()
```

## Stays silent when

- the function only computes;
- one thread alone calls it;
- `cached_property`, where the project targets Python 3.11 or older.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.sharing.run_once_caches import run_once_caches
from ...analyses.traces import traces
from ...model.finding import Confidence, Finding, Rule, Severity
from ...program.program import Program

RULE = Rule("THR803", "cache-runs-twice", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each cached function that must not run twice."""
    paths = program.ask(traces)
    for found in program.ask(run_once_caches):
        function = found.function
        beginning = paths.beginning(found.one)
        yield RULE.finding(
            program.place(function, function.facts.name_at),
            f"`{found.cache}` does not keep two threads from running `{function.facts.qualname}` at the same time",
            subjects=(function.qualname,),
            scope=function.qualname,
            story=(beginning,) if beginning is not None else (),
            help="make it before threads start, or hold a lock around test and call",
            confidence=Confidence.MEDIUM,
        )
