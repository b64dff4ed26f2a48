"""A subclass of `Thread` does not call the constructor of `Thread`, or sets `daemon` or `name` before it does.

## Why it hurts

Without `super().__init__()` the object is no thread yet: `start()` raises "thread.__init__() not called". `daemon`
and `name` are properties that need the constructor to have run; setting them earlier raises RuntimeError or
AssertionError.

## Example

```python
import threading


class Downloader(threading.Thread):
    def __init__(self, url):  # expect: THR307
        self.url = url

    def run(self):
        print("fetching", self.url)


downloader = Downloader("http://example.org")
downloader.start()
downloader.join()
```

## Instead

```python
import threading


class Downloader(threading.Thread):
    def __init__(self, url):
        super().__init__()
        self.url = url

    def run(self):
        print("fetching", self.url)


downloader = Downloader("http://example.org")
downloader.start()
downloader.join()
```

## Stays silent when

- any `__init__` of a base class is called in the constructor, or in a method of the class;
- the class has no constructor of its own.

## Fix

Unsafe: `super().__init__()` is written in front of the constructor's first statement.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.edits import indent_at, inserted, newline
from ...knowledge.types import THREADS
from ...model import facts as f
from ...model.finding import Finding, Fix, Rule, Severity
from ...program.program import Program
from ...program.symbols import Class, Function, last_name
from ...program.traverse import walk

RULE = Rule("THR307", "missing-super-init", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """Findings for the constructors of classes that are threads."""
    for cls in program.classes:
        init = cls.methods.get("__init__")
        if init is None and _is_dataclass(cls) and program.hierarchy.is_a(cls, THREADS):
            if not any(_calls_init(method) for method in cls.own_functions):
                yield _generated(program, cls)
        if init is None or not program.hierarchy.is_a(cls, THREADS) or init.receiver_name is None:
            continue
        helpers = [m for each in program.hierarchy.mro(cls)[1:] for m in each.own_functions if m.name != "__init__"]
        if not any(_calls_init(method) for method in (*cls.own_functions, *helpers)) and not _names_init(program, cls):
            if not _raises(init) and not _is_stub(init):
                yield _missing(program, cls, init)
            continue
        early = _set_too_early(program, cls, init)
        if early is not None:
            yield _early(program, cls, init, *early)


def _is_dataclass(cls: Class) -> bool:
    return any(last_name(decorator) == "dataclass" for decorator in cls.facts.decorators)


def _generated(program: Program, cls: Class) -> Finding:
    return RULE.finding(
        program.place(cls, cls.facts.name_at),
        f"the constructor that `dataclass` makes for `{cls.name}` does not call that of `Thread`: `start()` will fail",
        subjects=(cls.qualname,),
        scope=cls.qualname,
        help="call `super().__init__()` in `__post_init__`",
    )


def _calls_init(function: Function) -> bool:
    return any(
        isinstance(node, f.Attr) and node.attr == "__init__"
        for each in (function, *function.nested)
        for node in walk(each.facts.body)
    )


def _names_init(program: Program, cls: Class) -> bool:
    """Whether a constructor has a name of its own in the class body, by which methods call it: `__init =
    Thread.__init__`."""
    return any(
        isinstance(binding.expr, f.Attr) and binding.expr.attr == "__init__"
        for each in program.hierarchy.mro(cls)
        for bindings in each.body.bindings.values()
        for binding in bindings
    )


def _is_stub(function: Function) -> bool:
    """Whether the body is `...` only, as in a stub file."""
    return all(
        isinstance(each, f.Evaluate) and isinstance(each.value, f.Const) and each.value.kind in ("ellipsis", "str")
        for each in function.facts.body
    )


def _raises(function: Function) -> bool:
    """Whether the constructor only refuses."""
    return any(isinstance(statement, f.Raise) for statement in function.facts.body)


def _set_too_early(program: Program, cls: Class, init: Function) -> tuple[f.Attr, str] | None:
    """The first assignment to `self.daemon` or `self.name` that surely runs before the constructor of Thread."""
    for statement in init.facts.body:
        if any(
            isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.attr == "__init__"
            for node in walk((statement,))
        ):
            return None
        if not isinstance(statement, (f.Assign, f.Evaluate)):
            continue
        if isinstance(statement, f.Evaluate):
            if isinstance(statement.value, f.Call) and _is_own(statement.value.func, init):
                return None
            continue
        for target in statement.targets:
            if not (isinstance(target, f.Attr) and target.attr in ("daemon", "name") and _is_own(target, init)):
                continue
            if not any(target.attr in each.body.bindings for each in program.hierarchy.mro(cls)):
                return target, target.attr
    return None


def _is_own(expr: f.Expr, init: Function) -> bool:
    return isinstance(expr, f.Attr) and isinstance(expr.value, f.Name) and expr.value.id == init.receiver_name


def _missing(program: Program, cls: Class, init: Function) -> Finding:
    return RULE.finding(
        program.place(init, (init.facts.at[0], init.facts.name_at[1])),
        f"`{cls.name}.__init__` does not call the constructor of `Thread`: `start()` will raise RuntimeError",
        subjects=(cls.qualname,),
        scope=init.qualname,
        help="call `super().__init__()` first",
        fix=_fix(init),
    )


def _fix(init: Function) -> Fix | None:
    body = [
        s
        for s in init.facts.body
        if not (isinstance(s, f.Evaluate) and isinstance(s.value, f.Const) and s.value.kind == "str")
    ]
    if not body:
        return None
    first = body[0].at[0]
    indent = indent_at(init, first)
    if isinstance(body[0], (f.Def, f.ClassDef)):
        return None
    text = "super().__init__(); " if indent is None else f"super().__init__(){newline(init)}{indent}"
    if indent is None and not isinstance(body[0], (f.Assign, f.Evaluate, f.AugAssign, f.Jump)):
        return None
    return Fix("call `super().__init__()` first", (inserted(init, first, text),), safe=False)


def _early(program: Program, cls: Class, init: Function, target: f.Attr, name: str) -> Finding:
    error = "RuntimeError" if name == "daemon" else "AssertionError"
    return RULE.finding(
        program.place(init, target.at),
        f"`{name}` is set before the constructor of `Thread` has run; that raises {error}",
        subjects=(f"{cls.qualname}.{name}",),
        scope=init.qualname,
        help="call `super().__init__()` first",
    )
