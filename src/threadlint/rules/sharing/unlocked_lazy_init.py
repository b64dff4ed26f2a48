"""Something that should exist once is built on first use by several threads at once.

## Why it hurts

Two threads that both find nothing both build: two connections, two pools, two caches. The second replaces the first,
whose users go on with an object that nobody else sees, and that nobody closes.

## Example

```python
import threading


class Connection:
    def __init__(self):
        self.log = []


_connection = None


def connection():
    global _connection
    if _connection is None:
        _connection = Connection()  # expect: THR205
    return _connection


def work():
    connection().log.append("working")


for _ in range(4):
    threading.Thread(target=work).start()
```

## Instead

Build it at import, or test again under a lock.

```python
import threading


class Connection:
    def __init__(self):
        self.log = []


_connection = None
_connection_lock = threading.Lock()


def connection():
    global _connection
    if _connection is None:
        with _connection_lock:
            if _connection is None:
                _connection = Connection()
    return _connection


def work():
    connection().log.append("working")


for _ in range(4):
    threading.Thread(target=work).start()
```

## Stays silent when

- the test is repeated under the lock;
- the value may as well be built twice (a compiled pattern, a number);
- nothing shows that several threads come here;
- it is tested, then locked, and not tested again, which is THR206.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from ...analyses.sharing.double_checks import double_checks
from ...analyses.sharing.race_stories import race_stories
from ...analyses.sharing.races import Race, races
from ...analyses.sharing.shared_by_calls import shared_by_calls
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR205", "unlocked-lazy-init", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each thing that several threads build on first use; other places of the module in its story."""
    for found in program.ask(shared_by_calls):
        if found.what == "descriptor":
            yield RULE.finding(
                program.place(found.function, found.at),
                f"`{found.name}` makes the value of an attribute on first use, and two threads that ask first make two",
                subjects=(found.function.qualname,),
                scope=found.function.qualname,
                story=(Step(program.place(found.function, found.other), "both find it missing here"),),
                help="hold a lock and look again inside, or say that the value may be made twice",
                confidence=Confidence.MEDIUM,
            )
    stories = program.ask(race_stories)
    told = [(each.function, each.build) for each in program.ask(double_checks)]  # by THR206
    places: dict[object, list[Race]] = {}
    for race in program.ask(races).of("lazy"):
        at = race.site.event.at[0]
        if any(function is race.site.function and build[0] <= at < build[1] for function, build in told):
            continue
        places.setdefault((race.shared.key, race.site.function.module), []).append(race)
    for race, *others in places.values():
        name = stories.spelling(race).short
        finding = stories.finding(
            RULE,
            race,
            f"`{name}` is built here on first use, and {stories.rival(race)} can build a second one at the same time",
            "build it before threads start, or hold a lock and test again inside",
        )
        also = tuple(Step(stories.place(other.site), f"`{name}` is built here too") for other in others)
        yield structs.replace(finding, story=finding.story + also)
