"""`wait_for` is given what a predicate would return, not the predicate.

## Why it hurts

`wait_for` calls what it is given, again after each notification. A flag or the outcome of a comparison cannot be
called: the first wait raises `TypeError`.

## Example

```python
import threading

condition = threading.Condition()
ready = False


def prepare():
    global ready
    with condition:
        ready = True
        condition.notify()


def serve():
    with condition:
        condition.wait_for(ready)  # expect: THR614
    print("served")


server = threading.Thread(target=serve)
server.start()
prepare()
server.join()
```

## Instead

```python
import threading

condition = threading.Condition()
ready = False


def prepare():
    global ready
    with condition:
        ready = True
        condition.notify()


def serve():
    with condition:
        condition.wait_for(lambda: ready)
    print("served")


server = threading.Thread(target=serve)
server.start()
prepare()
server.join()
```

## Stays silent when

- anything but a literal is assigned to that name anywhere, or a function is called so;
- the argument is what a call gives, or an argument of the function itself.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.handoffs.uncallable_predicates import uncallable_predicates
from ...analyses.lock_names import lock_names
from ...model.finding import Finding, Rule, Severity
from ...program.program import Program

RULE = Rule("THR614", "predicate-not-callable", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each such wait."""
    names = program.ask(lock_names)
    for found in program.ask(uncallable_predicates):
        event = found.event
        condition = names.spelling(event.detail.receiver.address) if event.detail.receiver is not None else None
        what = f"the flag `{found.flag}`" if found.flag else "a value"
        yield RULE.finding(
            program.place(event.function, found.at),
            f"`wait_for` is given {what} where it calls a function, and raises `TypeError`",
            subjects=(condition.full,) if condition is not None else (),
            scope=event.function.qualname,
            help="give it a function that asks: `lambda: …`",
        )
