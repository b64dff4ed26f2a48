"""A daemon thread writes a file or a database, and nothing waits for it.

## Why it hurts

Daemon threads are stopped abruptly when the interpreter exits: in the middle of a line, before the buffer is
written, between two statements of a transaction. `finally` and `with` blocks of the thread do not run.

## Example

```python
import queue
import threading

rows = queue.Queue()


def write():
    with open("rows.txt", "w") as out:
        while True:
            out.write(rows.get())


threading.Thread(target=write, daemon=True).start()  # expect: THR313
rows.put("one")
```

## Instead

```python
import queue
import threading

rows = queue.Queue()


def write():
    with open("rows.txt", "w") as out:
        while (row := rows.get()) is not None:
            out.write(row)


writer = threading.Thread(target=write)
writer.start()
rows.put("one")
rows.put(None)
writer.join()
```

## Stays silent when

- the thread is joined or signalled somewhere, or leaves the picture;
- it only reads, or writes nothing but logs.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.execution import Activation, Event, Root, execution
from ...analyses.failures.thread_results import Results, thread_results
from ...analyses.lifecycle.lifetimes import Life, is_stop, lifetimes
from ...analyses.lifecycle.stop_signals import StopSignals, stop_signals
from ...analyses.lifecycle.thread_code import is_test
from ...analyses.lifecycle.unwaited_stops import unwaited_stops
from ...model.finding import Confidence, Finding, Rule, Step
from ...program.program import Program
from ...program.values import Lit

RULE = Rule("THR313", "daemon-holds-resource")

_DATABASES = frozenset({"sqlite3.connect", "shelve.open", "dbm.open"})
_DEPTH = 3


def check(program: Program) -> Iterator[Finding]:
    """A finding for each daemon thread that writes and that nobody joins or signals."""
    results, signals = program.ask(thread_results), program.ask(stop_signals)
    for life in program.ask(lifetimes).of("thread"):
        if (
            not life.is_started
            or life.daemon is not True
            or life.escapes
            or life.is_done("join", "is_alive", "isAlive")
        ):
            continue
        if _can_be_stopped(program, life) or any(not name.startswith("_") for name, _ in life.homes):
            continue
        written = _written(program, signals, results, life)
        if written is not None:
            yield _finding(program, life, written)
    for stop in program.ask(unwaited_stops):
        yield RULE.finding(
            program.place(stop.function, stop.at),
            f"`{stop.function.facts.qualname}` tells daemon thread `{stop.life.name}` to stop and does not wait: "
            "it may still be in the middle of something when the interpreter is taken down",
            subjects=(f"{stop.life.function.module.name}.{stop.life.name}",),
            scope=stop.function.qualname,
            story=(Step(program.place(stop.using.function, stop.using.at), "used by the thread here", stop.life.name),),
            help="join the thread after it has been told to stop",
            confidence=Confidence.MEDIUM,
        )


def _can_be_stopped(program: Program, life: Life) -> bool:
    keepers = [cls for _, cls in life.homes if cls is not None]
    if life.cls is not None:
        keepers.append(life.cls)
    return any(is_stop(name) for keeper in keepers for cls in program.hierarchy.mro(keeper) for name in cls.methods)


def _written(program: Program, signals: StopSignals, results: Results, life: Life) -> Event | None:
    """Where the thread opens something to write to, unless something that it waits for is signalled by others."""
    for root in results.roots(life):
        looked_at = {key for key in signals.of(root) if key[0] != "queue"}
        if looked_at:
            others = [a for a in program.ask(execution).activations if a.function is not root.function]
            if signals.given_in(others) & looked_at:
                return None
        for activation in _near(root):
            for event in activation.events.values():
                if event.kind == "call" and (event.subject in _DATABASES or _opens_to_write(event)):
                    return event
    return None


def _near(root: Root) -> list[Activation]:
    """The thread's own code: what its target calls in the same module, a few calls deep."""
    found = [root.activation]
    rest = [root.activation]
    for _ in range(_DEPTH):
        rest = [edge.callee for activation in rest for edge in activation.edges.values()]
        found += [each for each in rest if each not in found and each.function.module is root.function.module]
    return found


def _opens_to_write(event: Event) -> bool:
    if event.subject not in ("builtins.open", "io.open", "gzip.open", "bz2.open", "codecs.open"):
        return False
    mode = event.detail.arguments.get(1, "mode") or ()
    return any(
        isinstance(value, Lit) and isinstance(value.value, str) and set(value.value) & set("wax+") for value in mode
    )


def _finding(program: Program, life: Life, written: Event) -> Finding:
    what = "a database" if written.subject in _DATABASES else "a file"
    return RULE.finding(
        program.place(life.function, life.node.at),
        f"daemon thread `{life.name}` writes {what} and nothing waits for it: at exit it is stopped in the middle",
        subjects=(f"{life.function.module.name}.{life.name}",),
        scope=life.function.qualname,
        story=(Step(program.place(written.function, written.at), f"{what} is opened here", life.name),),
        help="do not make it a daemon, and tell it to stop and join it before the program ends",
        confidence=Confidence.LOW if is_test(life.function) else Confidence.MEDIUM,
    )
