"""An object is changed after it was put on a queue or given to a pool.

## Why it hurts

What is on the queue belongs to whoever takes it. The consumer may be reading it at this very moment, and sees it half
changed.

## Example

```python
# options: strict = true
import queue

jobs = queue.Queue()


def produce(rows):
    job = {"rows": rows}
    jobs.put(job)
    job["count"] = len(rows)  # expect: THR225
```

## Instead

```python
# options: strict = true
import queue

jobs = queue.Queue()


def produce(rows):
    job = {"rows": rows}
    job["count"] = len(rows)
    jobs.put(job)
```

## Stays silent when

- the name stands for a new object by then.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.sharing.after_hand_over import changed_after_hand_over
from ...model.finding import Confidence, Finding, Rule, Severity, Step, Tier
from ...program.program import Program

RULE = Rule("THR225", "mutated-after-hand-over", severity=Severity.NOTE, tier=Tier.STRICT)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each place."""
    for found in program.ask(changed_after_hand_over):
        function = found.function
        given = program.place(function, found.given)
        at = program.place(function, found.at)
        yield RULE.finding(
            at,
            f"`{found.name}` is changed after {found.to} got it, while its receiver may read it",
            subjects=(f"{function.qualname}.{found.name}",),
            scope=function.qualname,
            story=(Step(given, f"`{found.name}` is handed to {found.to} here"),) if given != at else (),
            help="finish it before it is handed over, or hand over a copy",
            confidence=Confidence.MEDIUM,
        )
