"""A test asserts inside a thread, where a failure fails no test.

## Why it hurts

The AssertionError stays in the thread; it is printed, and the test passes.

## Example

```python
import threading


def test_answer():
    def work():
        assert 6 * 7 == 41  # expect: THR408

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
```

## Instead

```python
import threading


def test_answer():
    answers = []
    thread = threading.Thread(target=lambda: answers.append(6 * 7))
    thread.start()
    thread.join()
    assert answers == [42]
```

## Stays silent when

- the thread does something after the assertion that the test can look at: sets an event, appends, puts, assigns;
- exceptions of the target are caught and kept;
- the task's future is read.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.failures.exceptions import is_caught, sites
from ...analyses.lifecycle.thread_code import ThreadCode, is_test, thread_code
from ...model import facts as f
from ...model.finding import Confidence, Finding, Rule, Step
from ...program.program import Program
from ...program.symbols import Function, dotted, last_name
from ...program.traverse import walk

RULE = Rule("THR408", "assertion-lost-in-thread")

_LEAVING_TRACES = frozenset(
    {"set", "append", "put", "put_nowait", "add", "set_result", "wait", "release", "notify", "notify_all", "update"}
)


def check(program: Program) -> Iterator[Finding]:
    """A finding for the first assertion of each target of a thread that a test starts."""
    code = program.ask(thread_code)
    for function in sorted(code.targets, key=lambda each: (each.module.name, each.facts.at)):
        roots = [root for root in code.targets[function] if root.spelling in ("thread", "timer") and root.spawns]
        if not roots or not is_test(function) or not any(is_test(root.spawns[0].function) for root in roots):
            continue
        node = _first_assertion(function)
        if node is not None and not _leaves_trace_later(function, node.at[0]) and not _watches_threads(function):
            yield _finding(program, code, function, node)


def _first_assertion(function: Function) -> f.Assert | f.Call | None:
    for site in sites(function.facts.body):
        node = site.node
        if any(isinstance(each, f.Try) for each in site.around) or is_caught(site.around):
            continue
        if isinstance(node, f.Assert):
            return node
        if isinstance(node, f.Call) and isinstance(node.func, f.Attr):
            owner = dotted(node.func.value)
            if (
                owner in ("self", "cls")
                and node.func.attr.startswith("assert")
                and not node.func.attr.startswith("assertRaises")
            ) or (owner == "pytest" and node.func.attr == "fail"):
                return node
    return None


def _leaves_trace_later(function: Function, after: int) -> bool:
    for node in walk(function.facts.body):
        at = getattr(node, "at", None)
        if at is None or at[0] <= after:
            continue
        if isinstance(node, f.Call) and last_name(node.func) in _LEAVING_TRACES:
            return True
        if isinstance(node, (f.Assign, f.AugAssign)):
            targets = node.targets if isinstance(node, f.Assign) else (node.target,)
            if (
                any(not isinstance(target, f.Name) for target in targets)
                or function.facts.nonlocals
                or function.facts.globals
            ):
                return True
    return False


def _watches_threads(function: Function) -> bool:
    """Whether the module of the test looks at what threads raise."""
    return any(
        "excepthook" in {node.attr for node in walk(each.facts.body) if isinstance(node, f.Attr)}
        for each in function.module.functions
    )


def _finding(program: Program, code: ThreadCode, function: Function, node: f.Assert | f.Call) -> Finding:
    root = next(root for root in code.targets[function] if root.spawns)
    spawn = root.spawns[0]
    return RULE.finding(
        program.place(function, node.at),
        f"this assertion runs in thread `{root.name}`: if it fails the test passes all the same",
        subjects=(function.qualname,),
        scope=function.qualname,
        story=(Step(program.place(spawn.function, spawn.at), f"thread `{root.name}` starts here", root.name),),
        help="keep what the thread found out and assert after the join, or use a future and `result()`",
        confidence=Confidence.MEDIUM,
    )
