"""A container is iterated while another thread can add to it or take from it.

## Why it hurts

A dict, set or deque that changes in size during a loop raises `RuntimeError` in the loop, on every build; a list skips
elements. The loop is usually in some housekeeping thread, which dies of it. The callback of a weak reference, a
`__del__` and a signal handler run in the middle of any loop, on its own thread: what they take from a dict or set
breaks it without a second thread, and no lock keeps them out.

## Example

```python
import threading
import time

clients = {}


def connect(name, socket):
    clients[name] = socket


def heartbeat():
    while True:
        for name, socket in clients.items():  # expect: THR207
            socket.send(name)
        time.sleep(1)


def accept(listener):
    while True:
        socket, name = listener.accept()
        connect(name, socket)


threading.Thread(target=heartbeat, daemon=True).start()
threading.Thread(target=accept, args=(None,), daemon=True).start()
```

## Instead

Loop over a snapshot: `list(clients.items())` copies a plain dict in one step; better, copy it under the lock that all
changes hold.

```python
import threading
import time

clients = {}


def connect(name, socket):
    clients[name] = socket


def heartbeat():
    while True:
        for name, socket in list(clients.items()):
            socket.send(name)
        time.sleep(1)


def accept(listener):
    while True:
        socket, name = listener.accept()
        connect(name, socket)


threading.Thread(target=heartbeat, daemon=True).start()
threading.Thread(target=accept, args=(None,), daemon=True).start()
```

## Stays silent when

- the loop runs over a copy;
- the loop and all changes hold one lock;
- nobody adds or removes while the loop runs;
- elements are only appended to a list.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.lock_names import lock_names
from ...analyses.sharing.interrupted_loops import InterruptedLoop, interrupted_loops
from ...analyses.sharing.race_stories import race_stories
from ...analyses.sharing.races import races
from ...analyses.sharing.shared_by_calls import shared_by_calls
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR207", "iterate-shared-container", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each function that iterates what another thread changes."""
    for found in program.ask(shared_by_calls):
        if found.what == "vars":
            yield RULE.finding(
                program.place(found.function, found.at),
                f"the attributes of `{found.name}` are iterated here while another thread can make one on first use",
                subjects=(found.function.qualname,),
                scope=found.function.qualname,
                help="iterate over a copy: `__dict__.copy()`",
                confidence=Confidence.MEDIUM,
            )
    for interrupted in program.ask(interrupted_loops):
        yield _interrupted(program, interrupted)
    stories = program.ask(race_stories)
    for race in program.ask(races).of("iterate"):
        name = stories.spelling(race).short + ("[…]" if race.site.access.method == "inner" else "")
        yield stories.finding(
            RULE,
            race,
            f"`{name}` is iterated here while {stories.rival(race)} can change its size",
            "iterate over a copy, taken under the lock that all changes hold",
        )


def _interrupted(program: Program, found: InterruptedLoop) -> Finding:
    name = program.ask(lock_names).spelling(found.loop.subject)
    function, change = found.loop.function, found.change
    who = f"{found.root.spelling} `{found.root.name}`"
    return RULE.finding(
        program.place(function, found.loop.at),
        f"`{name.short}` is iterated here, and {who} can change its size in the middle, on the same thread",
        subjects=(name.full,),
        scope=function.qualname,
        story=(Step(program.place(change.function, change.at), f"{who} changes `{name.short}` here"),),
        help="iterate over a copy: no lock keeps a finalizer or signal handler out",
        confidence=Confidence.MEDIUM,
    )
