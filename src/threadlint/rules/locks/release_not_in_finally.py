"""Something that can raise stands between `acquire()` and `release()`, and no `finally` releases.

## Why it hurts

One exception, and the lock stays held for the rest of the program: every other thread that wants it hangs. The
traceback, if anybody sees it, tells of the exception and not of the lock.

## Example

```python
import json
import threading


class Settings:
    def __init__(self, path):
        self._path = path
        self._lock = threading.Lock()

    def load(self):
        self._lock.acquire()  # expect: THR121
        with open(self._path) as stream:  # see: THR121
            self.values = json.load(stream)
        self._lock.release()
```

## Instead

```python
import json
import threading


class Settings:
    def __init__(self, path):
        self._path = path
        self._lock = threading.Lock()

    def load(self):
        with self._lock, open(self._path) as stream:
            self.values = json.load(stream)
```

## Stays silent when

- `acquire()` is followed by a `try` whose `finally` (or whose handler) gives the lock back;
- nothing between can raise in practice: constants, arithmetic, `append`, logging, other locks;
- a path that needs no exception already leaves the lock held: that is `lock-not-released`;
- the function hands the lock over, or hands on its release; but an `__enter__` that fails hands over nothing.

In a test, where what raises ends the test and mostly the lock with it, the confidence is low.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.lifecycle.thread_code import is_test
from ...analyses.locks.failing_halves import FailingHalf, failing_halves
from ...analyses.locks.lock_calls import LockCalls
from ...analyses.locks.lock_leaks import lock_leaks
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR121", "release-not-in-finally", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each acquisition that an exception leaves held, in one function or in a half of a context
    manager."""
    for leak in program.ask(lock_leaks):
        if leak.how == "exc":
            use = leak.use
            release = Step(program.place(leak.function, leak.releases[0]), "only then is it given back")
            yield RULE.finding(
                program.place(leak.function, leak.acquired),
                f"`{use.spelling}` stays held if what follows raises: `{leak.function.name}` has no `finally`",
                subjects=(use.subject,),
                scope=leak.function.qualname,
                story=(Step(program.place(leak.function, leak.at), "this can raise"), release),
                help=f"use `with {use.path}:`, or follow `acquire()` with `try:` … `finally: {use.path}.release()`",
                confidence=Confidence.LOW if is_test(leak.function) else _confidence(use),
                label=f"takes `{use.spelling}`",
            )
    for half in program.ask(failing_halves):
        yield _of_a_half(program, half)


def _confidence(use: LockCalls) -> Confidence:
    return Confidence.MEDIUM if use.typed or use.named_as_lock else Confidence.LOW


def _of_a_half(program: Program, half: FailingHalf) -> Finding:
    use, entering = half.use, half.use.function.name == "__enter__"
    if entering:
        message = f"`{use.spelling}` stays held if what follows raises: `__exit__` does not run when `__enter__` fails"
        help_ = f"follow `acquire()` with `try:` … `except BaseException: {use.path}.release(); raise`"
        other = Step(program.place(half.other.function, half.other.releases[0].at), "this does not run then")
    else:
        message = f"`{use.spelling}` stays held if what comes before raises: `__exit__` has no `finally`"
        help_ = f"put what comes before into a `try`, and `{use.path}.release()` into its `finally`"
        other = Step(program.place(half.other.function, half.other.acquires[0].at), "it was taken here")
    return RULE.finding(
        program.place(use.function, half.at),
        message,
        subjects=(use.subject,),
        scope=use.function.qualname,
        story=(Step(program.place(use.function, half.raises), "this can raise"), other),
        help=help_,
        confidence=_confidence(use),
        label=f"takes `{use.spelling}`" if entering else f"gives `{use.spelling}` back",
    )
