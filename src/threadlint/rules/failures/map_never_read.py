"""The results of `executor.map` are not read, so that no failure is seen.

## Why it hurts

`map` raises what a task raised only when its result is taken from the iterator. Without a loop over it, a failed
task looks like one that worked.

## Example

```python
from concurrent.futures import ThreadPoolExecutor


def save(page):
    with open(page, "w") as out:
        out.write(page)


with ThreadPoolExecutor() as pool:
    pool.map(save, ["one", "two"])  # expect: THR404
```

## Instead

```python
from concurrent.futures import ThreadPoolExecutor


def save(page):
    with open(page, "w") as out:
        out.write(page)


with ThreadPoolExecutor() as pool:
    list(pool.map(save, ["one", "two"]))
```

## Stays silent when

- the results are iterated, returned or passed on;
- the task catches what it raises, or does nothing that can fail.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.execution import Event, execution
from ...analyses.failures.exceptions import failures
from ...analyses.lifecycle.thread_code import is_test
from ...analyses.lifecycle.uses import uses
from ...model import facts as f
from ...model.finding import Confidence, Finding, Rule
from ...program.program import Program
from ...program.symbols import dotted
from ...program.values import Fn

RULE = Rule("THR404", "map-never-read")

_MAPS = (
    "concurrent.futures.ThreadPoolExecutor.map", "concurrent.futures.Executor.map",
    "concurrent.futures.ProcessPoolExecutor.map",
    "multiprocessing.pool.ThreadPool.imap", "multiprocessing.pool.ThreadPool.imap_unordered",
)  # fmt: skip


def check(program: Program) -> Iterator[Finding]:
    """A finding for each `map` whose results nobody takes."""
    may, fates = program.ask(failures), program.ask(uses)
    for event in program.ask(execution).calls(*_MAPS):
        call = event.detail.node
        if not isinstance(call, f.Call):
            continue
        fate = fates.of(event.function, call)
        if fate.uses or any(name.startswith("_") or kind != "local" for kind, name, _ in fate.homes):
            continue
        targets = [value.function for value in event.detail.arguments.get(0, "fn") or () if isinstance(value, Fn)]
        if targets and not any(may.may_fail(target) for target in targets):
            continue
        yield _finding(program, event, call)


def _finding(program: Program, event: Event, call: f.Call) -> Finding:
    task = event.detail.arguments.expr(0, "fn")
    name = dotted(task) if task is not None else None
    return RULE.finding(
        program.place(event.function, event.at),
        f"nobody takes the results of this `map`: if {f'`{name}`' if name else 'a task'} fails nobody will know",
        subjects=(f"{event.function.module.name}.{name or 'map'}",),
        scope=event.function.qualname,
        help="iterate over it, for example with `list(…)`",
        confidence=Confidence.LOW if is_test(event.function) else Confidence.HIGH,
    )
