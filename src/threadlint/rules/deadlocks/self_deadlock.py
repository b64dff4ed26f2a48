"""A thread takes a plain lock that it already holds.

## Why it hurts

A `threading.Lock` has no owner: its holder waits for itself, for ever. Directly it is seen at the first test; through a
call, a property or a decorator it waits for the day when that path runs.

## Example

```python
import threading


class Cache:
    def __init__(self):
        self._lock = threading.Lock()
        self._rows = {}

    def size(self):
        with self._lock:
            return len(self._rows)

    def trim(self, limit):
        with self._lock:
            while self.size() > limit:  # expect: THR102
                self._rows.popitem()
```

## Instead

Let a helper that expects the lock do the work, or make the lock an `RLock`.

```python
import threading


class Cache:
    def __init__(self):
        self._lock = threading.Lock()
        self._rows = {}

    def size(self):
        with self._lock:
            return len(self._rows)

    def trim(self, limit):
        with self._lock:
            while len(self._rows) > limit:
                self._rows.popitem()
```

## Stays silent when

- the lock is an `RLock`, or a `Condition()` made without a lock (its own lock is an `RLock`);
- the kind of the lock is not known;
- the inner acquisition gives up (`blocking=False`, a timeout);
- the two locks belong to different objects.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.deadlocks.critical_pairs import Pair, critical_pairs
from ...analyses.deadlocks.log_returns import log_returns
from ...analyses.lock_names import lock_names
from ...analyses.parallel import parallel
from ...analyses.parallel.own_locks import OwnLocks, own_locks
from ...analyses.traces import Way, traces
from ...knowledge.locks import ONE_PERMIT_LOCK, LockKind
from ...model.finding import Confidence, Finding, Rule, Severity, Step
from ...model.place import Place
from ...program.program import Program

RULE = Rule("THR102", "self-deadlock", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each place that leads a holder to its own lock, through calls or through logging."""
    yield from _through_calls(program)
    yield from _through_logging(program)


def _through_calls(program: Program) -> Iterator[Finding]:
    names, paths, together = program.ask(lock_names), program.ask(traces), program.ask(parallel)
    seen: set[tuple[Place, str]] = set()
    own = program.ask(own_locks)
    for pair in program.ask(critical_pairs).again:
        lock = names.spelling(pair.wanted)
        for way in (way for event in pair.events for way in paths.ways(event, pair.wanted)):
            place = paths.place(way.activation, way.at)
            roots = together.roots_of(way.activation)
            if (place, lock.full) in seen or not roots:
                continue
            seen.add((place, lock.full))
            thread = roots[0].name
            told = [Step(paths.place(way.hold.activation, way.hold.at), f"`{lock.short}` is taken here", thread)]
            if way.entered:
                inner = paths.place(pair.event.activation, pair.event.at)
                told.append(Step(inner, f"and again here{paths.through(way.entered)}", thread, (lock.short,)))
            yield RULE.finding(
                place,
                f"`{lock.short}` is a plain {way.hold.kind.spelling} and is taken again here by the thread that holds "
                f"it{paths.through(way.entered)}",
                subjects=(lock.full,),
                scope=way.activation.function.qualname,
                story=tuple(told),
                help=_advice(way.hold.kind),
                confidence=_confidence(way, own.surely_plain(pair.wanted) and not _chosen(own, pair, way)),
                label=f"wants `{lock.short}`, which this thread holds",
            )


def _advice(kind: LockKind) -> str:
    """What to do; semaphores and locks of event loops have no re-entrant kind."""
    advice = "do the inner work without the lock in a helper that expects it held"
    if kind is ONE_PERMIT_LOCK or kind.domain == "task":
        return advice
    return f"{advice}, or make the lock an `RLock`"


def _chosen(own: OwnLocks, pair: Pair, way: Way) -> bool:
    """Whether one of the two acquisitions takes one of several locks: then it need not be the same one twice."""
    again = own.chooses(pair.event.activation, pair.event.at)
    return again or own.chooses(way.hold.activation, way.hold.at)


def _confidence(way: Way, sure: bool) -> Confidence:
    if not way.certain or not sure:
        return Confidence.LOW
    return Confidence.MEDIUM if way.if_done else Confidence.HIGH


def _through_logging(program: Program) -> Iterator[Finding]:
    names, paths, together = program.ask(lock_names), program.ask(traces), program.ask(parallel)
    told_of: set[tuple[Place, str]] = set()
    for each in program.ask(log_returns).found:
        roots = together.roots_of(each.event.activation)
        if not roots:
            continue
        trace = paths.trace(roots[0], each.event)
        hold = trace.hold_of(each.hold.lock) or each.hold
        activation, at, entered = trace.towards(hold)
        place = paths.place(activation, at)
        lock = names.spelling(hold.lock)
        section = paths.place(hold.activation, hold.at)
        if (section, lock.full) in told_of:  # each further call in the section is the same mistake
            continue
        told_of.add((section, lock.full))
        told = [Step(section, f"`{lock.short}` is taken here", trace.root.name)]
        if entered:
            inner = paths.place(each.event.activation, each.event.at)
            told.append(Step(inner, "this is logged", trace.root.name, (lock.short,)))
        handler, last = each.through[0], each.through[-1]
        told.append(Step(program.place(handler, handler.facts.name_at), "the handler gets the record", trace.root.name))
        told.append(Step(program.place(last, each.taken.at), f"and `{lock.short}` is wanted again", trace.root.name))
        yield RULE.finding(
            place,
            f"`{lock.short}` is a plain {hold.kind.spelling} and is held while this is logged: the handler "
            f"`{handler.facts.qualname}` of this program takes it again",
            subjects=(lock.full,),
            scope=activation.function.qualname,
            story=tuple(told),
            help="log after the lock is released, or keep the handler from the records of its own package",
            confidence=Confidence.MEDIUM,
            label=f"logs while `{lock.short}` is held",
        )
