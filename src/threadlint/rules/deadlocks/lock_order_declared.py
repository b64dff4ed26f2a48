"""Locks are taken against the order that a comment declares.

## Why it hurts

A declared order is the promise that lets everybody nest locks without looking at the rest of the program. One place
that breaks it is half a deadlock; the other half is written in good faith.

## Example

```python
import threading

# lock-order: ledger_lock < audit_lock
ledger_lock = threading.Lock()
audit_lock = threading.Lock()


def sweep():
    with audit_lock:
        with ledger_lock:  # expect: THR110
            print("swept")
```

## Instead

```python
import threading

# lock-order: ledger_lock < audit_lock
ledger_lock = threading.Lock()
audit_lock = threading.Lock()


def sweep():
    with ledger_lock:
        with audit_lock:
            print("swept")
```

## Stays silent when

- nothing is declared;
- the second lock is only tried, or given up after a timeout.
"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.deadlocks.declared_orders import declared_orders
from ...analyses.lock_names import lock_names
from ...analyses.parallel import parallel
from ...analyses.traces import traces
from ...model.finding import Finding, Rule, Severity, Step
from ...model.place import Place
from ...program.program import Program

RULE = Rule("THR110", "lock-order-declared", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """One finding for each place that takes locks against a declared order."""
    names, paths, together = program.ask(lock_names), program.ask(traces), program.ask(parallel)
    seen: set[tuple[Place, str]] = set()
    for each in program.ask(declared_orders):
        pair = each.order.pair
        if not pair.waits:
            continue
        trace = paths.trace(together.roots_of(pair.event.activation)[0], pair.event)
        hold = trace.hold_of(each.order.held) or each.order.hold
        activation, at, entered = trace.towards(hold)
        place = paths.place(activation, at)
        held, wanted = names.spelling(hold.lock), names.spelling(pair.wanted)
        if (place, wanted.full) in seen:
            continue
        seen.add((place, wanted.full))
        steps = [
            Step(
                Place(each.module.source.path, *each.at),
                f"the order is declared here: `{each.first}` before `{each.second}`",
            ),
            Step(paths.place(hold.activation, hold.at), f"`{held.short}` is taken here", trace.root.name),
        ]
        if entered:
            steps.append(
                Step(paths.place(pair.event.activation, pair.event.at), f"and `{wanted.short}` here", trace.root.name)
            )
        yield RULE.finding(
            place,
            f"`{wanted.short}` is taken here while `{held.short}` is held{paths.through(entered)}, against the "
            "declared order",
            subjects=tuple(sorted((held.full, wanted.full))),
            scope=activation.function.qualname,
            story=tuple(step for step in steps if step.at != place),
            help=f"take `{wanted.short}` before `{held.short}`, or change the declaration",
            label=f"wants `{wanted.short}` too late",
        )
