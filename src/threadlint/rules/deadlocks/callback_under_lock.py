"""A callback is called while a plain lock is held that the same object's public methods take.

## Why it hurts

What the callback does is up to somebody else. If it calls back into the object, directly or on another thread that it
waits for, it waits for the lock that its own caller holds.

## Example

```python
import threading


class Feed:
    def __init__(self):
        self._lock = threading.Lock()
        self._listeners = []

    def subscribe(self, listener):
        with self._lock:
            self._listeners.append(listener)

    def publish(self, item):
        with self._lock:
            for listener in self._listeners:
                listener(item)  # expect: THR108
```

## Instead

Take a copy under the lock, and call without it.

```python
import threading


class Feed:
    def __init__(self):
        self._lock = threading.Lock()
        self._listeners = []

    def subscribe(self, listener):
        with self._lock:
            self._listeners.append(listener)

    def publish(self, item):
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener(item)
```

A listener may be an object as well: `for handler in self._handlers: handler.dispatch(event)` calls what its class says
it does, where names say that others put it there to be told of something.

## Stays silent when

- the callbacks are called after the lock is released;
- the lock is an `RLock` or of unknown kind;
- no public function takes the lock.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.deadlocks.stored_calls import stored_calls
from ...analyses.lock_names import lock_names
from ...analyses.parallel import parallel
from ...analyses.traces import traces
from ...model.finding import Confidence, Finding, Rule, Step
from ...model.place import Place
from ...program.program import Program

RULE = Rule("THR108", "callback-under-lock")
MOST_CALLS = 2
"""How many calls may lie between taking the lock and the callback; who is further away does not know of the lock."""


def check(program: Program) -> Iterator[Finding]:
    """One finding for each place that calls a stored function under such a lock."""
    names, paths, together = program.ask(lock_names), program.ask(traces), program.ask(parallel)
    seen: set[Place] = set()
    for each in program.ask(stored_calls).found:
        event = each.event
        roots = together.roots_of(event.activation)
        if not roots:
            continue
        trace = paths.trace(roots[0], event)
        hold = trace.hold_of(each.hold.lock) or each.hold
        activation, at, entered = trace.towards(hold)
        place = paths.place(activation, at)
        if len(entered) > MOST_CALLS or place in seen:
            continue
        seen.add(place)
        lock = names.spelling(hold.lock)
        back = each.back.event
        user = f"`{back.function.facts.qualname}`"
        steps = [Step(paths.place(hold.activation, hold.at), f"`{lock.short}` is taken here", trace.root.name)]
        if entered:
            inner = paths.place(event.activation, event.at)
            steps.append(Step(inner, f"`{each.name}` is called here", trace.root.name, (lock.short,)))
        steps.append(Step(paths.place(back.activation, back.at), f"{user} takes `{lock.short}`"))
        yield RULE.finding(
            place,
            f"`{each.name}` is called while `{lock.short}` is held: a callback that uses {user} waits for its own "
            "caller",
            subjects=(lock.full,),
            scope=activation.function.qualname,
            story=tuple(steps),
            help=f"take a copy under `{lock.short}`, release it, and call then",
            confidence=Confidence.MEDIUM if each.told else Confidence.LOW,
            label=f"runs somebody else's code with `{lock.short}` held",
        )
