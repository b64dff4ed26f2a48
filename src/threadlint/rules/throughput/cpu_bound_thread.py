"""Threads compute in pure Python, which only one of them can do at a time.

## Why it hurts

The global interpreter lock lets one thread at a time run Python code. Threads that only compute take turns:
together they are as slow as one after the other, and they slow down every other thread of the process.

## Example

```python
import threading


def count_primes(limit):
    found = 0
    for n in range(2, limit):
        for d in range(2, n):
            if n % d == 0:
                break
        else:
            found += 1
    print(found)


threads = [threading.Thread(target=count_primes, args=(100_000,)) for _ in range(4)]  # expect: THR501
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
```

## Instead

Processes do not share an interpreter lock. (Sub-interpreters, from Python 3.14 on, and free-threaded builds do not
either.)

```python
from concurrent.futures import ProcessPoolExecutor


def count_primes(limit):
    found = 0
    for n in range(2, limit):
        for d in range(2, n):
            if n % d == 0:
                break
        else:
            found += 1
    return found


if __name__ == "__main__":
    with ProcessPoolExecutor() as pool:
        print(sum(pool.map(count_primes, [100_000] * 4)))
```

## Stays silent when

- the work waits, does I/O, or calls anything that is not known or that gives the lock up (NumPy, hashing, compression);
- a single thread keeps the work off another one that must stay responsive;
- a free-threaded build is the target.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.execution import execution
from ...analyses.lifecycle.thread_code import is_test
from ...analyses.throughput.burning_threads import BurningThread, burning_threads
from ...model import facts as f
from ...model.finding import Confidence, Finding, Rule, Step
from ...program.program import Program
from ...program.symbols import Function

RULE = Rule("THR501", "cpu-bound-thread")


def check(program: Program) -> Iterator[Finding]:
    """A finding for each function that several threads, or pool tasks, compute with."""
    if program.config.free_threaded is True:
        return
    for burning in program.ask(burning_threads):
        if not is_test(burning.root.function):
            yield _finding(program, burning)


def _place(program: Program, burning: BurningThread) -> tuple[Function, f.Span]:
    """Where the thread is made, when that can be told, else where it is started."""
    spawn = burning.root.spawns[0]
    made = program.ask(execution).explorer.constructions.get(spawn.detail.obj.address)
    if made is not None and burning.root.spelling == "thread" and isinstance(made[2], f.Call):
        return made[3].function, made[2].at
    return spawn.function, spawn.at


def _finding(program: Program, burning: BurningThread) -> Finding:
    root = burning.root
    best = next((each for each in burning.evidence if each.strong), burning.evidence[0])
    others = [each.reason for each in burning.evidence if each.reason != best.reason]
    shown = ", ".join([best.reason, *others[:1]])
    what = "pool tasks" if root.spelling == "pool task" else "threads"
    place = _place(program, burning)
    return RULE.finding(
        program.place(*place),
        f"`{root.function.facts.qualname}` only computes ({shown}): {what} that run it take turns, no faster than one",
        subjects=(root.function.qualname,),
        scope=place[0].qualname,
        story=(Step(program.place(best.function, best.at), best.reason, root.name),),
        help="use `ProcessPoolExecutor`; from Python 3.14 on also `InterpreterPoolExecutor`, or a free-threaded build",
        confidence=Confidence.HIGH if burning.certain else Confidence.MEDIUM,
    )
