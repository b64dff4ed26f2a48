"""A thread is started, joined or changed at a moment when that cannot work.

## Why it hurts

A thread can be started once, joined only after it was started, by another thread than itself, and be made a daemon
only before. Anything else raises RuntimeError, often only at shutdown.

## Example

```python
import threading


class Poller:
    def __init__(self):
        self._thread = threading.Thread(target=self._run)

    def start(self):
        self._thread.start()

    def stop(self):
        self._thread.join()  # expect: THR309

    def _run(self):
        while True:
            if input() == "quit":
                self.stop()
                return


Poller().start()
```

## Instead

```python
import threading


class Poller:
    def __init__(self):
        self._thread = threading.Thread(target=self._run)

    def start(self):
        self._thread.start()

    def stop(self):
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self):
        while True:
            if input() == "quit":
                self.stop()
                return


Poller().start()
```

## Stays silent when

- the current thread is compared before the join, or RuntimeError is caught;
- a thread that is stored first and started then is started under the lock, or nothing shows that others may join it
  meanwhile;
- a branch, a loop or another call between the two places may have changed the thread.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.lifecycle.closed_pools import ClosedPool, closed_pools
from ...analyses.lifecycle.early_joins import EarlyJoin, early_joins
from ...analyses.lifecycle.own_joins import OwnJoin, own_joins
from ...analyses.lifecycle.thread_code import is_test
from ...analyses.lifecycle.thread_order import Disorder, thread_order
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...program.program import Program
from ...program.symbols import dotted

RULE = Rule("THR309", "impossible-thread-call", severity=Severity.ERROR)

_MESSAGES = {
    "started-twice": (
        "`{path}` is started a second time; a thread can be started only once",
        "make a new thread for each start",
    ),
    "joined-before-start": ("`{path}` is joined before it is started", "start it first"),
    "daemon-after-start": ("`{path}` is made a daemon after it was started", "set `daemon` before `start()`"),
    "started-each-iteration": (
        "`{path}` is started again in each iteration; a thread can be started only once",
        "make the thread inside the loop",
    ),
}


def check(program: Program) -> Iterator[Finding]:
    """Findings for impossible orders within a block, and for threads that can reach their own join."""
    for disorder in program.ask(thread_order):
        if disorder.kind in _MESSAGES:
            yield _disordered(program, disorder)
    for own in program.ask(own_joins):
        yield _own_join(program, own)
    for early in program.ask(early_joins):
        yield _early_join(program, early)
    for closed in program.ask(closed_pools):
        yield _closed_pool(program, closed)


def _disordered(program: Program, disorder: Disorder) -> Finding:
    message, help_text = _MESSAGES[disorder.kind]
    story: tuple[Step, ...] = ()
    if disorder.kind in ("started-twice", "daemon-after-start"):
        story = (Step(program.place(disorder.function, disorder.first), "it is started here"),)
    return RULE.finding(
        program.place(disorder.function, disorder.at),
        f"{message.format(path=disorder.path)}: RuntimeError",
        subjects=(f"{disorder.function.module.name}.{disorder.path}",),
        scope=disorder.function.qualname,
        story=story,
        help=help_text,
    )


def _early_join(program: Program, early: EarlyJoin) -> Finding:
    life, join = early.life, early.join
    return RULE.finding(
        program.place(early.start.function, early.start.at),
        f"`{life.name}` is stored before it is started, without the lock: `{join.function.facts.qualname}` may join it "
        "in between; that raises RuntimeError",
        subjects=(f"{life.function.module.name}.{life.name}",),
        scope=early.start.function.qualname,
        story=(
            Step(program.place(life.function, life.node.at), "stored here"),
            Step(program.place(join.function, join.at), "joined here"),
        ),
        help="start it before it is stored, or do both, and the join, under the lock",
        confidence=Confidence.MEDIUM,
    )


def _closed_pool(program: Program, closed: ClosedPool) -> Finding:
    function = closed.function
    return RULE.finding(
        program.place(function, closed.submit.at),
        f"`{closed.path}` has been shut down by then and takes no tasks: RuntimeError",
        subjects=(f"{function.module.name}.{closed.path}",),
        scope=function.qualname,
        story=(Step(program.place(function, closed.closed), "it is shut down here, or where this block ends"),),
        help="hand it the task before it is shut down, inside the `with` block",
        confidence=Confidence.LOW if is_test(function) else Confidence.HIGH,
    )


def _own_join(program: Program, own: OwnJoin) -> Finding:
    event = own.event
    node = event.detail.node
    thread = (
        dotted(node.func.value) if hasattr(node, "func") and hasattr(node.func, "value") else None
    ) or "the thread"
    names = [f"`{function.facts.qualname}`" for function in own.path if function.facts.qualname]
    way = names[0] if len(names) == 1 else f"{names[0]}, through {', '.join(names[1:3])}"
    if own.root is None:
        message = f"`{thread}` is joined by {way}, and that thread may be the one to run it"
        story: tuple[Step, ...] = ()
    else:
        message = f"`{thread}` may be joined by itself: it runs {way}"
        spawn = own.root.spawns[0] if own.root.spawns else None
        story = () if spawn is None else (
            Step(
                program.place(spawn.function, spawn.at),
                f"{own.root.spelling} `{own.root.name}` starts here",
                own.root.name,
            ),
        )  # fmt: skip
    return RULE.finding(
        program.place(event.function, event.at),
        f"{message}; that raises RuntimeError",
        subjects=(f"{event.function.module.name}.{thread}",),
        scope=event.function.qualname,
        story=story,
        help="join only if `threading.current_thread()` is another thread",
        confidence=Confidence.MEDIUM,
    )
