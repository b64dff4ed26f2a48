"""A signal handler takes a lock that the interrupted code may be holding.

## Why it hurts

Handlers run on the main thread, between any two steps of whatever it does. If it holds the lock at that moment, the
handler waits for it and the lock is never given back.

## Example

```python
import signal
import threading

_lock = threading.Lock()
_jobs = []


def add(job):
    with _lock:
        _jobs.append(job)


def on_term(signum, frame):
    with _lock:  # expect: THR107
        _jobs.clear()


signal.signal(signal.SIGTERM, on_term)
add("first")
```

## Instead

Only note that the signal came, and act on it in ordinary code.

```python
import signal
import threading

_lock = threading.Lock()
_jobs = []
_stopping = False


def add(job):
    with _lock:
        if not _stopping:
            _jobs.append(job)


def on_term(signum, frame):
    global _stopping
    _stopping = True


signal.signal(signal.SIGTERM, on_term)
add("first")
```

## Stays silent when

- the handler only assigns a flag, writes to a pipe, or uses a `SimpleQueue`;
- nothing but the handler takes the lock.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.deadlocks.interruption_stories import interruption_stories
from ...analyses.execution.callbacks import SIGNAL_HANDLER
from ...model.finding import Confidence, Finding, Rule, Severity
from ...program.program import Program

RULE = Rule("THR107", "lock-in-signal-handler", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each place where a signal handler takes such a lock."""
    for told in program.ask(interruption_stories).each(SIGNAL_HANDLER):
        yield RULE.finding(
            told.at,
            f"a signal handler takes {told.what}{told.through}, which the interrupted code may be holding",
            subjects=(told.lock.full,),
            scope=told.scope,
            story=told.steps,
            help="only set a plain flag or use a `SimpleQueue` in the handler, and let ordinary code do the rest",
            confidence=Confidence.MEDIUM if told.plain else Confidence.LOW,
            label="waits for the code that it interrupts",
        )
