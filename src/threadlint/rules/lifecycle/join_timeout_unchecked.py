"""`join(timeout)` is taken for the end of the thread.

## Why it hurts

`join()` with a timeout returns None whether the thread has ended or not. Code that goes on as if it had reads
results that are not there yet, or takes away what the thread still uses.

## Example

```python
import threading

answers = []


def ask():
    answers.append(input())


thread = threading.Thread(target=ask)
thread.start()
thread.join(5)  # expect: THR312
print(answers)
```

## Instead

```python
import threading

answers = []


def ask():
    answers.append(input())


thread = threading.Thread(target=ask)
thread.start()
thread.join(5)
if thread.is_alive():
    raise TimeoutError
print(answers)
```

## Stays silent when

- `is_alive()` is asked anywhere;
- nothing that the thread changes is read afterwards, or it is tested first.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.failures.thread_results import Reader, thread_results
from ...analyses.lifecycle.lifetimes import Life, lifetimes
from ...analyses.lifecycle.thread_code import is_test
from ...analyses.mentions import mentions
from ...model import facts as f
from ...model.finding import Confidence, Finding, Rule, Step
from ...program.program import Program

RULE = Rule("THR312", "join-timeout-unchecked")


def check(program: Program) -> Iterator[Finding]:
    """A finding for each timed join behind which the thread's results are read."""
    results, where = program.ask(thread_results), program.ask(mentions)
    seen: set[tuple[str, f.Span]] = set()
    for life in program.ask(lifetimes).of("thread"):
        if life.is_done("is_alive", "isAlive", "is_set"):
            continue
        for use in life.fate.called("join"):
            key = (use.function.module.name, use.node.at)
            if (
                use.how != "call"
                or not _is_timed(use.node)
                or key in seen
                or where.loop(use.function, use.node) is not None
            ):
                continue
            readers = [
                r for r in results.readers(life, use.function, use.node.at[1]) if r.location.key != _own_name(life)
            ]
            if readers and not results.looks_first(readers):
                seen.add(key)
                yield _finding(program, life, use.node, readers[0])


def _own_name(life: Life) -> str | None:
    return life.homes[0][0] if life.homes else None


def _is_timed(call: f.Call) -> bool:
    if len(call.args) != 1 or call.args[0].star or call.args[0].keyword not in (None, "timeout"):
        return False
    return not (isinstance(call.args[0].value, f.Const) and call.args[0].value.kind == "none")


def _finding(program: Program, life: Life, call: f.Call, reader: Reader) -> Finding:
    return RULE.finding(
        program.place(reader.function, call.at),
        f"`{life.name}` may still run after this timed join, and what it changes is read as if it had ended",
        subjects=(f"{life.function.module.name}.{life.name}",),
        scope=reader.function.qualname,
        story=(Step(program.place(reader.function, reader.at), "read here"),),
        help="ask `is_alive()` before going on",
        confidence=Confidence.LOW if is_test(reader.function) else Confidence.MEDIUM,
    )
