"""A thread is made and never started.

## Why it hurts

Making a `Thread` does not run anything. Without `start()` its work is not done, and nothing says so.

## Example

```python
import threading


def work():
    print("working")


thread = threading.Thread(target=work)  # expect: THR302
print("done")
```

## Instead

```python
import threading


def work():
    print("working")


thread = threading.Thread(target=work)
thread.start()
thread.join()
print("done")
```

## Stays silent when

- the thread is returned, passed on, or kept where others can start it;
- its class starts it.

## Fix

Unsafe: the parentheses are added to a `start` that is named and not called.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.edits import inserted
from ...analyses.lifecycle.lifetimes import Life, lifetimes
from ...analyses.lifecycle.thread_code import is_test
from ...analyses.lifecycle.uncalled_methods import Uncalled, uncalled_methods
from ...model.finding import Confidence, Finding, Fix, Rule, Severity
from ...program.program import Program
from ...program.symbols import dotted

_THREAD_API = frozenset({"start", "run", "join", "is_alive", "setDaemon", "setName", "cancel", "append", "add"})
_SETTINGS = frozenset({"name", "daemon", "ident", "native_id"})

RULE = Rule("THR302", "thread-never-started", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """A finding for each thread or timer that is neither started nor leaves the picture."""
    uncalled = program.ask(uncalled_methods).of("start", "thread", "timer")
    for each in uncalled:
        yield _not_called(program, each)
    for life in program.ask(lifetimes).of("thread", "timer"):
        if (
            life.is_started
            or life.escapes
            or any(each.life is life for each in uncalled)
            or _is_only_a_stand_in(life)
            or any(cls is not None for _, cls in _public_homes(life))
        ):
            continue
        yield RULE.finding(
            program.place(life.function, life.node.at),
            f"{life.kind} `{life.name}` is made and never started",
            subjects=(f"{life.function.module.name}.{life.name}",),
            scope=life.function.qualname,
            help="call `start()` on it",
            confidence=Confidence.LOW
            if is_test(life.function)
            else Confidence.HIGH
            if not life.homes
            else Confidence.MEDIUM,
        )


def _not_called(program: Program, uncalled: Uncalled) -> Finding:
    name = dotted(uncalled.node) or "start"
    return RULE.finding(
        program.place(uncalled.function, uncalled.node.at),
        f"`{name}` is not called here, and the {uncalled.life.kind} is never started",
        subjects=(f"{uncalled.function.module.name}.{name}",),
        scope=uncalled.function.qualname,
        help="add the parentheses",
        fix=Fix("add the parentheses", (inserted(uncalled.function, uncalled.node.at[1], "()"),), safe=False),
        label="not called",
    )


def _public_homes(life: Life) -> list[tuple[str, object]]:
    """The attributes that keep it and that outside code may use."""
    return [(name, cls) for name, cls in life.homes if not name.startswith("_")]


def _is_only_a_stand_in(life: Life) -> bool:
    """Whether it is only looked at: as the thread of something else, or in a comparison."""
    if life.cls is not None:
        own = (use for use in life.fate.uses if use.how == "call" or (use.how == "read" and use.name not in _SETTINGS))
        if any(use.name not in _THREAD_API for use in own):
            return True  # an object of its own, which happens to be a thread as well
    return life.is_done("is_alive", "ident", "name", "getName") or bool(life.fate.of("test"))
