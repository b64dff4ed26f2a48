"""An object that belongs to the thread that made it is used on another.

## Why it hurts

A connection to SQLite may only be used by the thread that opened it: elsewhere each call raises `ProgrammingError`.

## Example

```python
import sqlite3
import threading

database = sqlite3.connect("app.db")


def count():
    print(database.execute("select count(*) from users").fetchone())  # expect: THR220


threading.Thread(target=count).start()
```

## Instead

Open one for each thread.

```python
import sqlite3
import threading


def count():
    database = sqlite3.connect("app.db")
    print(database.execute("select count(*) from users").fetchone())


threading.Thread(target=count).start()
```

## Stays silent when

- it is made with `check_same_thread=False` (then its writes need a lock);
- the thread that uses it makes it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.lock_names import lock_names
from ...analyses.sharing.confined_objects import confined_objects
from ...analyses.traces import traces
from ...model.finding import Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR220", "confined-object-shared", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each function that uses an object of another thread."""
    names, paths = program.ask(lock_names), program.ask(traces)
    for found in program.ask(confined_objects):
        name, function = names.spelling(found.obj.address), found.use.function
        steps = []
        if found.made is not None:
            steps.append(Step(program.place(found.made.function, found.made.at), f"`{name.short}` is made here"))
        beginning = paths.beginning(found.root)
        if beginning is not None:
            steps.append(beginning)
        yield RULE.finding(
            program.place(function, found.use.at),
            f"`{name.short}` is used on {paths.who(found.root)}, which did not make it, and {found.why.harm} there",
            subjects=(name.full,),
            scope=function.qualname,
            story=tuple(steps),
            help="make one in each thread that needs it",
        )
