"""A thread is started while a module is imported.

## Why it hurts

Whoever imports the module gets a thread, wanted or not, in tests and in tools that only look at it. While the
import goes on, the thread may meet a half-made module, and one that imports the module itself waits for the import
lock.

## Example

```python
# options: strict = true
# file: poller.py
import threading


def poll():
    print("polling")


threading.Thread(target=poll, daemon=True).start()  # expect: THR320

# file: app.py
import threading

import poller

print(threading.active_count(), "threads, one of them in", poller)
```

## Instead

Start it in a function that the program calls.

```python
import threading


def poll():
    print("polling")


def start():
    threading.Thread(target=poll, daemon=True).start()
```

## Stays silent when

- the start stands under `if __name__ == "__main__":`;
- the module is a script that nothing in the program imports.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.execution import execution
from ...analyses.mentions import mentions
from ...model import facts as f
from ...model.finding import Finding, Rule, Tier
from ...program.program import Program
from ...program.symbols import Function, Module

RULE = Rule("THR320", "thread-started-at-import", tier=Tier.STRICT)


def check(program: Program) -> Iterator[Finding]:
    """A finding for each start in the top level of a module that others import."""
    where = program.ask(mentions)
    imported = _imported(program)
    for event in program.ask(execution).events("spawn"):
        function = event.function
        if not function.is_top or event.detail.domain != "thread" or event.detail.what == "done-callback":
            continue
        if function.module.name not in imported and not function.module.is_package:
            continue
        statement = next((n for n in function.text.parents.values() if getattr(n, "at", None) == event.at), None)
        if statement is not None and any(_is_main_guard(each) for each in where.around(function, statement)):
            continue
        yield RULE.finding(
            program.place(function, event.at),
            f"importing `{function.module.name}` starts a {event.detail.what}",
            subjects=(function.module.name,),
            scope=function.qualname,
            help='start it in a function, or under `if __name__ == "__main__":`',
        )


def _imported(program: Program) -> set[str]:
    """Names of modules that another module of the program imports."""
    found: set[str] = set()
    for module in program.modules.values():
        for function in module.functions:
            for statement in function.index.imports:
                found |= _names(program, module, function, statement)
    return found


def _names(program: Program, module: Module, function: Function, statement: f.Import) -> set[str]:
    if statement.module is None:
        return {alias.name for alias in statement.names}
    base = program.base_of_import(module, statement)
    if base is None or base == module.name:
        return set()
    return {base, *(f"{base}.{alias.name}" for alias in statement.names)}


def _is_main_guard(node: object) -> bool:
    if not isinstance(node, f.If) or not isinstance(node.test, f.Compare):
        return False
    sides = (node.test.left, node.test.right)
    return any(isinstance(side, f.Name) and side.id == "__name__" for side in sides)
