"""A function is called where it should have been handed over.

## Why it hurts

`Thread(target=work())` runs `work` here and now, in the thread that was meant to go on. What it returns, usually
`None`, becomes the target: the new thread starts, does nothing and ends, without an error. `Timer(5, work())` and
`submit(work())` fail later, where nobody looks.

## Example

```python
import threading


def work():
    print("working")


thread = threading.Thread(target=work())  # expect: THR303
thread.start()
thread.join()
```

## Instead

Hand over the function itself, and its arguments separately.

```python
import threading


def work(times):
    print("working" * times)


thread = threading.Thread(target=work, args=(3,))
thread.start()
thread.join()
```

## Stays silent when

- the function that is called returns something, which may be the function to run (a factory, a decorator);
- it is not known what is called.

## Fix

Safe: the call becomes the function, and its arguments become arguments of the outer call.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.edits import called_to_passed
from ...analyses.handings import Handing, handings
from ...model import facts as f
from ...model.finding import Edit, Finding, Fix, Rule, Severity
from ...program.program import Program
from ...program.symbols import Function, dotted
from ...program.values import Ext, ExtMethod, Fn, Values

RULE = Rule("THR303", "target-called", severity=Severity.ERROR)

_GIVE_NOTHING = frozenset({
    "builtins.print", "time.sleep", "os._exit", "sys.exit", "shutil.rmtree", "os.remove", "os.unlink",
    "threading.Thread.start",
    "threading.Event.set", "threading.Event.clear", "builtins.list.append", "threading.Lock.release",
    "threading.Thread.join",
    "threading.Timer.cancel", "concurrent.futures.ThreadPoolExecutor.shutdown", "queue.Queue.put",
    "queue.Queue.task_done",
})  # fmt: skip
"""Library functions that return None."""
_ARITHMETIC = frozenset({"+", "-", "*", "/", "//", "%", "**"})
"""Operators whose result is a number, a text or a container. Others are overloaded to compose functions."""


def check(program: Program) -> Iterator[Finding]:
    """A finding for each call in the place of a function that surely gives no function."""
    for handing in program.ask(handings):
        target = handing.target
        if isinstance(target, f.Call) and _gives_nothing(program, target, handing.function):
            yield _finding(program, handing, target)


def _gives_nothing(program: Program, call: f.Call, function: Function) -> bool:
    receiver = None
    method = function.method_of
    if method is not None and method.cls is not None and not method.is_classmethod:
        receiver = program.static.parameter_receiver(method.cls)
    values: Values = program.static.evaluate(call.func, function, receiver)
    return bool(values) and all(_returns_no_function(value) for value in values)


def _returns_no_function(value: object) -> bool:
    if isinstance(value, Fn):
        facts = value.function.facts
        if (
            facts.is_async
            or facts.is_generator
            or not value.function.decorator_names <= {"staticmethod", "classmethod"}
        ):
            return False
        if value.function.cls is not None and value.function.index.returns == [] and _is_abstract(value.function):
            return False
        return all(_is_no_function(each.value) for each in value.function.index.returns)
    if isinstance(value, Ext):
        return value.name in _GIVE_NOTHING
    return isinstance(value, ExtMethod) and value.full_name in _GIVE_NOTHING


def _is_abstract(function: Function) -> bool:
    """Whether the body only says that somebody else has to fill it in."""
    return all(
        isinstance(each, (f.Raise, f.Jump)) or (isinstance(each, f.Evaluate) and isinstance(each.value, f.Const))
        for each in function.facts.body
    )


def _is_no_function(value: f.Expr | None) -> bool:
    return (
        value is None
        or isinstance(value, (f.Const, f.Display, f.Compare, f.Not, f.Comprehension))
        or (isinstance(value, f.BinOp) and value.op in _ARITHMETIC)
        or (isinstance(value, f.Other) and value.kind in ("fstring", "joined"))
    )


def _finding(program: Program, handing: Handing, target: f.Call) -> Finding:
    name = dotted(target.func) or "the function"
    when = f"here, before the {handing.spawner.thread} exists" if handing.is_constructor else "here and now"
    return RULE.finding(
        program.place(handing.function, target.at),
        f"`{name}` is called {when}, and `{handing.spelling}` gets what it returns",
        subjects=(f"{handing.function.module.name}.{name}",),
        scope=handing.function.qualname,
        help=f"hand over `{name}` without calling it",
        fix=_fix(handing, target, name),
        label="runs now",
    )


def _fix(handing: Handing, target: f.Call, name: str) -> Fix | None:
    style = "thread" if handing.is_constructor else "rest" if handing.spawner.args == "rest" else "none"
    edit: Edit | None = called_to_passed(handing.function, handing.call, style, target)
    return Fix(f"hand over `{name}` instead of calling it", (edit,)) if edit is not None else None
