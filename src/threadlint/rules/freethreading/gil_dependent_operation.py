"""One operation on a shared container is whole only because of the GIL.

## Why it hurts

`insert`, `remove` or `pop(0)` move the elements of a list one by one; `extend` and `update` take what an iterator
gives one by one. With a
GIL no other thread runs meanwhile. On a free-threaded build a reader without a lock sees elements twice, or not at
all.

## Example

```python
# options: free-threaded = true
import threading

waiting = []


def arrive(name):
    waiting.insert(0, name)  # expect: THR801


for name in ("a", "b"):
    threading.Thread(target=arrive, args=(name,)).start()
```

## Instead

Hold a lock, or use a structure whose operation is whole: `collections.deque.appendleft`.

```python
# options: free-threaded = true
import collections
import threading

waiting = collections.deque()


def arrive(name):
    waiting.appendleft(name)


for name in ("a", "b"):
    threading.Thread(target=arrive, args=(name,)).start()
```

## Stays silent when

- the project does not target a free-threaded build;
- all sides hold one lock;
- `extend` or `update` take a list, tuple, set or dict.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.lock_names import lock_names
from ...analyses.sharing.whole_operations import whole_operations
from ...analyses.traces import traces
from ...model.finding import Confidence, Finding, Rule, Severity, Step, Tier
from ...program.program import Program

RULE = Rule("THR801", "gil-dependent-operation", severity=Severity.WARNING, tier=Tier.FT)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each function with an operation that leans on the GIL."""
    names, paths = program.ask(lock_names), program.ask(traces)
    for found in program.ask(whole_operations):
        site, other = found.site, found.other
        name = names.spelling(site.location)
        steps = [step for step in (paths.beginning(site.root),) if step is not None]
        if (other.function, other.event.at) != (site.function, site.event.at):
            steps.append(
                Step(program.place(other.function, other.event.at), f"another thread uses `{name.short}` here")
            )
        yield RULE.finding(
            program.place(site.function, site.event.at),
            f"`{found.what}` on the shared `{name.short}` can be seen half done on a free-threaded build",
            subjects=(name.full,),
            scope=site.function.qualname,
            story=tuple(steps),
            help="hold one lock around it and around the readers",
            confidence=Confidence.MEDIUM,
        )
