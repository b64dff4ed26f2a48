"""A lock is released on a path on which it is not held.

## Why it hurts

`release()` of a lock that nobody holds raises `RuntimeError`. Worse, when another thread holds it, a plain `Lock` is
taken away from that thread without a word, and two threads are inside the critical section.

## Example

```python
import threading


class Printer:
    def __init__(self):
        self._lock = threading.Lock()

    def print_page(self, page):
        try:
            page.render()
            self._lock.acquire()
            page.send()
        finally:
            self._lock.release()  # expect: THR126

    def feed(self):
        with self._lock:
            self._lock.release()  # expect: THR126
            return True
```

## Instead

```python
import threading


class Printer:
    def __init__(self):
        self._lock = threading.Lock()

    def print_page(self, page):
        page.render()
        with self._lock:
            page.send()
```

## Stays silent when

- the function does not take the lock: it was handed over by the caller;
- the lock is released inside `with` and taken back before the body ends;
- a flag that mirrors the acquisition decides about the release, or `RuntimeError` is caught.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.locks.unheld_releases import unheld_releases
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR126", "release-unheld", severity=Severity.ERROR)

_SAYS = {
    "inside": "`{lock}` is released inside its own `with`, which releases it again at its end",
    "twice": "`{lock}` is released here though this path has released it before",
    "never": "`{lock}` is released here, and nothing in the program takes it",
    "mixed": "`{lock}` is released here also on a path that has not taken it",
}


def check(program: Program) -> Iterator[Finding]:
    """One finding for each release."""
    for each in program.ask(unheld_releases):
        use = each.use
        known = use.typed or use.named_as_lock
        yield RULE.finding(
            program.place(use.function, each.at),
            _SAYS[each.how].format(lock=use.spelling),
            subjects=(use.subject,),
            scope=use.function.qualname,
            story=() if each.how == "never" else (Step(program.place(use.function, each.other), each.told),),
            help="release exactly where it is held: acquire before the `try`, or use `with`",
            confidence=(Confidence.HIGH if each.how == "inside" and use.typed else Confidence.MEDIUM)
            if known
            else Confidence.LOW,
            label="not held on every path to here" if each.how == "mixed" else "",
        )
