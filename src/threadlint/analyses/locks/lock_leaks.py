"""Locks that a function takes by hand and, on some way out, leaves held.

Only acquisitions that some path of the same function gives back are looked at: a function that never releases keeps
the lock on purpose, and so does one that hands it over. A function hands a lock over when

- its name says that it takes or gives locks (`acquire…`, `…lock…`, `__enter__`, `…fork…`), and it is no
  `@contextmanager`, to which control comes back;
- it holds the lock however it returns normally, and gives it back only when it fails, or somebody else gives it back;
- it holds the lock exactly where it returns True, and returns nothing or False elsewhere.

A function that returns with one lock held and with another released that it had not taken passes a baton; its locks
are signals. Semaphores are permits, not locks, and are left to their own rules; asyncio's locks keep out tasks, not
threads.
"""
from __future__ import annotations

import re
from collections import defaultdict
from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class, Function
from ...program.traverse import stands_in, walk
from .lock_calls import LockCalls, last_part, lock_calls
from .lock_paths import Exit, Walked, lock_paths

_TAKES_LOCKS = re.compile(r"(?<![a-z])(un|re|try)?lock|acquire|release|__enter__|__exit__|__aenter__|fork")
_LEAVING = ("return", "raise", "end")


class Leak(NamedTuple):
    """One acquisition and one way out with the lock still held. `how` is return, raise, end, continue, exc (a call or
    lookup that can raise, at `at`) or yield (an exception thrown in at a yield). `releases` are the places where other
    paths give it back; `known` whether the program shows that it is a lock."""

    use: LockCalls
    acquired: f.Span
    how: str
    at: f.Span
    releases: tuple[f.Span, ...]
    paired: bool = False
    """Whether another method of the class only releases the lock: this one may begin what that one ends."""

    @property
    def function(self) -> Function:
        return self.use.function


def hands_over(name: str) -> bool:
    """Whether a function's name says that taking or giving locks is its business."""
    return _TAKES_LOCKS.search(name.lower()) is not None


def keeps_on_purpose(function: Function) -> bool:
    """Whether a function takes locks for its caller; the `yield` of a context manager comes back in any case."""
    return hands_over(function.name) and not function.decorator_names & {"contextmanager", "asynccontextmanager"}


def lock_leaks(program: Program) -> list[Leak]:
    """At most one leak of each acquisition: the way out that is most surely taken, then the first in the text.
    Acquisitions that one missing release leaves held are told once."""
    found: list[Leak] = []
    batons = passing_batons(program)
    ending = _ending(program)
    for walked in program.ask(lock_paths):
        use = walked.use
        if use.function in batons:
            continue
        if use.counts or not use.belongs_to_threads or keeps_on_purpose(use.function):
            continue
        ended = any((owner, last_part(use.path)) in ending for owner in (use.function.cls, None))
        places = {call.at[0]: call.at for call in use.acquires} | {call.at[0]: call.at for call, _ in walked.helpers}
        causes: dict[object, Leak] = {}
        for offset in sorted(walked.paths.released):
            leak = _leak(walked, offset, places[offset], ended)
            if leak is not None:
                if leak.how in ("return", "end") and not walked.helpers:
                    paired = use.function.cls is not None and (use.function.cls, last_part(use.path)) in ending
                    leak = leak._replace(paired=paired)
                causes.setdefault(leak.releases if leak.how == "exc" else (leak.how, leak.at), leak)
        found.extend(causes.values())
    return found


def _ending(program: Program) -> frozenset[tuple[Class | None, str]]:
    """Classes (and no class, for functions) with the last names of locks that a method releases and does not take."""
    return frozenset(
        (function.cls, last_part(use.path))
        for function, uses in program.ask(lock_calls).items()
        for use in uses
        if use.releases and not use.acquires
    )


def passing_batons(program: Program) -> frozenset[Function]:
    """Functions that return with one lock held and another released that they had not taken: locks used as signals."""
    keeping: dict[Function, set[str]] = defaultdict(set)
    giving: dict[Function, set[str]] = defaultdict(set)
    for walked in program.ask(lock_paths):
        for each in walked.paths.exits:
            if each.kind in ("return", "end"):
                if each.state.held:
                    keeping[walked.use.function].add(walked.use.path)
                if each.state.missing:
                    giving[walked.use.function].add(walked.use.path)
    return frozenset(
        function for function, paths in keeping.items() if len(paths | giving[function]) > 1 and giving[function]
    )


def _leak(walked: Walked, offset: int, place: f.Span, ended: bool) -> Leak | None:
    """`ended`: somewhere the lock is given back by who has not taken it."""
    paths = walked.paths
    held = [each for each in paths.exits if offset in each.state.held]
    if _is_handed_over(walked, offset, ended):
        return None
    ways = [(each.kind, each.at) for each in held if each.kind in _LEAVING and each.since <= offset]
    ways += [("continue", at) for again, at in paths.again if again == offset]
    if not ways:
        ways = [(each.kind, each.at) for each in held if each.kind in ("yield", "exc") and each.since <= offset]
    if not ways:
        return None
    how, at = min(ways, key=lambda way: (way[0] == "end", way[0] != "yield", way[1]))
    return Leak(walked.use, place, how, place if how == "end" else at, tuple(paths.released[offset]))


def _is_handed_over(walked: Walked, offset: int, ended: bool) -> bool:
    """Whether the function keeps the lock for its caller, see above."""
    normal = [each for each in walked.paths.exits if each.kind in ("return", "end")]
    without = [each for each in normal if not each.state.held]
    if not without:
        kept = any(offset in each.state.held for each in normal)
        return bool(normal) and (ended or not kept or _only_when_failing(walked, offset))
    holding = [each for each in normal if offset in each.state.held]
    return bool(holding) and all(each.name == "true" for each in holding) and all(_says_no(each) for each in without)


def _only_when_failing(walked: Walked, offset: int) -> bool:
    """Whether the function gives the lock back in handlers only."""
    handlers = [
        handler
        for node in walk(walked.use.function.facts.body)
        if isinstance(node, f.Try)
        for handler in node.handlers
    ]
    return all(any(stands_in(handler.body, at) for handler in handlers) for at in walked.paths.released[offset])


def _says_no(each: Exit) -> bool:
    return each.kind == "return" and each.name == "nothing"
