"""A lock of threads is held while a coroutine gives up the loop.

## Why it hurts

At `await` other coroutines of the loop run, with the lock still held. The next one that wants it does not wait
politely: it stops the whole thread, and with it the loop, so that the holder is never resumed to give the lock back.

## Example

```python
import asyncio
import threading

_lock = threading.Lock()
_token = None


async def fetch():
    await asyncio.sleep(1)
    return "token"


async def token():
    global _token
    with _lock:
        if _token is None:
            _token = await fetch()  # expect: THR701
    return _token
```

## Instead

Between coroutines use a lock of theirs; between threads release the lock before waiting.

```python
import asyncio

_lock = asyncio.Lock()
_token = None


async def fetch():
    await asyncio.sleep(1)
    return "token"


async def token():
    global _token
    async with _lock:
        if _token is None:
            _token = await fetch()
    return _token
```

## Stays silent when

- the lock is released before the `await`;
- it is an `asyncio.Lock`.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.execution import Event, Hold, execution
from ...analyses.lock_names import lock_names
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR701", "lock-held-across-await", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each place that takes a lock and awaits under it: the first `await`."""
    found = program.ask(execution)
    first: dict[tuple[str, tuple[int, int], str], tuple[Event, Hold]] = {}
    for event in found.events("await"):
        for hold in event.held:
            if (
                hold.kind.domain != "thread"
                or not hold.kind.excludes
                or hold in event.activation.held
                or hold.at == event.at
            ):
                continue
            key = (hold.function.module.name, hold.at, event.function.qualname)
            known = first.get(key)
            if known is None or event.at < known[0].at:
                first[key] = event, hold
    names = program.ask(lock_names)
    for _, (event, hold) in sorted(first.items(), key=lambda item: str(item[0])):
        lock = names.spelling(hold.lock)
        taken = program.place(hold.function, hold.at)
        yield RULE.finding(
            program.place(event.function, event.at),
            f"the coroutine waits here with the thread lock `{lock.short}` held: whoever takes it next stops the "
            "whole loop",
            subjects=(lock.full,),
            scope=event.function.qualname,
            story=(Step(taken, f"`{lock.short}` is taken here", "", ()),),
            help="release the lock before waiting, or use an `asyncio.Lock` between coroutines",
            confidence=_confidence(hold),
            label=f"gives up the loop while it holds `{lock.short}`",
        )


def _confidence(hold: Hold) -> Confidence:
    if hold.kind.reentrant is None:
        return Confidence.MEDIUM if hold.how == "with" else Confidence.LOW
    return Confidence.HIGH
