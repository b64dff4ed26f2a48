"""`setdefault` may have kept another value, and the code goes on with its own.

## Why it hurts

`d.setdefault(k, v)` gives the value that is in the dict afterwards. When another thread was first, that is not `v`:
who goes on with `v` works on an object that nobody else sees.

## Example

```python
# options: strict = true
import threading

locks = {}


def lock_of(name):
    lock = threading.Lock()
    locks.setdefault(name, lock)
    return lock  # expect: THR228
```

## Instead

```python
# options: strict = true
import threading

locks = {}


def lock_of(name):
    return locks.setdefault(name, threading.Lock())
```

## Stays silent when

- the result is used;
- the value is not used afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.sharing.after_hand_over import ignored_setdefault
from ...model.finding import Confidence, Finding, Rule, Severity, Step, Tier
from ...program.program import Program

RULE = Rule("THR228", "setdefault-result-ignored", severity=Severity.NOTE, tier=Tier.STRICT)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each place."""
    for found in program.ask(ignored_setdefault):
        function = found.function
        given = program.place(function, found.given)
        at = program.place(function, found.at)
        yield RULE.finding(
            at,
            f"`{found.name}` is used as if it had won, but `setdefault` may have kept the value of another thread",
            subjects=(f"{function.qualname}.{found.name}",),
            scope=function.qualname,
            story=(Step(given, "the result of `setdefault` is dropped here"),) if given != at else (),
            help=f"use what `setdefault` returns: `{found.name} = ...setdefault(...)`",
            confidence=Confidence.MEDIUM,
        )
