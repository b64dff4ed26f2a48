"""Context managers whose one half fails and leaves the lock held.

Domain. Classes whose `__enter__` takes a lock by hand that their `__exit__` gives back. When `__enter__` fails after it
took the lock, the `with` is never entered and `__exit__` does not run. When `__exit__` fails before it gives the lock
back, nobody comes after it. What may raise is told by `raising`, but for assertions; what the halves call to take or
give back the lock is not followed.
"""
from __future__ import annotations

from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class
from ...program.traverse import walk
from .lock_calls import LockCalls, last_part
from .lock_paths import Walked, lock_paths

HALVES = {"__enter__": "__exit__", "__exit__": "__enter__"}


class FailingHalf(NamedTuple):
    """`at` takes the lock (in `__enter__`) or gives it back (in `__exit__`); `raises` is what can fail behind or before
    it; `other` the call of the other half that does not come, or that came before."""

    use: LockCalls
    at: f.Span
    raises: f.Span
    other: LockCalls


def failing_halves(program: Program) -> list[FailingHalf]:
    """The halves that can fail with the lock held, one finding for each lock."""
    halves: dict[tuple[Class, str, str], Walked] = {}
    for walked in program.ask(lock_paths):
        use = walked.use
        if use.function.cls is not None and use.function.name in HALVES and use.belongs_to_threads:
            halves[use.function.cls, last_part(use.path), use.function.name] = walked
    found = []
    for (cls, lock, name), walked in halves.items():
        other = halves.get((cls, lock, HALVES[name]))
        if other is None or walked.helpers:
            continue
        leak = _enters(walked, other.use) if name == "__enter__" else _exits(walked, other.use)
        if leak is not None:
            found.append(leak)
    return found


def _enters(walked: Walked, other: LockCalls) -> FailingHalf | None:
    if not other.releases:
        return None
    asserted = _asserted(walked)
    for each in walked.paths.exits:
        if each.kind in ("exc", "raise") and each.state.held and each.at not in asserted:
            taken = next(call.at for call in walked.use.acquires if call.at[0] == each.state.held[0])
            return FailingHalf(walked.use, taken, each.at, other)
    return None


def _exits(walked: Walked, other: LockCalls) -> FailingHalf | None:
    if walked.use.acquires or not other.acquires:
        return None
    release = walked.use.releases[0].at
    if not any(each.kind in ("return", "end") and each.state.missing for each in walked.paths.exits):
        return None
    asserted = _asserted(walked)
    for each in walked.paths.exits:
        fails = each.kind in ("exc", "raise") and each.at not in asserted
        if fails and not each.state.missing and each.at[0] < release[0]:
            return FailingHalf(walked.use, release, each.at, other)
    return None


def _asserted(walked: Walked) -> set[f.Span]:
    """Assertions, which tell readers and type checkers what is so."""
    return {node.at for node in walk(walked.use.function.facts.body) if isinstance(node, f.Assert)}
