"""`args=` is not a tuple, or `kwargs=` not a mapping.

## Why it hurts

`args=(x)` is `args=x`: the parentheses do not make a tuple, the comma does. A string is taken apart into its
characters, and a number or an object raises TypeError. Both happen inside the thread: `start()` succeeds, the
process ends with exit code 0.

## Example

```python
import threading


def greet(name):
    print("hello", name)


thread = threading.Thread(target=greet, args=("Ada"))  # expect: THR305
thread.start()
thread.join()
```

## Instead

```python
import threading


def greet(name):
    print("hello", name)


thread = threading.Thread(target=greet, args=("Ada",))
thread.start()
thread.join()
```

## Stays silent when

- a list, or a name that holds one, is passed: its elements become the arguments;
- it is not known what the value is, and nothing shows that one argument was meant.

## Fix

Safe: a comma is added.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.edits import inserted, is_parenthesised_argument, replaced, text_of
from ...analyses.handings import Handing, handings
from ...knowledge.types import CONTAINERS
from ...model import facts as f
from ...model.finding import Confidence, Finding, Fix, Rule, Severity
from ...program.program import Program
from ...program.symbols import Class, Function, dotted
from ...program.values import Fn, Lit, Obj, Pack, Values

RULE = Rule("THR305", "args-not-a-tuple", severity=Severity.ERROR)

_SHOWN = 30


def check(program: Program) -> Iterator[Finding]:
    """Findings for the `args` and `kwargs` of threads and timers."""
    for handing in program.ask(handings):
        if handing.is_constructor and isinstance(handing.spawner.args, int):
            position = handing.spawner.args
            args = handing.expr(position, "args")
            if args is not None:
                confidence = _wrong_args(program, handing, args, handing.values(position, "args") or ())
                if confidence is not None:
                    yield _finding(program, handing, args, confidence)
            keywords = handing.expr(position + 1, "kwargs")
            if (isinstance(keywords, f.Const) and keywords.kind != "none") or (
                isinstance(keywords, f.Display) and keywords.kind != "dict"
            ):
                yield RULE.finding(
                    program.place(handing.function, keywords.at),
                    f"`kwargs` of this {handing.spawner.thread} is no mapping; that raises TypeError inside it",
                    subjects=(handing.function.qualname,),
                    scope=handing.function.qualname,
                    help="pass a dictionary from parameter names to values",
                )


def _wrong_args(program: Program, handing: Handing, args: f.Expr, values: Values) -> Confidence | None:
    """How certain it is that these are not the arguments; None when they may be."""
    if isinstance(args, f.Const):
        return None if args.kind == "none" else Confidence.HIGH
    if isinstance(args, f.Other) and args.kind in ("fstring", "joined"):
        return Confidence.HIGH
    if isinstance(args, (f.Display, f.Comprehension, f.BinOp, f.IfExp, f.BoolOp, f.Await, f.Starred)):
        return None
    for value in values if not isinstance(args, f.Item) else ():
        if isinstance(value, Pack) or (
            isinstance(value, Obj) and (value.type in CONTAINERS or value.type == "builtins.tuple")
        ):
            return None
        if isinstance(value, Obj) and isinstance(value.type, Class) and not _is_plain(program, value.type):
            return None
    if values and not isinstance(args, f.Item) and all(_cannot_be_arguments(program, value) for value in values):
        return Confidence.HIGH
    if (
        not is_parenthesised_argument(handing.function, args)
        or isinstance(args, f.Call)
        or not isinstance(args, (f.Name, f.Attr, f.Item))
    ):
        return None
    if _is_several(handing.function, args) or (values and not isinstance(args, f.Item)):
        return None
    return Confidence.MEDIUM if _takes_one(handing) else None


def _is_plain(program: Program, cls: Class) -> bool:
    """Whether instances of a class cannot be iterated: all bases are known, none says how."""
    order = program.hierarchy.mro(cls)
    if any(each.facts.decorators for each in order):
        return False
    if set(program.hierarchy.library_bases(cls)) - {"builtins.object", "threading.Thread", "threading.Timer"}:
        return False
    if len(program.hierarchy.bases(cls)) != len(cls.facts.bases):
        return False
    return all(program.hierarchy.find(cls, name) is None for name in ("__iter__", "__getitem__"))


def _cannot_be_arguments(program: Program, value: object) -> bool:
    if isinstance(value, Lit):
        return value.value is not None and not isinstance(value.value, tuple)
    if isinstance(value, Fn):
        return True
    if isinstance(value, Obj):
        return isinstance(value.type, Class) or value.type.startswith(
            ("threading.", "queue.", "socket.socket", "logging.")
        )
    return False


def _is_several(function: Function, args: f.Expr) -> bool:
    """Whether a name says that it holds all the arguments."""
    if isinstance(args, f.Item):
        return _is_several(function, args.value)
    name = (args.attr if isinstance(args, f.Attr) else args.id if isinstance(args, f.Name) else "").lower()
    if name in ("a", "p") or any(word in name for word in ("args", "argv", "arguments", "params", "tuple", "list")):
        return True
    here: Function | None = function
    while here is not None and isinstance(args, f.Name):
        if any(param.name == args.id and param.kind == "star" for param in here.params):
            return True
        if args.id in here.binds:
            break
        here = here.parent
    return False


def _takes_one(handing: Handing) -> bool:
    """Whether the target is known and takes exactly one argument."""
    targets = [value for value in handing.targets if isinstance(value, Fn)]
    if len(targets) != 1 or len(handing.targets) != 1:
        return False
    params = list(targets[0].function.params)
    if targets[0].receiver is not None:
        params = params[1:]
    return len(params) == 1 and params[0].kind in ("any", "pos")


def _finding(program: Program, handing: Handing, args: f.Expr, confidence: Confidence) -> Finding:
    shown = text_of(handing.function, args.at)
    shown = shown if len(shown) <= _SHOWN and "\n" not in shown and "`" not in shown else "…"
    text = (isinstance(args, f.Const) and args.kind in ("str", "bytes")) or isinstance(args, f.Other)
    what = "is taken apart into its characters" if text else "raises TypeError inside the thread"
    if not text and not isinstance(args, f.Const):
        what = "elements, if it has any, become the arguments"
    if is_parenthesised_argument(handing.function, args):
        edits, name = (inserted(handing.function, args.at[1], ","),), f"`args=({shown})` is no tuple"
    else:
        edits = (replaced(handing.function, args.at, f"({text_of(handing.function, args.at)},)"),)
        name = f"`args={shown}` is no tuple"
    return RULE.finding(
        program.place(handing.function, args.at),
        f"{name}: `{shown}` {what}" if text or isinstance(args, f.Const) else f"{name}: its {what}",
        subjects=(dotted(args) or handing.function.qualname,),
        scope=handing.function.qualname,
        help="write a comma behind a single argument: `args=(value,)`",
        confidence=confidence,
        fix=Fix("make it a tuple", edits),
    )
