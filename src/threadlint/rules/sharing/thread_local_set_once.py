"""An attribute of a thread-local is set by one thread, and read by another.

## Why it hurts

`threading.local()` gives each thread attributes of its own. What the importing thread sets does not exist on any
other: there the
read raises `AttributeError`.

## Example

```python
import threading

context = threading.local()
context.user = "nobody"


def handle(request):
    print(context.user, request)  # expect: THR221


for request in ("a", "b"):
    threading.Thread(target=handle, args=(request,)).start()
```

## Instead

Give each thread its value: in the `__init__` of a subclass, which runs once per thread, or by a default.

```python
import threading


class Context(threading.local):
    def __init__(self):
        self.user = "nobody"


context = Context()


def handle(request):
    print(context.user, request)


for request in ("a", "b"):
    threading.Thread(target=handle, args=(request,)).start()
```

## Stays silent when

- the reading thread sets the attribute too;
- it is read by `getattr` with a default, behind `hasattr`, or where `AttributeError` is handled.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.lock_names import lock_names
from ...analyses.sharing.thread_locals import thread_locals
from ...analyses.traces import traces
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR221", "thread-local-set-once", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each read of an attribute that the reading thread never sets."""
    names, paths = program.ask(lock_names), program.ask(traces)
    for found in program.ask(thread_locals):
        name = names.spelling(found.local)
        function = found.read.function
        steps = [
            Step(
                program.place(found.written.function, found.written.at), f"`{name.short}.{found.attr}` is set here only"
            )
        ]
        beginning = paths.beginning(found.root)
        who = f"is not set on {paths.who(found.root)}"
        if found.root.kind == "entry":
            who = "is set once, at import, and on no other thread that comes here"
        yield RULE.finding(
            program.place(function, found.read.at),
            f"`{name.short}.{found.attr}` {who}: each thread has attributes of its own",
            subjects=(f"{name.full}.{found.attr}",),
            scope=function.qualname,
            story=(*steps, *((beginning,) if beginning is not None else ())),
            notes=(f"and {found.similar} similar",) if found.similar else (),
            confidence=Confidence.MEDIUM if found.root.kind == "entry" else Confidence.HIGH,
            help="set it in the `__init__` of a subclass of `threading.local`, or read it with a default",
        )
