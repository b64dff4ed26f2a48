"""`sys.exit()` in a thread ends the thread, not the program.

## Why it hurts

SystemExit that leaves a thread is ignored without a word, and the exit status with it: the process goes on, and
ends with 0. A KeyboardInterrupt raised there reaches nobody either.

## Example

```python
import sys
import threading


def work():
    if input() == "quit":
        sys.exit(3)  # expect: THR406


thread = threading.Thread(target=work)
thread.start()
thread.join()
```

## Instead

Return, and tell the main thread.

```python
import sys
import threading

failed = threading.Event()


def work():
    if input() == "quit":
        failed.set()


thread = threading.Thread(target=work)
thread.start()
thread.join()
if failed.is_set():
    sys.exit(3)
```

## Stays silent when

- the function is called outside threads as well;
- `sys.exit()` has no status, or 0: then it only ends the thread (low confidence);
- SystemExit is caught in the function.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.execution import Event, execution
from ...analyses.lifecycle.thread_code import ThreadCode, is_test, thread_code
from ...analyses.mentions import Mentions, mentions
from ...model import facts as f
from ...model.finding import Confidence, Finding, Rule, Step
from ...program.program import Program
from ...program.symbols import handles

RULE = Rule("THR406", "exit-in-thread")

_EXITS = ("sys.exit", "builtins.exit", "builtins.quit")
_RAISED = frozenset({"SystemExit", "KeyboardInterrupt"})
_CATCHING = frozenset({"SystemExit", "KeyboardInterrupt", "BaseException"})


def check(program: Program) -> Iterator[Finding]:
    """A finding for each exit in code that only threads run."""
    code, where, found = program.ask(thread_code), program.ask(mentions), program.ask(execution)
    seen: set[tuple[str, f.Span]] = set()
    for event in [*found.calls(*_EXITS), *(e for e in found.events("raise") if e.subject in _RAISED)]:
        function, key = event.function, (event.function.module.name, event.at)
        if key in seen or not code.is_only_for_threads(function) or not code.is_near(function) or is_test(function):
            continue
        seen.add(key)
        roots = code.roots_of(function)
        if (
            any(root.spelling in ("handler", "done-callback") for root in roots)
            or not roots
            or _is_caught(where, event)
        ):
            continue
        yield _finding(program, code, event)


def _is_caught(where: Mentions, event: Event) -> bool:
    names = event.function.text.names
    node = event.detail.node if event.kind == "call" else None
    if node is None:
        return any(name in names for name in _CATCHING - {event.subject})
    for each in where.around(event.function, node):
        if isinstance(each, f.Try):
            for handler in each.handlers:
                if handles(handler, _CATCHING):
                    return True
    return False


def _finding(program: Program, code: ThreadCode, event: Event) -> Finding:
    root = code.roots_of(event.function)[0]
    what = f"`{event.subject.removeprefix('builtins.')}`" if event.kind == "call" else f"`raise {event.subject}`"
    status = event.detail.arguments.expr(0) if event.kind == "call" else None
    plain = event.kind == "call" and (status is None or (isinstance(status, f.Const) and not status.value))
    story: tuple[Step, ...] = ()
    if root.spawns:
        spawn = root.spawns[0]
        story = (
            Step(program.place(spawn.function, spawn.at), f"{root.spelling} `{root.name}` starts here", root.name),
        )
    return RULE.finding(
        program.place(event.function, event.at),
        f"{what} in {root.spelling} `{root.name}` ends only the thread; the program goes on, its exit status is lost",
        subjects=(event.function.qualname,),
        scope=event.function.qualname,
        story=story,
        help="return, and tell the main thread, for example by an event",
        confidence=Confidence.LOW
        if plain
        else Confidence.HIGH
        if event.function in code.targets
        else Confidence.MEDIUM,
    )
