"""A thread is made with nothing to run.

## Why it hurts

The first parameter of `Thread` is `group`, which has to be None: `Thread(work)` raises AssertionError. A `Thread()`
without a target, of a class that does not define `run`, starts and ends without doing anything.

## Example

```python
import threading


def work():
    print("working")


thread = threading.Thread(work)  # expect: THR306
thread.start()
thread.join()
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

- the class, or one above it that is not known, defines `run`;
- `run` is set on the object;
- the thread is never started (that is THR302).

## Fix

Safe: `Thread(work)` becomes `Thread(target=work)`.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.edits import inserted
from ...analyses.handings import Handing, handings
from ...analyses.lifecycle.lifetimes import Life, lifetimes
from ...analyses.lifecycle.thread_code import is_test
from ...model import facts as f
from ...model.finding import Confidence, Finding, Fix, Rule, Severity
from ...program.program import Program
from ...program.symbols import dotted
from ...program.values import Cls, ExtMethod, Fn, Partial

RULE = Rule("THR306", "thread-without-target", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """A finding for each function passed as `group`, and for each started thread that runs nothing."""
    lives = {(life.function, life.node.at): life for life in program.ask(lifetimes).of("thread")}
    for handing in program.ask(handings):
        if handing.what != "threading.Thread":
            continue
        first = handing.expr(0)
        if first is not None and not (isinstance(first, f.Const) and first.kind == "none"):
            values = handing.values(0) or ()
            if isinstance(first, f.Lambda) or (
                values and all(isinstance(v, (Fn, Cls, ExtMethod, Partial)) for v in values)
            ):
                yield _passed_as_group(program, handing, first)
                continue
        life = lives.get((handing.function, handing.call.at))
        if life is not None and life.cls is None and _runs_nothing(handing, life):
            yield _nothing_to_run(program, life)
    for life in lives.values():
        if life.cls is not None and _class_runs_nothing(program, life):
            yield _nothing_to_run(program, life)


def _runs_nothing(handing: Handing, life: Life) -> bool:
    if handing.arguments.open or any(arg.star for arg in handing.call.args):
        return False
    target = handing.target
    if target is not None and not (isinstance(target, f.Const) and target.kind == "none"):
        return False
    return (
        life.is_done("start")
        and not life.escapes
        and not any(use.how == "set" and use.name == "run" for use in life.fate.uses)
    )


def _class_runs_nothing(program: Program, life: Life) -> bool:
    cls = life.cls
    assert cls is not None
    hierarchy = program.hierarchy
    order = hierarchy.mro(cls)
    if hierarchy.find(cls, "run") is not None or any("run" in each.body.bindings for each in order):
        return False
    if set(hierarchy.library_bases(cls)) - {"threading.Thread", "builtins.object"}:
        return False
    if any(len(hierarchy.bases(each)) != len(each.facts.bases) or each.facts.decorators for each in order):
        return False
    for each in order:
        if (
            {"run", "_target"} & set(each.attribute_bindings)
            or "__getattr__" in each.methods
            or "start" in each.methods
        ):
            return False
    if life.targets or any(arg.star for arg in life.node.args) or not life.is_done("start"):
        return False
    inits = [
        handing for handing in program.ask(handings)
        if handing.what == "threading.Thread" and handing.made is not None and handing.made.type in order
    ]  # fmt: skip
    return all(handing.target is None and not any(arg.star for arg in handing.call.args) for handing in inits)


def _passed_as_group(program: Program, handing: Handing, first: f.Expr) -> Finding:
    name = dotted(first) or "the function"
    alone = sum(1 for arg in handing.call.args if arg.keyword is None and not arg.star) == 1 + handing.offset
    has_target = any(arg.keyword == "target" for arg in handing.call.args)
    fix = None
    if alone and not has_target:
        fix = Fix("pass it as `target`", (inserted(handing.function, first.at[0], "target="),))
    return RULE.finding(
        program.place(handing.function, first.at),
        f"`{name}` is passed as `group`, the first parameter of `Thread`, which has to be None",
        subjects=(f"{handing.function.module.name}.{name}",),
        scope=handing.function.qualname,
        help=f"write `target={name}`" if name != "the function" else "write `target=` in front of it",
        fix=fix if not isinstance(first, f.Lambda) else None,
        label="not the target",
    )


def _nothing_to_run(program: Program, life: Life) -> Finding:
    what = (
        f"`{life.cls.name}` has no `run` and is given no target"
        if life.cls is not None
        else "this thread has no target"
    )
    return RULE.finding(
        program.place(life.function, life.node.at),
        f"{what}: it starts and ends without doing anything",
        subjects=(life.name,),
        scope=life.function.qualname,
        help="pass `target=`, or define `run` in a subclass",
        confidence=Confidence.LOW
        if is_test(life.function)
        else Confidence.HIGH
        if life.cls is None
        else Confidence.MEDIUM,
    )
