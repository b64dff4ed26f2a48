"""A module waits, while it is imported, for a thread that imports it.

## Why it hurts

An import holds the module's import lock until its last line has run. A thread that imports the same module waits for
that lock, and the module waits for the thread: the program hangs before it has begun.

## Example

```python
# this is the module `example`
import threading

values = {}


def load():
    import example

    example.values.update(depth=3)


loader = threading.Thread(target=load)
loader.start()
loader.join()  # expect: THR111
```

## Instead

Start and wait in a function that is called when the imports are done.

```python
import threading

values = {}


def load():
    values.update(depth=3)


def main():
    loader = threading.Thread(target=load)
    loader.start()
    loader.join()


if __name__ == "__main__":
    main()
```

## Stays silent when

- the wait stands under `if __name__ == "__main__":`;
- the thread imports nothing that is still being imported.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.deadlocks.import_waits import import_waits
from ...analyses.traces import traces
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...model.place import Place
from ...program.program import Program

RULE = Rule("THR111", "import-waits-for-thread", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each place at the top level of a module that waits for its own import."""
    paths = program.ask(traces)
    seen: set[Place] = set()
    for each in program.ask(import_waits):
        event = each.waiting.event
        place = paths.place(event.activation, event.at)
        if place in seen:
            continue
        seen.add(place)
        own = each.busy == each.module.name
        which = (
            "which imports this module" if own else f"which imports `{each.busy}`, and that imports this module first"
        )
        beginning = paths.beginning(each.thread)
        steps = [beginning] if beginning is not None else []
        steps.append(
            Step(
                paths.place(each.imports.activation, each.imports.at),
                f"`{each.busy}` is imported here",
                each.thread.name,
            )
        )
        yield RULE.finding(
            place,
            f"the import of `{each.module.name}` waits here for {paths.who(each.thread)}, {which}",
            subjects=(each.module.name, each.thread.function.qualname),
            scope=each.module.name,
            story=tuple(steps),
            help="start and wait in a function that is called when the imports are done",
            confidence=Confidence.HIGH if own else Confidence.MEDIUM,
            label="waits while this module is being imported",
        )
