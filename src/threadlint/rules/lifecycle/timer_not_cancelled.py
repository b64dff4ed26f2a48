"""A timer that nothing can cancel, that is cancelled only when all goes well, or that starts itself anew for ever.

## Why it hurts

A `Timer` is a thread that is no daemon: the process waits for it at exit, and it fires although nobody needs it any
more. If the code that it watches raises before `cancel()` is reached, it fires later into whatever runs then. A
callback that makes the next timer cannot be stopped by cancelling the one that is stored: it may be running just
now, and stores another.

## Example

```python
import threading


def alarm():
    print("too slow")


def guarded(work):
    timer = threading.Timer(30, alarm)
    timer.start()
    result = work()
    timer.cancel()  # expect: THR316
    return result


print(guarded(input))
```

## Instead

```python
import threading


def alarm():
    print("too slow")


def guarded(work):
    timer = threading.Timer(30, alarm)
    timer.start()
    try:
        return work()
    finally:
        timer.cancel()


print(guarded(input))
```

## Stays silent when

- the timer is a daemon, or is returned, passed on, or stored where others can cancel it;
- `cancel()` stands in a `finally`, in another method, or nothing between start and cancel can raise;
- a callback that makes the next timer first looks whether it is to stop.

## Fix

Unsafe: the parentheses are added to a `cancel` that is named and not called.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...analyses.edits import inserted
from ...analyses.failures.exceptions import Failures, failures
from ...analyses.lifecycle.forgetful_closes import ForgetfulClose, forgetful_closes
from ...analyses.lifecycle.lifetimes import Life, lifetimes
from ...analyses.lifecycle.thread_code import is_test
from ...analyses.lifecycle.uncalled_methods import Uncalled, uncalled_methods
from ...analyses.mentions import Mentions, mentions
from ...model import facts as f
from ...model.finding import Confidence, Finding, Fix, Rule, Step
from ...program.program import Program
from ...program.symbols import Function, dotted
from ...program.traverse import walk
from ...program.values import Fn

RULE = Rule("THR316", "timer-not-cancelled")

_SHORT = 1.0
"""Seconds: a timer that fires within this time is not worth a word."""


def check(program: Program) -> Iterator[Finding]:
    """Findings for timers, at most one each."""
    where, may = program.ask(mentions), program.ask(failures)
    uncalled = program.ask(uncalled_methods).of("cancel", "timer")
    for each in uncalled:
        yield _not_called(program, each)
    for life in program.ask(lifetimes).of("timer"):
        if not life.is_started or any(each.life is life for each in uncalled) or _is_lost(where, life):
            continue
        again = _rearms(where, life)
        if again is not None:
            yield _rearming(program, life)
        elif life.is_done("cancel"):
            late = _cancelled_only_on_success(where, may, life)
            if late is not None:
                yield _on_success_only(program, life, late)
        elif (
            life.daemon is False
            and not life.escapes
            and not life.can_be_stopped
            and (not life.is_done("join") and not _is_short(life) and not life.is_public)
        ):
            yield _uncancelled(program, life)
        elif life.daemon is False and not life.escapes and not life.is_done("join") and not _is_short(life):
            forgetful = program.ask(forgetful_closes).of(life)
            if forgetful is not None:
                yield _left_behind(program, forgetful)


def _is_lost(where: Mentions, life: Life) -> bool:
    """`timer = Timer(…).start()`: the name holds None, which another rule tells."""
    start = where.parent(life.function, life.node)
    call = where.parent(life.function, start) if isinstance(start, f.Attr) else None
    return isinstance(call, f.Call) and isinstance(where.parent(life.function, call), f.Assign)


def _is_short(life: Life) -> bool:
    interval = life.arguments.expr(0, "interval")
    return isinstance(interval, f.Const) and isinstance(interval.value, (int, float)) and interval.value <= _SHORT


# --- a timer that makes the next one ------------------------------------------------------------------------------


def _rearms(where: Mentions, life: Life) -> Function | None:
    """The callback that makes this timer again, without looking whether it should."""
    for fn, _ in life.targets:
        if not isinstance(fn, Fn):
            continue
        callback = fn.function
        if life.function is callback:
            return callback if not _looks_first(where, callback, life.node) else None
        for node in walk(callback.facts.body):
            if isinstance(node, f.Call) and _calls(node, callback, life.function):
                if _looks_first(where, callback, node) or _looks_first(where, life.function, life.node):
                    return None
                return callback
    return None


def _calls(call: f.Call, caller: Function, callee: Function) -> bool:
    """Whether a call, by its spelling, calls a function of the same object or module."""
    if isinstance(call.func, f.Attr):
        own = isinstance(call.func.value, f.Name) and call.func.value.id == caller.receiver_name
        return own and callee.cls is not None and call.func.attr == callee.name
    return (
        isinstance(call.func, f.Name)
        and call.func.id == callee.name
        and callee.cls is None
        and caller.module is callee.module
    )


def _looks_first(where: Mentions, function: Function, node: Any) -> bool:
    """Whether a test decides about the node: around it, or before it by leaving the function. What was passed when
    the timer was made cannot tell that it was stopped since."""
    for each in where.around(function, node):
        if isinstance(each, (f.While, f.ForLoop, f.IfExp)) or (
            isinstance(each, f.If) and not _only_parameters(function, each.test)
        ):
            return True
    for statement in walk(function.facts.body):
        if (
            isinstance(statement, f.If)
            and statement.at[0] < node.at[0]
            and not _only_parameters(function, statement.test)
        ) and any(isinstance(each, (f.Return, f.Raise)) for each in walk(statement.body)):
            return True
    return False


def _only_parameters(function: Function, test: f.Expr) -> bool:
    """Whether a test looks at nothing but parameters (and constants)."""
    nodes = list(walk((f.Evaluate(test.at, test),)))
    if any(isinstance(node, (f.Attr, f.Call, f.Item)) for node in nodes):
        return False
    names = {node.id for node in nodes if isinstance(node, f.Name)}
    return bool(names) and names <= function.param_names


# --- cancelled only on success --------------------------------------------------------------------------------------


def _cancelled_only_on_success(where: Mentions, may: Failures, life: Life) -> f.Call | None:
    """The one `cancel()`, in the same block as the start, with something between that can raise."""
    names = [name for kind, name, _ in life.fate.homes if kind == "local"]
    if life.escapes or life.homes or len(names) != 1:
        return None
    cancels = [use for use in life.fate.called("cancel") if use.how == "call"]
    if len(cancels) != 1 or cancels[0].function is not life.function or len(life.fate.called("cancel")) != 1:
        return None
    cancel: f.Call = cancels[0].node
    block, end = where.siblings(life.function, where.statement(life.function, cancel))
    begin = next((i for i, s in enumerate(block) if _starts(s, names[0])), None)
    if begin is None or begin >= end:
        return None
    for statement in block[begin + 1 : end]:
        for node in walk((statement,)):
            if not isinstance(node, (f.Call, f.Raise, f.Await)) or _is_own_call(node, names[0]):
                continue
            if not isinstance(node, f.Call) or may.may_raise(node, life.function):
                return cancel
    return None


def _starts(statement: Any, name: str) -> bool:
    call = statement.value if isinstance(statement, f.Evaluate) else None
    return (
        isinstance(call, f.Call)
        and isinstance(call.func, f.Attr)
        and call.func.attr == "start"
        and dotted(call.func.value) == name
    )


def _is_own_call(node: Any, name: str) -> bool:
    return isinstance(node, f.Call) and isinstance(node.func, f.Attr) and dotted(node.func.value) == name


# --- findings -------------------------------------------------------------------------------------------------------


def _rearming(program: Program, life: Life) -> Finding:
    callback = life.targets[0][0].function
    return RULE.finding(
        program.place(life.function, life.node.at),
        f"`{callback.facts.qualname}` starts the next timer each time it runs, whatever happened since: "
        "cancelling the stored one does not stop it",
        subjects=(callback.qualname,),
        scope=life.function.qualname,
        help="let one thread loop with `while not stop.wait(interval)`, or test a flag before the next timer is made",
        confidence=Confidence.MEDIUM if life.daemon is False or life.is_done("cancel") else Confidence.LOW,
    )


def _not_called(program: Program, uncalled: Uncalled) -> Finding:
    name = dotted(uncalled.node) or "cancel"
    return RULE.finding(
        program.place(uncalled.function, uncalled.node.at),
        f"`{name}` is not called here, and nothing else cancels the timer",
        subjects=(f"{uncalled.function.module.name}.{name}",),
        scope=uncalled.function.qualname,
        help="add the parentheses",
        fix=Fix("add the parentheses", (inserted(uncalled.function, uncalled.node.at[1], "()"),), safe=False),
        label="not called",
    )


def _on_success_only(program: Program, life: Life, cancel: f.Call) -> Finding:
    return RULE.finding(
        program.place(life.function, cancel.at),
        f"`{life.name}` is cancelled only if nothing before this raises; otherwise it fires into whatever runs then",
        subjects=(f"{life.function.module.name}.{life.name}",),
        scope=life.function.qualname,
        story=(Step(program.place(life.function, life.node.at), f"timer `{life.name}` is made here"),),
        help="cancel it in a `finally`",
        confidence=Confidence.LOW if is_test(life.function) else Confidence.MEDIUM,
    )


def _left_behind(program: Program, forgetful: ForgetfulClose) -> Finding:
    life, close = forgetful.life, forgetful.close
    return RULE.finding(
        program.place(life.function, life.node.at),
        f"`{life.name}` fires even after `{close.facts.qualname}`, which does not cancel it",
        subjects=(f"{life.function.module.name}.{life.name}",),
        scope=life.function.qualname,
        story=(Step(program.place(close, close.facts.name_at), "this leaves it as it is"),),
        help=f"cancel it in `{close.name}`",
        confidence=Confidence.LOW if is_test(life.function) else Confidence.MEDIUM,
    )


def _uncancelled(program: Program, life: Life) -> Finding:
    return RULE.finding(
        program.place(life.function, life.node.at),
        "nothing can cancel this timer: it fires whatever happens, and the process waits for it at exit",
        subjects=(f"{life.function.module.name}.{life.name}",),
        scope=life.function.qualname,
        help="keep it and cancel it when it is not needed any more, or make it a daemon",
        confidence=Confidence.LOW if is_test(life.function) else Confidence.MEDIUM,
    )
