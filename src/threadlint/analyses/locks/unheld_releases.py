"""Releases of a lock on paths on which it is surely not held, and that nothing makes good before the function ends.

A function that never takes the lock releases it for somebody else; that is no offence. Semaphores may be released by
anybody. Where `locked()` decides, or the result of an acquisition is not looked at, the release is not the cause.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function
from ..mentions import mentions
from .fork_handlers import fork_handlers
from .lock_calls import LockCalls, last_part, lock_calls
from .lock_leaks import hands_over, passing_batons
from .lock_paths import Walked, lock_paths
from .lock_spots import lock_spots
from .locked_tests import locked_tests
from .unlooked_acquires import unlooked_acquires


class UnheldRelease(NamedTuple):
    """One release. `how`: inside (the body of a `with` over the same lock), twice, mixed (held on some paths
    only). `other` and `told`: a place that explains it."""

    use: LockCalls
    how: str
    at: f.Span
    other: f.Span
    told: str


def unheld_releases(program: Program) -> list[UnheldRelease]:
    """All of them, in order of module, function and place."""
    unlooked = program.ask(unlooked_acquires)
    batons = passing_batons(program)
    taken, forked = _names_taken(program), program.ask(fork_handlers)
    tested = {(test.function, test.path) for test in program.ask(locked_tests)}
    found: list[UnheldRelease] = []
    for walked in program.ask(lock_paths):
        use = walked.use
        if use.counts or not use.belongs_to_threads or use.function in batons:
            continue
        if use.typed and last_part(use.path) not in taken:
            if use.function not in forked and (use.function, use.path) not in tested:
                places = sorted(walked.paths.unheld)
                found.extend(UnheldRelease(use, "never", at, at, "nothing takes it") for at in places)
            continue
        if not _gives_back_for_another(program, use):
            found.extend(
                UnheldRelease(use, "inside", at, block, "the `with` that releases it too")
                for at, block in _inside(walked)
            )
        if use.acquires and not hands_over(use.function.name) and (use.function, use.path) not in tested:
            ignored = any((use.function.module.name, call.at[0]) in unlooked for call in use.acquires)
            found.extend(_on_paths(walked, ignored))
    return found


def _names_taken(program: Program) -> frozenset[str]:
    """Last names of everything that is acquired, entered, or mentioned otherwise than to make, test or release it."""
    where, spots = program.ask(mentions), program.ask(lock_spots)
    uses = [use for each in program.ask(lock_calls).values() for use in each]
    taken = {last_part(use.path) for use in uses if use.acquires}
    for name in {last_part(use.path) for use in uses} - taken:
        nodes: list[tuple[Function, Any]] = [*where.attributes(name)]
        for module in {function.module for function in spots.by_hand}:
            nodes += where.names(module, name)
        for function, node in nodes:
            above = where.parent(function, node)
            made = isinstance(above, f.Assign) and above.value is not node
            if not made and not (isinstance(above, f.Attr) and above.attr in ("release", "locked")):
                taken.add(name)
                break
    return frozenset(taken)


def _inside(walked: Walked) -> Iterator[tuple[f.Span, f.Span]]:
    yield from sorted(walked.paths.inside.items())


def _gives_back_for_another(program: Program, use: LockCalls) -> bool:
    """Whether a re-entrant lock is held more than once here: another method of the class takes it and keeps it."""
    cls = use.function.cls
    if cls is None or use.kinds != {"threading.RLock"}:
        return False
    uses = program.ask(lock_calls)
    return any(
        other.path == use.path and other.acquires
        for method in cls.own_functions
        if method is not use.function
        for other in uses.get(method, ())
    )


def _on_paths(walked: Walked, ignored: bool) -> Iterator[UnheldRelease]:
    use, paths = walked.use, walked.paths
    lost = paths.lost
    for at in sorted(paths.unheld):
        if at[0] not in lost or at in paths.inside:
            continue
        before = [call.at for call in use.acquires if call.at[0] < at[0]]
        if at in paths.twice:
            earlier = [call.at for call in use.releases if call.at[0] < at[0]]
            other = earlier[-1] if earlier else use.acquires[0].at
            yield UnheldRelease(use, "twice", at, other, "given back here already")
        elif paths.unheld[at] == {True, False} and before and not ignored:
            yield UnheldRelease(use, "mixed", at, before[-1], "taken here, but not on every path")
