"""The identifier of a thread is the key of something that outlives the thread.

## Why it hurts

`get_ident()` is given again once a thread has ended. A new thread finds the entries of a dead one, and takes them for
its own.

## Example

```python
# options: strict = true
import threading

sessions = {}


def remember(session):
    sessions[threading.get_ident()] = session  # expect: THR226
```

## Instead

```python
# options: strict = true
import threading

local = threading.local()


def remember(session):
    local.session = session
```

## Stays silent when

- the container lives no longer than the function.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.sharing.after_hand_over import idents_as_keys
from ...model.finding import Confidence, Finding, Rule, Severity, Step, Tier
from ...program.program import Program

RULE = Rule("THR226", "thread-ident-as-key", severity=Severity.NOTE, tier=Tier.STRICT)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each place."""
    for found in program.ask(idents_as_keys):
        function = found.function
        given = program.place(function, found.given)
        at = program.place(function, found.at)
        yield RULE.finding(
            at,
            f"`{found.name}` is keyed by the identifier of a thread, which a later thread gets again",
            subjects=(f"{function.module.name}.{found.name}",),
            scope=function.qualname,
            story=(Step(given, ""),) if given != at else (),
            help="use `threading.local`, or the `Thread` object as a weak key",
            confidence=Confidence.MEDIUM,
        )
