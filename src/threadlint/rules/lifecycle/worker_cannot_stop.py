"""A worker thread loops for ever, and nothing can end it.

## Why it hurts

The thread is no daemon, so the interpreter waits for it at exit; and its loop has no way out, so it waits for ever.
The process has to be killed.

The same happens to a thread that has a way out which it never gets to: it waits in `get()` and does not see the
flag, or in `put()` on a full queue whose consumer has gone; or it sleeps for long while somebody joins it. A pool waits
for its tasks like that, daemon or not, and so does a `close()` that joins a daemon without an end.

## Example

```python
import queue
import threading

todo = queue.Queue()


def work():
    while True:
        print(todo.get() + 1)


worker = threading.Thread(target=work)  # expect: THR321
worker.start()
todo.put(1)
```

## Instead

Give the loop a way out, such as a sentinel, or make the thread a daemon.

```python
import queue
import threading

todo = queue.Queue()


def work():
    while True:
        number = todo.get()
        if number is None:
            break
        print(number + 1)


worker = threading.Thread(target=work)
worker.start()
todo.put(1)
todo.put(None)
worker.join()
```

## Stays silent when

- the thread is a daemon that nobody joins in order to stop, or it is not certain that it is none;
- anything in the loop can leave it: `break`, `return`, `raise`, a test of an event, a socket or file that is closed
  under it;
- the target is not known.

## Fix

Unsafe: `daemon=True` is passed to `Thread`.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.failures.thread_results import thread_results
from ...analyses.lifecycle.deaf_gets import DeafGet, deaf_gets
from ...analyses.lifecycle.endless_waits import EndlessJoin, EndlessTask, endless_waits
from ...analyses.lifecycle.lifetimes import Life, lifetimes
from ...analyses.lifecycle.made_daemon import made_daemon
from ...analyses.lifecycle.odd_siblings import odd_siblings
from ...analyses.lifecycle.stuck_workers import stuck_workers
from ...analyses.lifecycle.thread_code import is_test
from ...analyses.lifecycle.unwoken_workers import Unwoken, slow_workers, unwoken_workers
from ...analyses.lifecycle.worker_loops import WorkerLoop
from ...model.finding import Confidence, Finding, Fix, Rule, Step
from ...program.program import Program

RULE = Rule("THR321", "worker-cannot-stop")


def check(program: Program) -> Iterator[Finding]:
    """A finding for each non-daemon thread with an endless loop, or one that can get stuck in a full queue."""
    endless = program.ask(endless_waits)
    results = program.ask(thread_results)
    for life in program.ask(lifetimes).of("thread"):
        if not life.is_started or life.daemon is not False or program.ask(lifetimes).only_in_threads(life):
            continue
        loop = endless.loop_of(results.roots(life))
        if loop is not None:
            yield _finding(program, life, loop)
    for task in endless.tasks:
        yield _endless_task(program, task)
    for join in endless.joins:
        yield _endless_join(program, join)
    for stuck in program.ask(stuck_workers):
        yield RULE.finding(
            program.place(stuck.life.function, stuck.life.node.at),
            f"`{stuck.life.name}` waits in `put` for ever when its consumer stops early: the queue is bounded, "
            "and the thread is no daemon",
            subjects=(f"{stuck.life.function.module.name}.{stuck.life.name}",),
            scope=stuck.life.function.qualname,
            story=(
                Step(
                    program.place(stuck.put.function, stuck.put.at),
                    "it waits here when the queue is full",
                    stuck.life.name,
                ),
            ),
            help="make the thread a daemon, or give the consumer a way to end it",
            confidence=Confidence.MEDIUM,
            fix=_fix(stuck.life),
        )
    for unwoken in (*program.ask(unwoken_workers), *program.ask(slow_workers)):
        yield RULE.finding(
            program.place(unwoken.get.function, unwoken.get.at),
            f"thread `{unwoken.life.name}` {_waiting(unwoken)} and does not see that "
            f"`{unwoken.stop.facts.qualname}` told it to stop",
            subjects=(f"{unwoken.life.function.module.name}.{unwoken.life.name}",),
            scope=unwoken.get.function.qualname,
            story=(
                Step(program.place(unwoken.life.function, unwoken.life.node.at), f"`{unwoken.life.name}` is made here"),
            ),
            help="put a sentinel into the queue when it is to stop, or give `get` a timeout"
            if unwoken.seconds is None
            else "wait for an event instead: `stop.wait(seconds)` ends as soon as it is set",
            confidence=Confidence.MEDIUM,
        )
    for deaf in program.ask(deaf_gets):
        yield _deaf(program, deaf)
    for odd in program.ask(odd_siblings):
        yield RULE.finding(
            program.place(odd.life.function, odd.life.node.at),
            f"thread `{odd.life.name}` keeps the process alive until `{odd.stop.name}` is called, while "
            f"`{odd.daemon.name}` beside it is a daemon",
            subjects=(f"{odd.life.function.module.name}.{odd.life.name}",),
            scope=odd.life.function.qualname,
            story=(Step(program.place(odd.daemon.function, odd.daemon.node.at), f"`{odd.daemon.name}` is a daemon"),),
            help="make it a daemon too, or let the object be used in a `with` statement",
            confidence=Confidence.MEDIUM,
            fix=_fix(odd.life),
        )


def _deaf(program: Program, deaf: DeafGet) -> Finding:
    return RULE.finding(
        program.place(deaf.method, deaf.get.at),
        f"a thread that waits here already does not see that `{deaf.closer.facts.qualname}` sets `{deaf.flag}`, "
        "and is never woken",
        subjects=(f"{deaf.method.module.name}.{deaf.method.facts.qualname}",),
        scope=deaf.method.qualname,
        story=(Step(program.place(deaf.closer, deaf.closer.facts.name_at), "sets it, and wakes nobody"),),
        help="put a sentinel into the queue when it is closed, or give `get` a timeout",
        confidence=Confidence.MEDIUM,
    )


def _waiting(unwoken: Unwoken) -> str:
    return "waits here" if unwoken.seconds is None else f"sleeps here for {unwoken.seconds:g} seconds"


def _finding(program: Program, life: Life, loop: WorkerLoop) -> Finding:
    return RULE.finding(
        program.place(life.function, life.node.at),
        f"thread `{life.name}` never ends: its loop has no way out, and it is no daemon",
        subjects=(f"{life.function.module.name}.{life.name}",),
        scope=life.function.qualname,
        story=(Step(program.place(loop.function, loop.loop.at), "this loop never ends", life.name),),
        help="test an event in the loop, put a sentinel into its queue, or make the thread a daemon",
        confidence=Confidence.LOW if is_test(life.function) else Confidence.HIGH,
        fix=_fix(life),
    )


def _endless_task(program: Program, task: EndlessTask) -> Finding:
    life, loop = task.life, task.loop
    name = loop.root.name
    return RULE.finding(
        program.place(life.function, life.node.at),
        f"task `{name}` never ends: its loop has no way out, and the end of the program waits for the pool",
        subjects=(f"{life.function.module.name}.{name}",),
        scope=life.function.qualname,
        story=(Step(program.place(loop.function, loop.loop.at), "this loop never ends", name),),
        help="test an event in the loop, or run it on a daemon thread: a pool is for tasks that end",
        confidence=Confidence.LOW if is_test(life.function) else Confidence.MEDIUM,
    )


def _endless_join(program: Program, wait: EndlessJoin) -> Finding:
    life, loop = wait.life, wait.loop
    return RULE.finding(
        program.place(wait.function, wait.join.at),
        f"`{wait.function.facts.qualname}` waits here for ever: the loop of thread `{life.name}` has no way out",
        subjects=(f"{life.function.module.name}.{life.name}",),
        scope=wait.function.qualname,
        story=(Step(program.place(loop.function, loop.loop.at), "this loop never ends", life.name),),
        help="test an event in the loop and set it before the join, or leave the daemon to the end of the program",
        confidence=Confidence.LOW if is_test(wait.function) else Confidence.MEDIUM,
    )


def _fix(life: Life) -> Fix | None:
    edit = made_daemon(life)
    return Fix("make it a daemon", (edit,), safe=False) if edit is not None else None
