"""A setting of the whole process is changed by code that a thread runs.

## Why it hurts

There is one working directory, one environment, one set of warning filters for all threads. Who changes it for itself
changes it
for everybody, in the middle of whatever they do; and who restores it restores what another had set meanwhile.

## Example

```python
import os
import threading


def build(folder):
    os.chdir(folder)  # expect: THR223
    os.system("make")


for folder in ("a", "b"):
    threading.Thread(target=build, args=(folder,)).start()
```

## Instead

Pass the setting along with the call.

```python
import subprocess
import threading


def build(folder):
    subprocess.run(["make"], cwd=folder)


for folder in ("a", "b"):
    threading.Thread(target=build, args=(folder,)).start()
```

## Stays silent when

- only the main thread does it, or a child process of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.sharing.process_state import Change, process_state
from ...analyses.traces import traces
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program

RULE = Rule("THR223", "process-state-changed-in-thread", severity=Severity.WARNING)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each thread and setting: the first place, with the others in the story."""
    paths = program.ask(traces)
    changes: dict[object, list[Change]] = {}
    for each in program.ask(process_state):
        changes.setdefault((each.root, each.what), []).append(each)
    for found, *others in changes.values():
        beginning = paths.beginning(found.root)
        also = tuple(Step(program.place(each.function, each.at), f"`{each.call}` here too") for each in others[:5])
        yield RULE.finding(
            program.place(found.function, found.at),
            f"`{found.call}` on {paths.who(found.root)} changes {found.what} for all threads of the process",
            subjects=(found.call,),
            scope=found.function.qualname,
            story=(*((beginning,) if beginning is not None else ()), *also),
            notes=(f"and at {len(others) - 5} more places",) if len(others) > 5 else (),
            help="pass the setting with each call (`cwd=`, `env=`), or change it before threads start",
            confidence=Confidence.MEDIUM,
        )
