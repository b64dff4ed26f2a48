"""Code that a thread runs catches every exception and says nothing.

## Why it hurts

Nobody waits for a thread's exceptions, so the handler was the last one to know. When it passes in silence, work is
lost item by item and nothing, no log and no exit code, tells.

## Example

```python
import threading


def save(row):
    print(int(row))


def work(rows):
    for row in rows:
        try:
            save(row)
        except Exception:  # expect: THR401
            pass


thread = threading.Thread(target=work, args=(["1", "x"],))
thread.start()
thread.join()
```

## Instead

Log what happened, or catch only what is expected.

```python
import logging
import threading


def save(row):
    print(int(row))


def work(rows):
    for row in rows:
        try:
            save(row)
        except Exception:
            logging.exception("row not saved")


thread = threading.Thread(target=work, args=(["1", "x"],))
thread.start()
thread.join()
```

## Stays silent when

- the exceptions that are caught are named;
- what is tried leaves the loop when it works, so that it is tried again;
- the handler does anything that can be noticed: logs, counts, keeps, answers, signals, raises;
- what is tried only tidies up or looks something up;
- other code runs the function too, or it stands far from what the thread was started with;
- the function answers with a value that tells success from failure;
- a comment in a handler says why nothing is done (low confidence).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ...analyses.edits import line_end
from ...analyses.execution import Root
from ...analyses.failures.exceptions import catches, is_broad, leaves_trace, only_tidies
from ...analyses.lifecycle.thread_code import ThreadCode, is_test, thread_code
from ...analyses.mentions import Mentions, mentions
from ...model import facts as f
from ...model.finding import Confidence, Finding, Rule, Step
from ...program.program import Program
from ...program.symbols import Function
from ...program.traverse import walk

RULE = Rule("THR401", "swallowed-thread-exception")

_ENDING = frozenset({"__del__", "__exit__", "close", "stop", "shutdown", "terminate", "cleanup", "__repr__", "__str__"})


def check(program: Program) -> Iterator[Finding]:
    """A finding for each handler in thread code that catches all and leaves no trace."""
    code, where = program.ask(thread_code), program.ask(mentions)
    functions = sorted(code.functions, key=lambda function: (function.module.name, function.facts.at))
    for function in functions:
        if not code.is_only_for_threads(function) or function.name in _ENDING or is_test(function):
            continue
        if any(root.spelling == "handler" for root in code.roots_of(function)) or not code.is_near(function):
            continue
        if function not in code.targets and _answers(function):
            continue
        for node in walk(function.facts.body):
            if (
                isinstance(node, f.Try)
                and not _is_last(function, node)
                and not _is_retried(node)
                and not _is_in_handler(where, function, node)
                and not _empties_a_queue(node)
            ):
                for handler in node.handlers:
                    if is_broad(handler) and _is_silent(handler) and not only_tidies(node.body):
                        yield _finding(program, where, code, function, handler)
                jump = _jump_in_finally(node)
                if jump is not None and not only_tidies(node.body):
                    yield _finding(program, where, code, function, jump)
            elif isinstance(node, f.With) and catches(node) and not only_tidies(node.body):
                yield _finding(program, where, code, function, node)


def _jump_in_finally(tried: f.Try) -> f.Jump | f.Return | None:
    """The jump at the end of a `finally`, which takes every exception away that no handler has seen before."""
    last = tried.final[-1] if tried.final else None
    if any(is_broad(handler) for handler in tried.handlers):
        return None
    if isinstance(last, f.Return):
        return last if last.value is None else None
    return last if isinstance(last, f.Jump) and last.kind in ("break", "continue") else None


def _answers(function: Function) -> bool:
    """Whether its result tells success from failure."""
    return any(
        each.value is not None and not (isinstance(each.value, f.Const) and each.value.kind == "none")
        for each in function.index.returns
    )


def _is_silent(handler: f.Handler) -> bool:
    """Whether nothing can be noticed of the failure."""
    return not leaves_trace(handler.body, handler.name)


def _is_last(function: Function, tried: f.Try) -> bool:
    """Whether an alternative follows at once: a value that was set before is what the failure leaves."""
    body = function.facts.body
    assigned = any(isinstance(node, f.Assign) for node in tried.body) and len(tried.body) == 1
    return assigned and not any(node is tried for node in body[-1:])


def _is_in_handler(where: Mentions, function: Function, tried: f.Try) -> bool:
    """Whether another failure is being handled already, or the work is over and this tidies up (`finally`)."""
    inner: Any = tried
    for each in where.around(function, tried):
        if isinstance(each, f.Handler) or (
            isinstance(each, f.Try) and any(inner is statement for statement in each.final)
        ):
            return True
        inner = each
    return False


def _empties_a_queue(tried: f.Try) -> bool:
    """Whether what is tried takes from a queue until it is empty, which is told by an exception."""
    for node in walk(tried.body):
        if isinstance(node, f.Call) and isinstance(node.func, f.Attr):
            if node.func.attr == "get_nowait":
                return True
            if node.func.attr == "get" and any(
                arg.keyword in (None, "block") and isinstance(arg.value, f.Const) and arg.value.value is False
                for arg in node.args
            ):
                return True
    return False


def _is_retried(tried: f.Try) -> bool:
    """Whether success leaves the loop, so that a failure only means another try."""
    last = tried.body[-1] if tried.body else None
    return isinstance(last, f.Return) or (isinstance(last, f.Jump) and last.kind == "break")


_REASON = re.compile(
    r"^[ \t]*(?:(?:pass|continue|break|return|\.\.\.)[ \t]+)?"
    r"#(?!\s*(?:noqa|nosec|pragma|type:|pylint|mypy|pyright|ruff|todo|fixme|xxx)\b)[ \t]*\S.*$",
    re.IGNORECASE | re.MULTILINE,
)


def _is_explained(function: Function, handler: f.Handler) -> bool:
    """Whether a comment in the handler's body, which speaks to people, stands for what could have been done."""
    text, last = function.module.source.text, handler.body[-1].at[1]
    begin = text.find("\n", handler.at[1])
    return 0 <= begin < last and _REASON.search(text, begin + 1, line_end(function, last) or last) is not None


def _finding(
    program: Program, where: Mentions, code: ThreadCode, function: Function, by: f.Handler | f.With | f.Jump | f.Return
) -> Finding:
    """`by` is what drops the exception: a handler, a `with suppress(…)`, or the jump out of a `finally`."""
    root: Root = code.roots_of(function)[0]
    all_of_them = isinstance(by, (f.Jump, f.Return)) or (isinstance(by, f.Handler) and by.type is None)
    caught = "every exception" if all_of_them else "whatever is raised"
    story: tuple[Step, ...] = ()
    if root.spawns:
        spawn: Any = root.spawns[0]
        story = (
            Step(program.place(spawn.function, spawn.at), f"{root.spelling} `{root.name}` starts here", root.name),
        )
    return RULE.finding(
        program.place(function, by.at),
        f"{root.spelling} `{root.name}` drops {caught} here, and nobody else will see it",
        subjects=(function.qualname,),
        scope=function.qualname,
        story=story,
        help="log it, keep it for whoever waits for the thread, or name the exceptions that are expected",
        confidence=Confidence.LOW
        if isinstance(by, f.Handler) and _is_explained(function, by)
        else Confidence.HIGH
        if function in code.targets
        else Confidence.MEDIUM,
    )
