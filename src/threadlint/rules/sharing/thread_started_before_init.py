"""A constructor starts a thread, and sets attributes that the thread uses afterwards.

## Why it hurts

The thread may run at once. Then it meets an object without the attribute and dies of `AttributeError`; on a busy
machine it happens once in a thousand times.

## Example

```python
import threading


class Poller:
    def __init__(self, url):
        self._url = url
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()  # expect: THR211
        self._interval = 5

    def _run(self):
        while True:
            print(self._url, self._interval)
```

## Instead

Start the thread last, or in a method of its own.

```python
import threading


class Poller:
    def __init__(self, url):
        self._url = url
        self._interval = 5
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while True:
            print(self._url, self._interval)
```

## Stays silent when

- the attribute has a value before the start, or in the class body;
- the thread never looks at it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.lifecycle.early_starts import early_starts
from ...analyses.lock_names import lock_names
from ...model.finding import Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR211", "thread-started-before-init", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each thread that a constructor starts too early."""
    names = program.ask(lock_names)
    for found in program.ask(early_starts):
        late = [names.spelling(write.subject) for write, _ in found.late]
        first = late[0].short
        more = f" and {len(late) - 1} more attribute{'s' if len(late) > 2 else ''}" if len(late) > 1 else ""
        steps = []
        for (write, read), name in list(zip(found.late, late, strict=True))[:3]:
            steps.append(Step(program.place(write.function, write.at), f"`{name.short}` is set here"))
            steps.append(
                Step(program.place(read.function, read.at), f"and used here by `{found.root.name}`", found.root.name)
            )
        yield RULE.finding(
            program.place(found.start.function, found.start.at),
            f"{found.root.spelling} `{found.root.name}` starts before the constructor sets `{first}`{more}, which "
            "it uses",
            subjects=tuple(name.full for name in late),
            scope=found.start.function.qualname,
            story=tuple(steps),
            help="start it at the end of the constructor, or in a separate method",
        )
