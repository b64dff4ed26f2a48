"""Threads compute in pure Python, which only one of them can do at a time.

## Why it hurts

The global interpreter lock lets one thread at a time run Python code. Threads that only compute take turns: together they are as slow
as one after the other, and they slow down every other thread of the process.

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

Processes do not share an interpreter lock. (Sub-interpreters, from Python 3.14 on, and free-threaded builds do not either.)

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

from ...analyses.burning import Burning, Evidence, Verdict, burning
from ...analyses.execution import Event, Root, execution
from ...analyses.handings import Handing, handings
from ...analyses.thread_code import is_test
from ...model import facts as f
from ...model.finding import Confidence, Finding, Rule, Step
from ...program.program import Program
from ...program.symbols import Function
from ...program.values import Fn

RULE = Rule("THR501", "cpu-bound-thread")

_KINDS = frozenset({"thread", "pool task"})


def check(program: Program) -> Iterator[Finding]:
    """A finding for each place that starts several threads, or pool tasks, that only compute."""
    if program.config.free_threaded is True:
        return
    answers = program.ask(burning)
    told: set[Function] = set()
    by_call = {(handing.function, handing.call.at): handing for handing in program.ask(handings)}
    for root in program.ask(execution).roots:
        if root.kind != "thread" or root.domain != "thread" or root.spelling not in _KINDS or root.function in told or not root.spawns:
            continue
        verdict = answers.of(root.function)
        if not verdict.burns or is_test(root.function):
            continue
        number = _several(program, root, answers)
        if not number:
            continue
        told.add(root.function)
        yield _finding(program, root, verdict, _place(program, root.spawns[0], root, by_call))


def _several(program: Program, root: Root, answers: Burning) -> bool:
    """Whether more than one such thread runs: this one several times, or others that compute as well."""
    if root.many or len(root.spawns) > 1:
        return True
    for other in program.ask(execution).roots:
        if other is not root and other.kind == "thread" and other.domain == "thread" and other.spelling in _KINDS and other.spawns:
            same_starter = {event.function for event in other.spawns} & {event.function for event in root.spawns}
            if same_starter and (other.function is root.function or answers.of(other.function).burns):
                return True
    return False


def _place(
    program: Program, spawn: Event, root: Root, by_call: dict[tuple[Function, f.Span], Handing]
) -> tuple[Function, f.Span]:
    """Where the thread is made (rather than started), when that can be told."""
    for handing in by_call.values():
        if handing.is_constructor and any(isinstance(value, Fn) and value.function is root.function for value in handing.targets):
            return handing.function, handing.call.at
    return spawn.function, spawn.at


def _finding(program: Program, root: Root, verdict: Verdict, place: tuple[Function, f.Span]) -> Finding:
    reasons: list[str] = []
    for each in verdict.evidence:
        if each.reason not in reasons:
            reasons.append(each.reason)
    best: Evidence = next((each for each in verdict.evidence if each.strong), verdict.evidence[0])
    shown = ", ".join([best.reason, *[reason for reason in reasons if reason != best.reason][:1]])
    what = "pool tasks" if root.spelling == "pool task" else "threads"
    return RULE.finding(
        program.place(*place),
        f"`{root.function.facts.qualname}` only computes ({shown}): {what} that run it take turns, and are no faster than one",
        subjects=(root.function.qualname,),
        scope=place[0].qualname,
        story=(Step(program.place(best.function, best.at), best.reason, root.name),),
        help="use `ProcessPoolExecutor`; from Python 3.14 on also `InterpreterPoolExecutor`, or a free-threaded build",
        confidence=Confidence.HIGH if best.strong else Confidence.MEDIUM,
    )
