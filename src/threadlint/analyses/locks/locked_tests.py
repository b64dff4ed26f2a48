"""Conditions that ask a lock whether it is `locked()`, and what the function then does to that lock.

Three shapes: the branch in which the lock was seen free (or held) acquires or releases it; the branch leaves, and
the code behind it acquires; a loop waits until the lock is free, and the code behind it acquires. In handlers of a
fork the answer is exact.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function
from ...program.traverse import walk
from ..mentions import Mentions, mentions
from .fork_handlers import fork_handlers
from .lock_calls import lock_kinds, lockish, method_call, qualified, spelled, spelling
from .lock_paths import mode_of
from .lock_spots import excludes_threads, lock_spots

_LEAVES = (f.Return, f.Raise, f.Jump)


class LockedTest(NamedTuple):
    """One such condition. `then` is acquire or release, `act` its place; `known` whether the program shows that it is a
    lock; `takes` whether the function acquires it, too."""

    function: Function
    path: str
    at: f.Span
    then: str
    act: f.Span
    known: bool
    takes: bool

    @property
    def spelling(self) -> str:
        return spelling(self.function, self.path)

    @property
    def subject(self) -> str:
        return qualified(self.function, self.path)


def locked_tests(program: Program) -> list[LockedTest]:
    """All of them, in order of module and place."""
    return list(_found(program))


def _found(program: Program) -> Iterator[LockedTest]:
    where, forked = program.ask(mentions), program.ask(fork_handlers)
    for spot in program.ask(lock_spots).calls.get("locked", ()):
        function, call = spot.function, spot.node
        path = spelled(call.func.value)
        if path is None or function in forked:
            continue
        kinds = lock_kinds(program, function, call.func.value)
        if (kinds and not all(excludes_threads(kind) for kind in kinds)) or (not kinds and function.facts.is_async):
            continue
        if not kinds and (not lockish(path) or program.static.evaluate(call.func.value, function)):
            continue
        acted = _acted(where, function, call, path)
        if acted is not None:
            then, act = acted
            yield LockedTest(function, path, call.at, then, act, bool(kinds), _takes(function, path))


def _takes(function: Function, path: str) -> bool:
    """Whether the function acquires the lock anywhere."""
    return any(
        spelled(receiver) == path
        for node in walk(function.facts.body)
        if (receiver := method_call(node, frozenset({"acquire"}))) is not None
    )


def _acted(where: Mentions, function: Function, call: f.Call, path: str) -> tuple[str, f.Span] | None:
    above = where.parent(function, call)
    free = False
    while isinstance(above, (f.Not, f.BoolOp)):
        free ^= isinstance(above, f.Not)
        above = where.parent(function, above)
    if not isinstance(above, (f.If, f.While)):
        return None
    inside = _first_act(above.body, path)
    if inside is not None and (inside[0] == "acquire") == free:
        return inside
    leaves = isinstance(above, f.While) or (bool(above.body) and isinstance(above.body[-1], _LEAVES))
    if not free and leaves and inside is None:
        block, position = where.siblings(function, above)
        behind = _first_act(tuple(block[position + 1 :]), path)
        if behind is not None and behind[0] == "acquire":
            return behind
    if isinstance(above, f.If) and above.orelse and not free:
        other = _first_act(above.orelse, path)
        if other is not None and other[0] == "acquire":
            return other
    return None


def _first_act(body: tuple[Any, ...], path: str) -> tuple[str, f.Span] | None:
    """The first acquisition that waits, or release, of the lock in a block."""
    for node in walk(body):
        if isinstance(node, f.With):
            for item in node.items:
                if spelled(item.context) == path:
                    return "acquire", item.context.at
        receiver = method_call(node, frozenset({"acquire", "release"}))
        if receiver is not None and spelled(receiver) == path:
            if node.func.attr == "release":
                return "release", node.at
            return ("acquire", node.at) if mode_of(node) == "acquire" else None
    return None
