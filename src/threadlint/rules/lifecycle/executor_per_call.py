"""A pool is made in each iteration of a loop, and waited for at once.

## Why it hurts

Each iteration starts threads and waits until they have ended. The threads of one iteration never help the next, and
with a single task there is nothing that runs beside it.

## Example

```python
from concurrent.futures import ThreadPoolExecutor


def fetch(url):
    return len(url)


for url in ["a", "b", "c"]:
    with ThreadPoolExecutor() as pool:  # expect: THR315
        print(pool.submit(fetch, url).result())
```

## Instead

```python
from concurrent.futures import ThreadPoolExecutor


def fetch(url):
    return len(url)


with ThreadPoolExecutor() as pool:
    for size in pool.map(fetch, ["a", "b", "c"]):
        print(size)
```

## Stays silent when

- the loop is a retry, left after one success;
- the pool is kept beyond the iteration;
- its tasks are a whole batch (low confidence).
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.lifecycle.lifetimes import Life, lifetimes
from ...analyses.lifecycle.thread_code import is_test
from ...analyses.lifecycle.worker_loops import may_be_left
from ...analyses.mentions import Mentions, mentions
from ...model import facts as f
from ...model.finding import Confidence, Finding, Rule
from ...program.program import Program

RULE = Rule("THR315", "executor-per-call")


def check(program: Program) -> Iterator[Finding]:
    """A finding for each pool made in a loop and closed within the iteration."""
    where = program.ask(mentions)
    for life in program.ask(lifetimes).of("pool"):
        loop = where.loop(life.function, life.node)
        if loop is None or isinstance(loop, f.Comprehension) or life.escapes or life.homes or is_test(life.function):
            continue
        if not (life.fate.of("with") or life.is_done("shutdown", "__exit__")) or may_be_left(loop):
            continue
        single = _runs_one_task(where, life)
        yield RULE.finding(
            program.place(life.function, life.node.at),
            "a pool is made and waited for in each iteration"
            + (", for a single task" if single else "; its threads never serve the next"),
            subjects=(life.function.qualname,),
            scope=life.function.qualname,
            help="make one pool in front of the loop",
            confidence=Confidence.MEDIUM if single else Confidence.LOW,
        )


def _runs_one_task(where: Mentions, life: Life) -> bool:
    """Whether one `submit`, outside any loop within the iteration, is all it gets."""
    calls = [
        use
        for use in life.fate.called("submit", "map", "apply_async", "apply", "map_async", "imap")
        if use.how == "call"
    ]
    if len(calls) != 1 or calls[0].name not in ("submit", "apply_async", "apply"):
        return False
    return where.loop(calls[0].function, calls[0].node) is where.loop(life.function, life.node)
