"""A thread is started, and nothing ever waits for it.

## Why it hurts

Whoever started the thread goes on before its work is done: results are missing, files half written, and an
exception in it reaches nobody. The interpreter waits for it at exit, so that a program that looks finished may not
end.

## Example

```python
import threading

squares = []


def work():
    squares.extend(n * n for n in range(10))


thread = threading.Thread(target=work)  # expect: THR301
thread.start()
print(sum(squares))
```

## Instead

```python
import threading

squares = []


def work():
    squares.extend(n * n for n in range(10))


thread = threading.Thread(target=work)
thread.start()
thread.join()
print(sum(squares))
```

## Stays silent when

- the thread is a daemon, or it is not certain that it is none (unless the program ends right after it has started it,
  or the event that stops it is cleared to start the next one, and nothing waits in between);
- it is returned, passed on, stored where others may join it, or its class or keeper has a method that stops it;
- it tells somebody that it is done: an event, a condition, a queue, a future;
- starting it is the last thing that a script does;
- it is one of many kinds of work that need no waiting, and nothing shows that its results are used (low confidence).

## Fix

Unsafe: the parentheses are added to a `join` that is named and not called.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.edits import inserted
from ...analyses.failures.thread_results import Results, thread_results
from ...analyses.lifecycle.claimed_ends import claimed_ends
from ...analyses.lifecycle.daemon_writes import daemon_writes
from ...analyses.lifecycle.last_joins import LastJoin, last_joins
from ...analyses.lifecycle.lifetimes import Life, lifetimes
from ...analyses.lifecycle.revived_workers import Revived, revived_workers
from ...analyses.lifecycle.stale_handles import StaleHandle, stale_handles
from ...analyses.lifecycle.sudden_ends import SuddenEnd, sudden_ends
from ...analyses.lifecycle.thread_code import is_test
from ...analyses.lifecycle.uncalled_methods import Uncalled, uncalled_methods
from ...analyses.lifecycle.worker_loops import outermost_loops
from ...analyses.mentions import Mentions, mentions
from ...model import facts as f
from ...model.finding import Confidence, Finding, Fix, Rule, Step
from ...program.program import Program
from ...program.symbols import dotted

RULE = Rule("THR301", "thread-not-joined")


def check(program: Program) -> Iterator[Finding]:
    """A finding for each non-daemon thread that is started, not joined, and cannot be."""
    results = program.ask(thread_results)
    where = program.ask(mentions)
    uncalled = program.ask(uncalled_methods).of("join", "thread", "timer")
    for each in uncalled:
        yield _not_called(program, each)
    for life in program.ask(lifetimes).of("thread"):
        if not life.is_done("start") or life.daemon is not False or life.escapes:
            continue
        if any(each.life is life for each in uncalled):
            continue
        if life.is_done("join", "is_alive", "isAlive", "join_thread") or life.can_be_stopped:
            continue
        if life.is_public or results.tells(life):
            continue
        yield from _judged(program, where, results, life)
    for last in program.ask(last_joins):
        yield _last_only(program, last)
    written = {write.life for write in program.ask(daemon_writes)}
    for sudden in program.ask(sudden_ends):
        if sudden.life not in written:
            yield _sudden(program, sudden)
    for revived in program.ask(revived_workers):
        yield _revived(program, revived)
    for stale in program.ask(stale_handles):
        yield _stale(program, stale)


def _stale(program: Program, stale: StaleHandle) -> Finding:
    life, starter = stale.life, stale.starter
    return RULE.finding(
        program.place(starter, stale.test.at),
        f"`{starter.facts.qualname}` may take a thread that is about to end for one that runs, since it is not joined: "
        "then it starts none",
        subjects=(f"{starter.module.name}.{stale.name}",),
        scope=starter.qualname,
        story=(
            Step(program.place(life.function, life.node.at), "the thread is made here"),
            Step(program.place(stale.ending, stale.cleared.at), "it counts as running until here", life.name),
        ),
        help="join the thread after it has been told to stop, or do both under one lock",
        confidence=Confidence.MEDIUM,
    )


def _not_called(program: Program, uncalled: Uncalled) -> Finding:
    name = dotted(uncalled.node) or "join"
    return RULE.finding(
        program.place(uncalled.function, uncalled.node.at),
        f"`{name}` is not called here, and nothing else waits for the thread",
        subjects=(f"{uncalled.function.module.name}.{name}",),
        scope=uncalled.function.qualname,
        help="add the parentheses",
        fix=Fix("add the parentheses", (inserted(uncalled.function, uncalled.node.at[1], "()"),), safe=False),
        label="not called",
    )


def _last_only(program: Program, last: LastJoin) -> Finding:
    life = last.life
    return RULE.finding(
        program.place(life.function, life.node.at),
        f"only the last of these threads is joined: each iteration forgets the `{life.name}` before it",
        subjects=(f"{life.function.module.name}.{life.name}",),
        scope=life.function.qualname,
        story=(Step(program.place(life.function, last.join.at), "joins the last one only"),),
        help="keep all of them in a list, and join each",
        confidence=Confidence.LOW if is_test(life.function) else Confidence.HIGH,
    )


def _sudden(program: Program, sudden: SuddenEnd) -> Finding:
    life = sudden.life
    return RULE.finding(
        program.place(life.function, life.node.at),
        f"daemon thread `{life.name}` is stopped wherever it is: the program ends right after it has started it",
        subjects=(f"{life.function.module.name}.{life.name}",),
        scope=life.function.qualname,
        story=(Step(program.place(sudden.function, sudden.start.at), "started here, and nothing waits after that"),),
        help="join it, or do not make it a daemon",
        confidence=Confidence.MEDIUM,
    )


def _revived(program: Program, revived: Revived) -> Finding:
    life, clear = revived.life, revived.clear
    return RULE.finding(
        program.place(clear.function, clear.at),
        f"the previous `{life.name}` is not joined: clearing its stop event may let it go on beside the next one",
        subjects=(f"{life.function.module.name}.{life.name}",),
        scope=clear.function.qualname,
        story=(Step(program.place(life.function, life.node.at), "the next one is made here"),),
        help="join the thread after it has been told to stop, or give each thread an event of its own",
        confidence=Confidence.MEDIUM,
    )


def _judged(program: Program, where: Mentions, results: Results, life: Life) -> Iterator[Finding]:
    points = [(start.function, start.at[1]) for start in results.starts(life)]
    points += [(use.function, use.node.at[1]) for use in life.begins if use.function not in dict(points)]
    readers = [reader for function, after in points for reader in results.readers(life, function, after)]
    service = any(_loops_for_ever(fn.function.facts.body) for fn, _ in life.targets)
    if service:
        readers = [reader for reader in readers if reader.location is not life.obj.address]  # it fills a stream
    near = bool(readers)
    if not readers and not service and life.fate.homes:
        readers = results.later_readers(life)
    story: tuple[Step, ...] = ()
    if results.looks_first(readers):
        return  # it polls
    if readers:
        confidence = Confidence.HIGH if near else Confidence.MEDIUM
        story = (
            Step(program.place(life.function, life.node.at), f"thread `{life.name}` is made here"),
            Step(program.place(readers[0].function, readers[0].at), "read while the thread may still run"),
        )
        message = f"`{life.name}` is never joined; what it changes is read while it may still run"
    elif (claim := program.ask(claimed_ends).of(life)) is not None:
        confidence = Confidence.MEDIUM
        story = (
            Step(program.place(life.function, life.node.at), f"thread `{life.name}` is made here"),
            Step(program.place(claim.function, claim.said.at), "said while the thread may still run"),
        )
        message = f"`{life.name}` is never joined, and the program says that it is done while the thread may still run"
    else:
        message = (
            f"`{life.name}` is started and never joined: nothing waits for its end, and nobody learns whether it failed"
        )
        confidence = _confidence(where, life)
    if not readers and service:
        return
    yield RULE.finding(
        program.place(life.function, life.node.at),
        message,
        subjects=(f"{life.function.module.name}.{life.name}",),
        scope=life.function.qualname,
        story=story,
        help="join it before its results are needed, or make it a daemon if nobody needs them",
        confidence=Confidence.LOW if is_test(life.function) and not readers else confidence,
    )


def _loops_for_ever(body: tuple[f.Stmt, ...]) -> bool:
    """Whether the target is a service, which other rules judge."""
    return any(True for _ in outermost_loops(body))


def _confidence(where: Mentions, life: Life) -> Confidence:
    """Medium where a list of threads is filled and forgotten; low otherwise."""
    in_loop = where.loop(life.function, life.node) is not None
    if isinstance(where.parent(life.function, life.node), f.Attr):
        return Confidence.LOW  # started at once and dropped
    listed = len({name for _, name, _ in life.fate.homes}) > 1 or any(
        isinstance(above, f.Comprehension) for above in where.around(life.function, life.node)
    )
    return Confidence.MEDIUM if in_loop and listed and not life.homes else Confidence.LOW
