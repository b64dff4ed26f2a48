"""An object that belongs to the thread that made it is used on another.

## Why it hurts

A connection to SQLite may only be used by the thread that opened it: elsewhere each call raises `ProgrammingError`.
Widgets of tkinter belong to the thread of the main loop. Sessions of SQLAlchemy, sessions and resources of boto3,
connections of pika and cursors of psycopg may be handed on, but two threads must not use one at the same time.

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
- the thread that uses it makes it;
- the method may be called from any thread, as `after` of a widget and `add_callback_threadsafe` of a connection;
- what may be handed on is used under one lock everywhere, or by one thread only.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.lock_names import lock_names
from ...analyses.sharing.confined_objects import confined_objects
from ...analyses.traces import traces
from ...knowledge.confined import Confined
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
            _said(name.short, paths.who(found.root), found.why),
            subjects=(name.full,),
            scope=function.qualname,
            story=tuple(steps),
            help="make one in each thread that needs it",
        )


def _said(name: str, thread: str, why: Confined) -> str:
    if why.in_turn:
        return f"`{name}` is used on {thread} while another uses it, and {why.harm}"
    return f"`{name}` is used on {thread}, which did not make it, and {why.harm} there"
