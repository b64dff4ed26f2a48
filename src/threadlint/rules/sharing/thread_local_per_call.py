"""A thread-local or a context variable is made anew for each call.

## Why it hurts

It holds one value per thread as long as it lives. One that is a local variable of a function lives for one call, on
one thread, and
is no better than a plain variable; a `ContextVar` that is made again and again is never freed.

## Example

```python
import threading


def handle(request):
    scratch = threading.local()  # expect: THR222
    scratch.request = request
    return scratch.request
```

## Instead

```python
import threading

scratch = threading.local()


def handle(request):
    scratch.request = request
    return scratch.request
```

## Stays silent when

- it is stored in an attribute, a global or a container, returned, or passed on;
- a nested function uses it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.execution import execution
from ...analyses.lifecycle.uses import ESCAPES, Use, uses
from ...model import facts as f
from ...model.finding import Finding, Rule, Severity
from ...program.program import Program

RULE = Rule("THR222", "thread-local-per-call", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each thread-local that does not outlive its function."""
    fates = program.ask(uses)
    for event in program.ask(execution).calls("threading.local", "contextvars.ContextVar"):
        function = event.function
        if function.is_top:
            continue
        fate = fates.of(function, event.detail.node)
        if any(map(_leaves, fate.uses)) or any(home != "local" for home, _, _ in fate.homes) or not fate.homes:
            continue
        if any(name in function.shared_cells for _, name, _ in fate.homes):
            continue
        kind = "thread-local" if event.subject == "threading.local" else "context variable"
        yield RULE.finding(
            program.place(function, event.at),
            f"this {kind} lives for one call of `{function.facts.qualname}` only, and separates no threads",
            subjects=(f"{function.qualname}.{fate.homes[0][1]}",),
            scope=function.qualname,
            help="make it once, at module level or in the constructor, or use a plain variable",
        )


def _leaves(use: Use) -> bool:
    """Whether a use lets the object itself out, and not only what a call of it gives (`return current.get()`)."""
    given = use.node.value if isinstance(use.node, f.Return) else None
    return use.how in ESCAPES and not isinstance(given, f.Call)
