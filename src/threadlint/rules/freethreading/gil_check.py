"""A decision depends on the GIL in a way that does not hold.

## Why it hurts

`sys._is_gil_enabled()` exists from Python 3.13 on: before, the call raises `AttributeError`. `Py_GIL_DISABLED` says
how the interpreter
was built; an extension or an option can turn the GIL on again. And a GIL is no lock: threads switch between any two
steps that call
something, so code that needs a lock without a GIL needs it with one.

## Example

```python
import contextlib
import sys
import threading

if sys._is_gil_enabled():  # expect: THR802
    print("one thread at a time")
```

## Instead

```python
import sys
import threading

if sys.version_info < (3, 13) or sys._is_gil_enabled():
    print("one thread at a time")
```

## Stays silent when

- the version, or the function itself, is asked for first, or `AttributeError` is handled;
- the answer is only printed.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.sharing.gil_checks import gil_checks
from ...model.finding import Confidence, Finding, Rule, Severity
from ...program.program import Program

RULE = Rule("THR802", "gil-check", severity=Severity.WARNING)

_SAID = {
    "unguarded": (
        "`sys._is_gil_enabled` does not exist before Python 3.13", "ask `sys.version_info` first, or `hasattr`",
        Confidence.HIGH,
    ),
    "build": (
        "`Py_GIL_DISABLED` tells how the interpreter was built, not whether the GIL is on",
        "ask `sys._is_gil_enabled` where it exists", Confidence.MEDIUM,
    ),
    "lock": (
        "the lock is left out where the GIL is on, and threads switch in the middle of its section there too",
        "use the lock on every build", Confidence.MEDIUM,
    ),
}  # fmt: skip


def check(program: Program) -> Iterator[Finding]:
    """One finding for each decision that depends on the GIL in a wrong way."""
    for found in program.ask(gil_checks):
        message, help, confidence = _SAID[found.what]
        yield RULE.finding(
            program.place(found.function, found.at), message, subjects=(found.function.qualname,),
            scope=found.function.qualname, help=help, confidence=confidence,
        )  # fmt: skip
