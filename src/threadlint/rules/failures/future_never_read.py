"""Nobody looks at the future of a task, so that its failure is never seen.

## Why it hurts

What a task of a pool raises is kept in its future. If nobody asks for `result()` or `exception()`, it is gone:
nothing is printed, the `with` block ends normally, the exit code is 0.

## Example

```python
from concurrent.futures import ThreadPoolExecutor


def save(page):
    with open(page, "w") as out:
        out.write(page)


with ThreadPoolExecutor() as pool:
    for page in ["one", "two"]:
        pool.submit(save, page)  # expect: THR403
```

## Instead

```python
from concurrent.futures import ThreadPoolExecutor, as_completed


def save(page):
    with open(page, "w") as out:
        out.write(page)


with ThreadPoolExecutor() as pool:
    futures = [pool.submit(save, page) for page in ["one", "two"]]
    for future in as_completed(futures):
        future.result()
```

## Stays silent when

- the task catches and logs what it raises, or stores it, or does nothing that can fail;
- the future is given a done-callback or an `error_callback`, returned, passed on or stored where others can read it;
- it is dropped on purpose: `_ = pool.submit(…)`.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.failures.exceptions import Failures, failures, is_broad
from ...analyses.lifecycle.lifetimes import Life, lifetimes
from ...analyses.lifecycle.thread_code import is_test
from ...analyses.lifecycle.uses import Use
from ...knowledge.types import CONTAINERS
from ...model import facts as f
from ...model.finding import Confidence, Finding, Rule, Step
from ...program.program import Program
from ...program.symbols import Class, Function, dotted, last_name
from ...program.traverse import walk
from ...program.values import ExtMethod, Obj

RULE = Rule("THR403", "future-never-read")

_READING = frozenset({
    "result", "exception", "get", "cancel", "cancelled", "done", "ready", "successful",
    "set_exception", "set_result",
    "traceback",
})  # fmt: skip


def check(program: Program) -> Iterator[Finding]:
    """A finding for each future that is dropped, or kept and never asked."""
    may = program.ask(failures)
    for life in program.ask(lifetimes).of("future"):
        if last_name(life.node.func) == "run_coroutine_threadsafe" or _is_on_purpose(life):
            continue
        if life.is_done(*_READING) or life.escapes or any(use.how == "kept" for use in life.fate.uses):
            continue
        if any(_may_read(program, use) for use in life.fate.called("add_done_callback")):
            continue
        if any(arg.keyword == "error_callback" for arg in life.node.args):
            continue
        if not life.fate.dropped and life.is_public:
            continue
        targets = [fn.function for fn, _ in life.targets] or _called(program, life)
        if targets and all(map(_keeps_its_failure, targets)):
            continue
        if targets and not any(may.may_fail(target) for target in targets):
            continue
        yield _finding(program, may, life, targets)


def _may_read(program: Program, use: Use) -> bool:
    """Whether a done-callback may ask for the result: not one that only takes the future out of a container,
    or does not look at it."""
    if use.how != "call" or not use.node.args:
        return True
    callback = use.node.args[0].value
    if isinstance(callback, f.Lambda):
        function = use.function.module.functions[callback.function]
        return not function.params or bool(function.text.names.get(function.params[0].name))
    if isinstance(callback, f.Attr) and callback.attr in ("discard", "remove"):
        values = program.ask(failures).value_of(callback, use.function)
        return not values or not all(isinstance(value, ExtMethod) and value.owner in CONTAINERS for value in values)
    return True


def _called(program: Program, life: Life) -> list[Function]:
    """The `__call__` of an object of the program that is submitted."""
    task = life.node.args[0].value if life.node.args else None
    values = program.ask(failures).value_of(task, life.function) if task is not None else ()
    found = [
        program.hierarchy.find(value.type, "__call__")
        for value in values
        if isinstance(value, Obj) and isinstance(value.type, Class)
    ]
    return [each for each in found if each is not None]


def _keeps_its_failure(task: Function) -> bool:
    """Whether a task stores what it catches, for whoever asks it: `except BaseException as error: self.error = error`,
    though it raises it again."""
    handlers = [each for node in walk(task.facts.body) if isinstance(node, f.Try) for each in node.handlers]
    return any(
        isinstance(node, f.Assign) and isinstance(node.value, f.Name) and node.value.id == handler.name
        and any(isinstance(target, f.Attr) for target in node.targets)
        for handler in handlers
        if handler.name and is_broad(handler)
        for node in handler.body
    )  # fmt: skip


def _is_on_purpose(life: Life) -> bool:
    """Whether its name says that nobody will read it: `_`, `unused…`."""
    names = [name for kind, name, _ in life.fate.homes if kind in ("local", "global")]
    return any(not name.strip("_") or name.lstrip("_").startswith(("unused", "ignore")) for name in names)


def _finding(program: Program, may: Failures, life: Life, targets: list[Function]) -> Finding:
    task = life.node.args[0].value if life.node.args else None
    name = (
        targets[0].facts.qualname
        if targets and targets[0].name != "<lambda>"
        else dotted(task)
        if task is not None
        else None
    )
    what = f"`{name}`" if name else "the task"
    story: tuple[Step, ...] = ()
    if targets:
        site = may.first_failure(targets[0])
        if site is not None:
            story = (Step(program.place(targets[0], site.at), "what this raises is lost"),)
    kept = "its future is dropped" if life.fate.dropped else f"nobody asks `{life.name}` for its result"
    return RULE.finding(
        program.place(life.function, life.node.at),
        f"if {what} fails nobody will know: {kept}",
        subjects=(f"{life.function.module.name}.{name or life.name}",),
        scope=life.function.qualname,
        story=story,
        help="keep the future and call `result()`, or give it a done-callback",
        confidence=Confidence.LOW if is_test(life.function) else Confidence.HIGH if targets else Confidence.MEDIUM,
    )
