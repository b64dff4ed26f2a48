"""The arguments handed to a thread do not fit the function that it runs.

## Why it hurts

The TypeError is raised inside the thread, or kept in the future of a pool: `start()` and `submit()` succeed, and
the work is simply not done.

## Example

```python
import threading


def greet(name, times):
    print("hello", name, times)


thread = threading.Thread(target=greet, args=("Ada",))  # expect: THR323
thread.start()
thread.join()
```

## Instead

```python
import threading


def greet(name, times):
    print("hello", name, times)


thread = threading.Thread(target=greet, args=("Ada", 3))
thread.start()
thread.join()
```

## Stays silent when

- it is not certain which function runs, or a decorator may change what it takes;
- the arguments are not written out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...analyses.handings import Handing, handings
from ...analyses.lifecycle.lifetimes import lifetimes
from ...model import facts as f
from ...model.finding import Finding, Rule, Severity, Step
from ...program.program import Program
from ...program.symbols import Function
from ...program.values import Fn

RULE = Rule("THR323", "target-signature-mismatch", severity=Severity.ERROR)

_PLAIN = frozenset({"staticmethod", "classmethod", "override", "final", "abstractmethod"})


class _Passed(NamedTuple):
    """How many positional arguments and which keywords a function is called with."""

    positional: int
    keywords: tuple[str, ...]


def check(program: Program) -> Iterator[Finding]:
    """A finding for each handing whose arguments do not fit the one function it can mean."""
    for handing in program.ask(handings):
        targets = handing.targets
        if len(targets) != 1 or not isinstance(targets[0], Fn) or handing.arguments.open:
            continue
        function = targets[0].function
        if not function.decorator_names <= _PLAIN or isinstance(handing.target, f.Call):
            continue
        passed = _passed(handing)
        if passed is None:
            continue
        wrong = _misfit(function, targets[0].receiver is not None, passed)
        if wrong is not None:
            yield RULE.finding(
                program.place(handing.function, handing.call.at),
                f"`{function.facts.qualname}` {wrong}; the {handing.spawner.thread} ends with TypeError",
                subjects=(function.qualname,),
                scope=handing.function.qualname,
                help="pass what its parameters ask for",
            )
    yield from _own_runs(program)


def _own_runs(program: Program) -> Iterator[Finding]:
    """A finding for each `run` of a class of threads that asks for arguments: it is given none."""
    told: set[Function] = set()
    for life in program.ask(lifetimes).of("thread", "timer"):
        if life.cls is None or not life.is_started or program.hierarchy.find(life.cls, "start") is not None:
            continue
        run = program.hierarchy.find(life.cls, "run")
        if run is None or run in told or run.receiver_name is None or not run.decorator_names <= _PLAIN:
            continue
        wrong = _misfit(run, True, _Passed(0, ()))
        if wrong is not None:
            told.add(run)
            yield RULE.finding(
                program.place(run, run.facts.name_at),
                f"`{run.facts.qualname}` {wrong}: `start()` calls `run()` without arguments; "
                "the thread ends with TypeError",
                subjects=(run.qualname,),
                scope=run.qualname,
                story=(Step(program.place(life.function, life.node.at), "the thread is made here"),),
                help="keep in the constructor what `run` needs",
            )


def _passed(handing: Handing) -> _Passed | None:
    """The arguments that the target will get; None when they are not written out."""
    call, spawner = handing.call, handing.spawner
    if any(arg.star for arg in call.args):
        return None
    if handing.what.endswith("add_done_callback"):
        return _Passed(1, ())
    if handing.what == "signal.signal":
        return _Passed(2, ())
    if spawner.args == "rest":
        given = handing.arguments  # not the call's own: part of them may stand in a `partial`
        if len(given.positional) <= spawner.target:
            return None
        keywords = tuple(name for name, _ in given.keywords)
        if handing.what.endswith("call_soon_threadsafe"):
            keywords = tuple(name for name in keywords if name != "context")
        return _Passed(len(given.positional) - spawner.target - 1, keywords)
    if not isinstance(spawner.args, int) or spawner.many:
        return None
    args, named = handing.expr(spawner.args, "args"), handing.expr(spawner.args + 1, "kwargs")
    count = 0
    if args is not None and not (isinstance(args, f.Const) and args.kind == "none"):
        if not isinstance(args, f.Display) or any(isinstance(item, f.Starred) for item in args.items):
            return None
        count = len(args.items)
    names: tuple[str, ...] = ()
    if named is not None and not (isinstance(named, f.Const) and named.kind == "none"):
        keys = _keys(named)
        if keys is None:
            return None
        names = keys
    return _Passed(count, names)


def _keys(named: f.Expr) -> tuple[str, ...] | None:
    if isinstance(named, f.Display) and named.kind == "dict":
        keys = [item.value if isinstance(item, f.Const) else None for item in named.items[::2]]
        return tuple(key for key in keys if isinstance(key, str)) if all(isinstance(key, str) for key in keys) else None
    made = isinstance(named, f.Call) and isinstance(named.func, f.Name) and named.func.id == "dict"
    if made and isinstance(named, f.Call) and all(arg.keyword is not None for arg in named.args):
        return tuple(arg.keyword for arg in named.args if arg.keyword is not None)
    return None


def _misfit(function: Function, bound: bool, passed: _Passed) -> str | None:
    """What does not fit, in words; None when everything does."""
    params = list(function.params)
    if bound and params and params[0].kind in ("any", "pos"):
        params = params[1:]
    positional = [param for param in params if param.kind in ("any", "pos")]
    star = any(param.kind == "star" for param in params)
    starstar = any(param.kind == "starstar" for param in params)
    if passed.positional > len(positional) and not star:
        return f"takes {_counted(len(positional), 'argument')} and is given {passed.positional}"
    filled = {param.name for param in positional[: passed.positional]}
    for name in passed.keywords:
        if name in filled:
            return f"is given `{name}` twice"
        if not starstar and not any(param.name == name and param.kind in ("any", "key") for param in params):
            return f"has no parameter `{name}`"
    missing = [
        param.name for param in params
        if param.kind in ("any", "pos", "key") and param.default is None
        and param.name not in filled and param.name not in passed.keywords
    ]  # fmt: skip
    if missing:
        names = ", ".join(f"`{name}`" for name in missing[:3])
        return f"is not given {names}"
    return None


def _counted(number: int, noun: str) -> str:
    return f"{number if number else 'no'} {noun}{'' if number == 1 else 's'}"
