"""A container that belongs to the class is changed through `self`, as if each instance had its own.

## Why it hurts

`rows = []` in a class body makes one list for all instances. Each thread believes to fill the list of its own object,
and all fill
the same one.

## Example

```python
import threading


class Report:
    rows = []

    def add(self, row):
        self.rows.append(row)  # expect: THR224


def work(name):
    report = Report()
    report.add(name)


for name in ("a", "b"):
    threading.Thread(target=work, args=(name,)).start()
```

## Instead

```python
import threading


class Report:
    def __init__(self):
        self.rows = []

    def add(self, row):
        self.rows.append(row)


def work(name):
    report = Report()
    report.add(name)


for name in ("a", "b"):
    threading.Thread(target=work, args=(name,)).start()
```

## Stays silent when

- `__init__` gives each instance its own;
- the name says that it is meant to be shared (`_registry`, `_cache`), or a lock guards it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.lock_names import lock_names
from ...analyses.sharing.shared_class_state import shared_class_state
from ...analyses.traces import traces
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR224", "class-state-through-self", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each method that changes its class's container through `self`."""
    names, paths = program.ask(lock_names), program.ask(traces)
    for found in program.ask(shared_class_state):
        site, other = found.site, found.other
        name = names.spelling(site.location)
        steps = []
        beginning = paths.beginning(site.root)
        if beginning is not None:
            steps.append(beginning)
        if (other.function, other.event.at) != (site.function, site.event.at):
            steps.append(Step(program.place(other.function, other.event.at), f"`{name.short}` is changed here too"))
        yield RULE.finding(
            program.place(site.function, site.event.at),
            f"`{name.short}` belongs to the class: all instances, on all threads, change the same one",
            subjects=(name.full,),
            scope=site.function.qualname,
            story=tuple(steps),
            help="make it in `__init__`, or guard it by a lock of the class",
            confidence=Confidence.MEDIUM,
        )
