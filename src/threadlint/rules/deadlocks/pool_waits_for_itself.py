"""A task waits for another task of the pool that runs it.

## Why it hurts

The waiting task occupies a worker. When all workers are occupied by such tasks, the ones that they wait for stay in the
queue for ever. It works in the test with one request and hangs under load. Two pools whose tasks wait for each other's
hang in the same way.

## Example

```python
from concurrent.futures import ThreadPoolExecutor

pool = ThreadPoolExecutor(max_workers=2)


def part(number):
    return number * number


def whole(number):
    halves = [pool.submit(part, number), pool.submit(part, number + 1)]
    return sum(half.result() for half in halves)  # expect: THR105


def all_of_them(numbers):
    return [task.result() for task in [pool.submit(whole, number) for number in numbers]]


print(all_of_them(range(10)))
pool.shutdown()
```

## Instead

Give the inner tasks a pool of their own, or do the inner work in the task itself.

```python
from concurrent.futures import ThreadPoolExecutor

pool = ThreadPoolExecutor(max_workers=2)
parts = ThreadPoolExecutor(max_workers=2)


def part(number):
    return number * number


def whole(number):
    halves = [parts.submit(part, number), parts.submit(part, number + 1)]
    return sum(half.result() for half in halves)


def all_of_them(numbers):
    return [task.result() for task in [pool.submit(whole, number) for number in numbers]]


print(all_of_them(range(10)))
pool.shutdown()
parts.shutdown()
```

## Stays silent when

- the inner tasks run in another pool, whose tasks do not wait for this one;
- fewer such tasks can be under way than the pool has workers;
- the wait has a timeout.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.deadlocks.pool_waits import pool_waits
from ...analyses.lock_names import lock_names
from ...analyses.traces import traces
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...model.place import Place
from ...program.program import Program

RULE = Rule("THR105", "pool-waits-for-itself", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each place where a task waits for its own pool."""
    names, paths = program.ask(lock_names), program.ask(traces)
    seen: set[Place] = set()
    for each in program.ask(pool_waits).found:
        event = each.waiting.event
        place = paths.place(event.activation, event.at)
        if place in seen:
            continue
        seen.add(place)
        pool, awaited = names.spelling(each.pool), names.spelling(each.awaited)
        story = [step for step in (paths.beginning(each.task),) if step is not None]
        one = each.workers == 1
        if each.back is None:
            room = "which has one worker" if one else "whose workers can all be waiting like this"
            waits = "for one that waits for" if each.through else "for"
            told = f"waits here {waits} another task of `{pool.short}`, {room}"
            advice = "run the inner tasks in a pool of their own, or do their work in the task itself"
        else:
            room = f"whose workers can all be waiting for tasks of `{pool.short}`"
            told = f"waits here for a task of `{awaited.short}`, {room}"
            advice = "let the tasks of one of the two pools not wait for those of the other"
            back = each.back.event
            story.append(Step(paths.place(back.activation, back.at), f"a task of `{awaited.short}` waits here in turn"))
        yield RULE.finding(
            place,
            f"a task of `{pool.short}` {told}",
            subjects=tuple(dict.fromkeys((pool.full, awaited.full))),
            scope=event.function.qualname,
            story=tuple(story),
            help=advice,
            confidence=Confidence.HIGH if one and each.back is None else Confidence.MEDIUM,
            label="occupies a worker while it waits for one",
        )
