"""A thread is started through `_thread`.

## Why it hurts

`_thread.start_new_thread` gives a bare number. Such a thread cannot be joined or named, the interpreter does not
wait for it at exit, and an exception in it goes to `sys.unraisablehook`.

## Example

```python
import _thread


def work():
    print("working")


_thread.start_new_thread(work, ())  # expect: THR319
```

## Instead

```python
import threading


def work():
    print("working")


thread = threading.Thread(target=work)
thread.start()
thread.join()
```

## Stays silent when

- `threading` is used;
- the class that starts it has a `join` of its own: that is what it adds.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.execution import execution
from ...model.finding import Finding, Rule, Severity
from ...program.program import Program
from ...program.symbols import dotted
from ...program.values import Fn

RULE = Rule("THR319", "low-level-thread", severity=Severity.NOTE)


def check(program: Program) -> Iterator[Finding]:
    """A finding for each call of `_thread.start_new_thread`."""
    for event in program.ask(execution).calls("_thread.start_new_thread"):
        method = event.function.method_of
        if method is not None and method.cls is not None and program.hierarchy.find(method.cls, "join") is not None:
            continue
        target = event.detail.arguments.expr(0, "function")
        given = event.detail.arguments.get(0, "function") or ()
        name = (dotted(target) if target is not None else None) or next(
            (v.function.name for v in given if isinstance(v, Fn)), "it"
        )
        yield RULE.finding(
            program.place(event.function, event.at),
            f"`{name}` runs on a thread of `_thread`, which nobody can join and the interpreter does not wait for",
            subjects=(f"{event.function.module.name}.{name}",),
            scope=event.function.qualname,
            help="use `threading.Thread(target=…)`",
        )
