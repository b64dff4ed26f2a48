"""The result of `start()` is kept, but it is None.

## Why it hurts

`start()` returns None. `t = Thread(…).start()` starts a thread that nobody can join any more, and `t.join()` raises
AttributeError.

## Example

```python
import threading


def work():
    print("working")


thread = threading.Thread(target=work).start()  # expect: THR310
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

- the class of the thread has a `start` of its own;
- the result is returned, or dropped.

## Fix

Safe: the assignment is split into two statements.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.edits import split_start
from ...analyses.execution import execution
from ...analyses.mentions import mentions
from ...model import facts as f
from ...model.finding import Finding, Fix, Rule, Severity
from ...program.program import Program
from ...program.symbols import dotted

RULE = Rule("THR310", "start-result-used", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """A finding for each `start()` of a thread whose result gets a name or a place."""
    where = program.ask(mentions)
    for event in program.ask(execution).calls("threading.Thread.start", "threading.Timer.start"):
        call, function = event.detail.node, event.function
        if not isinstance(call, f.Call):
            continue
        above = where.parent(function, call)
        target = None
        if isinstance(above, f.Assign):
            target = dotted(above.targets[0]) or "the name"
        elif isinstance(above, f.Walrus):
            target = above.target.id
        elif isinstance(above, f.Comprehension) and above.kind != "generator":
            outer = where.parent(function, above)
            if isinstance(outer, f.Assign):
                target = dotted(outer.targets[0]) or "the list"
        elif isinstance(above, f.Arg):
            outer = where.parent(function, above)
            if isinstance(outer, f.Call) and isinstance(outer.func, f.Attr) and outer.func.attr in ("append", "add"):
                target = dotted(outer.func.value) or "the list"
        if target is None:
            continue
        edits = split_start(where, function, call, above)
        several = isinstance(above, (f.Comprehension, f.Arg))
        yield RULE.finding(
            program.place(function, call.at),
            f"`{target}` holds {'only None' if several else 'None'}: that is what `start()` returns",
            subjects=(f"{function.module.name}.{target}",),
            scope=function.qualname,
            help="keep the thread first, and start it in a statement of its own",
            fix=Fix("start it in a statement of its own", edits) if edits else None,
        )
