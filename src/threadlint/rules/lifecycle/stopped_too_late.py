"""A thread is to be stopped by an `atexit` callback, which runs only after the thread has ended.

## Why it hurts

At exit the interpreter first waits for all threads that are no daemons, and for the workers of pools; only then
does it call what was registered with `atexit`. A thread that runs until such a callback stops it keeps the process
alive for ever.

## Example

```python
import atexit
import threading

stop = threading.Event()


def poll():
    while not stop.wait(1.0):
        print("polling")


thread = threading.Thread(target=poll)
thread.start()
atexit.register(stop.set)  # expect: THR317
```

## Instead

Make it a daemon, stop it in a `finally` of the main function, or in a `with` statement.

```python
import atexit
import threading

stop = threading.Event()


def poll():
    while not stop.wait(1.0):
        print("polling")


thread = threading.Thread(target=poll, daemon=True)
thread.start()


def finish():
    stop.set()
    thread.join()


atexit.register(finish)
```

## Stays silent when

- the thread is a daemon, or it is not certain that it is none;
- other code of the program stops it as well.

A callback that hands a task to a pool comes too late as well: by then no pool takes any, and `submit` raises
RuntimeError.

## Fix

Unsafe: `daemon=True` is passed to `Thread`.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.execution import Event, Root, execution
from ...analyses.failures.thread_results import Results, thread_results
from ...analyses.lifecycle.late_tasks import LateTask, late_tasks
from ...analyses.lifecycle.lifetimes import Life, lifetimes
from ...analyses.lifecycle.made_daemon import made_daemon
from ...analyses.lifecycle.stop_signals import Key, StopSignals, stop_signals
from ...model.finding import Confidence, Finding, Fix, Rule, Severity, Step
from ...program.program import Program
from ...program.symbols import Function
from ...program.values import ExtMethod, Fn, Obj

RULE = Rule("THR317", "stopped-too-late", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """A finding for each registration whose callback is the only thing that stops a non-daemon thread."""
    registrations = program.ask(execution).calls("atexit.register")
    if not registrations:
        return
    signals, results = program.ask(stop_signals), program.ask(thread_results)
    lives = [
        life
        for life in program.ask(lifetimes).of("thread")
        if life.is_started and life.daemon is False and not life.escapes
    ]
    for event in registrations:
        given, own = _given(signals, event)
        if not given:
            continue
        for life in lives:
            root = _stopped(signals, results, life, given)
            if root is not None and not _stopped_elsewhere(program, signals, root, given, own):
                yield _finding(program, event, life)
                break
    for late in program.ask(late_tasks):
        yield _late_task(program, late)


def _given(signals: StopSignals, event: Event) -> tuple[frozenset[Key], frozenset[Function]]:
    """The signals that the registered callback gives, and the functions that it runs."""
    found: set[Key] = set()
    own: set[Function] = set()
    for value in event.detail.arguments.get(0, "func") or ():
        if isinstance(value, ExtMethod) and value.name == "set" and isinstance(value.receiver, Obj):
            found.add(signals.event_key(value.receiver.address))
        elif isinstance(value, ExtMethod) and value.name in ("put", "put_nowait") and isinstance(value.receiver, Obj):
            found.add(signals.queue_key(value.receiver.address))
        elif isinstance(value, Fn):
            reached = signals.reached_from(value.function)
            found |= signals.given_in(reached)
            own |= {activation.function for activation in reached}
    return frozenset(found), frozenset(own)


def _stopped(signals: StopSignals, results: Results, life: Life, given: frozenset[Key]) -> Root | None:
    for root in results.roots(life):
        if signals.loops(root) and signals.of(root) & given:
            return root
    return None


def _stopped_elsewhere(
    program: Program, signals: StopSignals, root: Root, given: frozenset[Key], own: frozenset[Function]
) -> bool:
    """Whether code outside the callback gives a signal that the thread looks at."""
    wanted = signals.of(root) & given
    for activation in program.ask(execution).activations:
        if activation.function in own or activation.function.name == "__init__":
            continue
        if signals.given_in([activation]) & wanted:
            return True
    return False


def _finding(program: Program, event: Event, life: Life) -> Finding:
    return RULE.finding(
        program.place(event.function, event.at),
        f"this runs only after thread `{life.name}` has ended, but the thread waits for it: the process hangs at exit",
        subjects=(f"{life.function.module.name}.{life.name}",),
        scope=event.function.qualname,
        story=(
            Step(
                program.place(life.function, life.node.at),
                f"thread `{life.name}` is made here, and is no daemon",
                life.name,
            ),
        ),
        help="make the thread a daemon, or stop it before the end of the main function",
        confidence=Confidence.HIGH if event.function.is_top else Confidence.MEDIUM,
        fix=_fix(life) if life.function.module is event.function.module else None,
    )


def _late_task(program: Program, late: LateTask) -> Finding:
    submit = late.submit
    return RULE.finding(
        program.place(submit.function, submit.at),
        "this runs at exit, when pools take no more tasks: RuntimeError",
        subjects=(submit.function.qualname,),
        scope=submit.function.qualname,
        story=(Step(program.place(late.registration.function, late.registration.at), "registered to run at exit"),),
        help="do the work in the callback itself, or before the end of the main function",
        confidence=Confidence.HIGH if submit is late.registration else Confidence.MEDIUM,
    )


def _fix(life: Life) -> Fix | None:
    edit = made_daemon(life)
    return Fix("make it a daemon", (edit,), safe=False) if edit is not None else None
