"""Something is made visible to other threads while it is still empty or half made.

## Why it hurts

Other threads ask only whether it is there. They find the empty table, or the socket that is not connected yet, and use
it.

## Example

```python
import threading

_codes = None
_lock = threading.Lock()


def code_of(name):
    global _codes
    if _codes is None:
        _codes = {}  # expect: THR210
        for line in open("codes.txt"):
            key, value = line.split()
            _codes[key] = value
    return _codes[name]
```

## Instead

Fill a local, and publish it with one assignment at the end.

```python
import threading

_codes = None
_lock = threading.Lock()


def code_of(name):
    global _codes
    if _codes is None:
        codes = {}
        for line in open("codes.txt"):
            key, value = line.split()
            codes[key] = value
        _codes = codes
    return _codes[name]
```

## Stays silent when

- it is complete before it is assigned;
- a lock is held meanwhile, and by those who use it;
- what is assigned without asking whether it is missing is used by no other thread, or not before it is filled;
- it is an attribute of an object that nothing shows to be used by several threads.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.lock_names import lock_names
from ...analyses.sharing.publications import publications
from ...analyses.sharing.seen_unfilled import seen_unfilled
from ...analyses.traces import traces
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR210", "published-before-filled", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each thing that others can see before it is complete."""
    for found in program.ask(publications).found:
        function = found.function
        state = "empty" if found.empty else "half made"
        steps = [Step(program.place(function, found.test), f"others ask only whether `{found.path}` is there")]
        if found.completed != found.given:
            steps.append(Step(program.place(function, found.completed), "it is completed here"))
        yield RULE.finding(
            program.place(function, found.given),
            f"`{found.path}` can be seen by other threads while it is still {state}",
            subjects=(f"{function.module.name}.{found.path}",),
            scope=function.qualname,
            story=tuple(steps),
            help="complete it in a local first, and assign it last",
            confidence=Confidence.MEDIUM,
        )
    stories, names = program.ask(traces), program.ask(lock_names)
    for unfilled in program.ask(seen_unfilled).found:
        given, used = unfilled.given, unfilled.used
        name = names.spelling(given.location)
        filled, reader = (program.place(site.function, site.event.at) for site in (unfilled.filled, used))
        yield RULE.finding(
            program.place(given.function, given.event.at),
            f"`{name.short}` is empty from here until it is filled, and {stories.who(used.root)} uses it as soon as it "
            "is there",
            subjects=(name.full,),
            scope=given.function.qualname,
            story=(Step(filled, "it is filled here"), Step(reader, f"`{name.short}` is used here", used.root.name)),
            help="fill a local first, and assign it last",
            confidence=Confidence.MEDIUM,
        )
