"""A generator yields while it holds a lock.

## Why it hurts

The lock stays held as long as the consumer likes: while it works on the item, for ever when it stops iterating and
keeps the generator. If the consumer calls back into code that needs the lock, it waits for itself.

## Example

```python
import threading


class Catalogue:
    def __init__(self):
        self._lock = threading.Lock()
        self._rows = {}

    def rows(self):
        with self._lock:
            for row in self._rows.values():
                yield row  # expect: THR133
```

## Instead

```python
import threading


class Catalogue:
    def __init__(self):
        self._lock = threading.Lock()
        self._rows = {}

    def rows(self):
        with self._lock:
            rows = list(self._rows.values())
        yield from rows
```

## Stays silent when

- the function is a context manager (`@contextmanager`) or a test fixture: holding the lock is its purpose;
- the lock is released before the `yield`, also by `release()`;
- the lock belongs to asyncio.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.execution import Hold, execution
from ...analyses.lock_names import lock_names
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program
from ...program.symbols import Function

RULE = Rule("THR133", "lock-held-at-yield", severity=Severity.WARNING)

_PURPOSES = ("contextmanager", "fixture", "inlinecallbacks", "coroutine", "engine")


def check(program: Program) -> Iterator[Finding]:
    """One finding for each generator and lock, at the first `yield` that holds it."""
    names = program.ask(lock_names)
    seen: set[tuple[Function, tuple[int, int]]] = set()
    events = sorted(program.ask(execution).events("yield"), key=lambda e: (e.function.module.name, e.at))
    for event in events:
        function = event.function
        if function.facts.is_async or any(
            word in name.lower() for name in function.decorator_names for word in _PURPOSES
        ):
            continue
        for hold in event.held:
            if hold.function is not function or hold.kind.domain != "thread" or (function, hold.at) in seen:
                continue
            seen.add((function, hold.at))
            lock = names.spelling(hold.lock)
            yield RULE.finding(
                program.place(function, event.at),
                f"`{function.name}` yields while it holds `{lock.short}`, held until the consumer comes back",
                subjects=(lock.full,),
                scope=function.qualname,
                story=(Step(program.place(function, hold.at), f"`{lock.short}` is taken here", held=()),),
                help="copy what is to be given under the lock, release it, and yield from the copy",
                confidence=_confidence(hold),
                label=f"holds `{lock.short}`",
            )


def _confidence(hold: Hold) -> Confidence:
    return Confidence.HIGH if hold.how == "with" and hold.kind.excludes else Confidence.MEDIUM
