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

- the thread is joined somewhere, or leaves the picture; or it is signalled, and whoever does that waits for anything;
- it only reads, or writes nothing but logs.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.lifecycle.daemon_writes import DaemonWrite, daemon_writes, hasty_stops
from ...analyses.lifecycle.thread_code import is_test
from ...analyses.lifecycle.unwaited_stops import unwaited_stops
from ...model.finding import Confidence, Finding, Rule, Step
from ...program.program import Program

RULE = Rule("THR313", "daemon-holds-resource")


def check(program: Program) -> Iterator[Finding]:
    """A finding for each daemon thread that writes and that nobody joins or signals."""
    for write in program.ask(daemon_writes):
        yield _finding(program, write)
    for hasty in program.ask(hasty_stops):
        life, opened = hasty.write.life, hasty.write.opened
        yield RULE.finding(
            program.place(hasty.given.function, hasty.given.at),
            f"`{hasty.stop.facts.qualname}` tells daemon thread `{life.name}` to end and does not wait: "
            f"what it still has to write to {hasty.write.what} may be lost",
            subjects=(f"{life.function.module.name}.{life.name}",),
            scope=hasty.stop.qualname,
            story=(Step(program.place(opened.function, opened.at), f"{hasty.write.what} is opened here", life.name),),
            help="join the thread after it has been told to end",
            confidence=Confidence.MEDIUM,
        )
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


def _finding(program: Program, write: DaemonWrite) -> Finding:
    life, opened = write.life, write.opened
    return RULE.finding(
        program.place(life.function, life.node.at),
        f"daemon thread `{life.name}` writes {write.what} and nothing waits for it: "
        "at exit it is stopped in the middle",
        subjects=(f"{life.function.module.name}.{life.name}",),
        scope=life.function.qualname,
        story=(Step(program.place(opened.function, opened.at), f"{write.what} is opened here", life.name),),
        help="do not make it a daemon, and tell it to stop and join it before the program ends",
        confidence=Confidence.LOW if is_test(life.function) else Confidence.MEDIUM,
    )
