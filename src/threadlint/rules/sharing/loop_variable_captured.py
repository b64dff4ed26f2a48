"""A function made in a loop is handed to a thread, and reads the loop's variable when it runs.

## Why it hurts

A nested function looks up free names when it runs, not when it is made. By then the loop has gone on: several threads
work on the same item, and others on none.

## Example

```python
import threading


def notify(users):
    for user in users:
        threading.Thread(target=lambda: send(user)).start()  # expect: THR217


def send(user):
    print("hello", user)
```

## Instead

Pass the value as an argument, or bind it in a default.

```python
import threading


def notify(users):
    for user in users:
        threading.Thread(target=send, args=(user,)).start()


def send(user):
    print("hello", user)
```

## Stays silent when

- a default argument or `functools.partial` binds the value;
- the iteration waits for the thread before it goes on.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.sharing.loop_variables import loop_variables
from ...model.finding import Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR217", "loop-variable-captured", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each function that is handed over with a loop's variable in it."""
    for found in program.ask(loop_variables):
        function = found.function
        yield RULE.finding(
            program.place(function, found.made),
            f"this function reads `{found.name}` when its {found.to} runs, and the loop may have changed it by then",
            subjects=(f"{function.qualname}.{found.name}",),
            scope=function.qualname,
            story=(Step(program.place(function, found.loop), f"`{found.name}` changes with each turn of this loop"),),
            help=f"pass `{found.name}` as an argument, or bind it: `{found.name}={found.name}`",
        )
