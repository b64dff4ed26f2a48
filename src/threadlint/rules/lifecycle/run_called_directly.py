"""`run()` of a thread is called; the work happens in the calling thread.

## Why it hurts

`start()` makes a thread and lets it call `run()`. Calling `run()` yourself makes no thread: the caller does the
work and waits for it.

## Example

```python
import threading


def work():
    print("working")


thread = threading.Thread(target=work)
thread.run()  # expect: THR304
```

## Instead

```python
import threading


def work():
    print("working")


thread = threading.Thread(target=work)
thread.start()
thread.join()
```

## Stays silent when

- a method of the thread's own class calls it (`super().run()`, `self.run()`);
- `start()` of the same thread is called on another branch of the function: then running it here is a choice;
- `start` or `run` is not that of a thread.

## Fix

Safe: `run()` becomes `start()`.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.edits import name_span, replaced
from ...analyses.lifecycle.thread_code import is_test
from ...analyses.mentions import Mentions, mentions
from ...knowledge.types import THREADS
from ...model import facts as f
from ...model.finding import Confidence, Finding, Fix, Rule
from ...program.program import Program
from ...program.symbols import Class, Function, dotted
from ...program.values import Obj

RULE = Rule("THR304", "run-called-directly")


def check(program: Program) -> Iterator[Finding]:
    """A finding for each `….run()` whose owner is surely a thread."""
    where = program.ask(mentions)
    for function, attr in where.attributes("run"):
        call = where.parent(function, attr)
        if not (isinstance(call, f.Call) and call.func is attr and not call.args):
            continue
        receiver = _receiver(program, function)
        values = program.static.evaluate(attr.value, function, receiver)
        if (
            not values
            or not all(_is_thread(program, value) for value in values)
            or _is_own(program, function, attr.value, values)
        ):
            continue
        owner = dotted(attr.value)
        if owner is not None and _is_a_choice(where, function, call, owner):
            continue
        again = owner is not None and bool(_starts(function, owner))
        is_plain = all(isinstance(value, Obj) and isinstance(value.type, str) for value in values)
        yield _finding(program, function, call, attr, owner, is_plain, again)


def _receiver(program: Program, function: Function) -> Obj | None:
    method = function.method_of
    if method is None or method.cls is None or method.is_classmethod:
        return None
    return program.static.parameter_receiver(method.cls)


def _is_thread(program: Program, value: object) -> bool:
    if not isinstance(value, Obj):
        return False
    if isinstance(value.type, Class):
        return program.hierarchy.is_a(value.type, THREADS)
    return value.type in THREADS


def _is_own(program: Program, function: Function, owner: f.Expr, values: tuple[object, ...]) -> bool:
    """Whether the call stands in the thread's own class, or in one related to it."""
    method = function.method_of
    if method is None or method.cls is None:
        return False
    if isinstance(owner, f.Call):
        return True
    mine = program.hierarchy.mro(method.cls)
    return any(
        isinstance(value, Obj)
        and isinstance(value.type, Class)
        and (value.type in mine or method.cls in program.hierarchy.mro(value.type))
        for value in values
    )


def _is_a_choice(where: Mentions, function: Function, call: f.Call, owner: str) -> bool:
    """Whether the function starts the same thread elsewhere than in the same block: on another branch."""
    block, _ = where.siblings(function, where.statement(function, call))
    return any(
        not any(each is where.statement(function, start) for each in block) for start in _starts(function, owner)
    )


def _starts(function: Function, owner: str) -> list[f.Attr]:
    return [start for start in function.text.attributes.get("start", []) if dotted(start.value) == owner]


def _finding(
    program: Program,
    function: Function,
    call: f.Call,
    attr: f.Attr,
    owner: str | None,
    is_plain: bool,
    again: bool,
) -> Finding:
    shown = f"`{owner}.run()`" if owner else "`run()` of a thread"
    return RULE.finding(
        program.place(function, call.at),
        f"{shown} does the work {'once more ' if again else ''}in the calling thread; no thread is started",
        subjects=(f"{function.module.name}.{owner or function.facts.qualname}",),
        scope=function.qualname,
        help="leave it out: `start()` runs it" if again else "call `start()`, and `join()` where the result is needed",
        confidence=Confidence.LOW if is_test(function) else Confidence.HIGH if is_plain else Confidence.MEDIUM,
        fix=None if again else Fix("call `start()` instead", (replaced(function, name_span(attr), "start"),)),
        label="runs here",
    )
