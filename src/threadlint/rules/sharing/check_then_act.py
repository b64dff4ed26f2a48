"""A change of shared state relies on a test that another thread can make untrue in between.

## Why it hurts

`if jobs: jobs.pop()` asks, and then acts. When another thread takes the last job between the two, `pop` raises
`IndexError`. When two threads find a key missing, both store their own value, and whoever kept the first one works on
a
copy that nobody else sees. A list of what is there is such a test as well: `for key in list(d): del d[key]` fails when
somebody else has taken a key out by then. So is a claim: when two threads find a key missing in
`if key not in busy: busy.add(key); jobs.put(key)`, both begin the work.

## Example

```python
import threading

sessions = {}


class Session:
    def __init__(self, name):
        self.name = name


def serve(names):
    for name in names:
        if name not in sessions:
            sessions[name] = Session(name)  # expect: THR204


for part in (["ann", "bob"], ["bob", "cyd"]):
    threading.Thread(target=serve, args=(part,)).start()
```

## Instead

Test and act under one lock, or use one operation that does both (`setdefault`, `pop(key, None)`, `get_nowait`).

```python
import threading

sessions = {}
sessions_lock = threading.Lock()


class Session:
    def __init__(self, name):
        self.name = name


def serve(names):
    for name in names:
        with sessions_lock:
            if name not in sessions:
                sessions[name] = Session(name)


for part in (["ann", "bob"], ["bob", "cyd"]):
    threading.Thread(target=serve, args=(part,)).start()
```

## Stays silent when

- test and change stand in one section of a lock that all changes hold;
- the change handles the case itself (`setdefault`, `pop(key, None)`, `discard`, an `except KeyError`);
- the value may as well be made twice (a pure computation);
- only one thread takes things out, and the others put them in.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.sharing.race_stories import race_stories
from ...analyses.sharing.races import Race, races
from ...model.finding import Finding, Rule, Severity
from ...program.program import Program

RULE = Rule("THR204", "check-then-act", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each function whose test of shared state can become untrue before the change."""
    stories = program.ask(race_stories)
    for race in program.ask(races).of("test"):
        name = stories.spelling(race).short
        yield stories.finding(
            RULE,
            race,
            f"{_relying(race, name)}, and {stories.rival(race)} can change it in between {stories.build(race)}",
            "put test and change into one section of a lock, or use one operation that does both",
        )
    for race in program.ask(races).of("outside"):
        name = stories.spelling(race).short
        yield stories.finding(
            RULE,
            race,
            f"`{name}` is changed here without `{stories.lock(race)}`, under which {stories.rival(race)} tests it and "
            "then changes it",
            f"take `{stories.lock(race)}` here too",
        )


def _relying(race: Race, name: str) -> str:
    """What a change relies on, in words."""
    test = race.found.relies.check if race.found is not None else None
    if test is not None and test.form == "listed":
        return f"`{name}` is listed and then emptied key by key"
    return f"`{name}` is tested and then changed"
