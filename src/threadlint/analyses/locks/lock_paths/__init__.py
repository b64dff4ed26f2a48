"""Which paths through a function take a lock by hand, give it back, or leave with it still held.

`lock_paths` is the question. Its answer holds one `Walked` for each function and lock path of `lock_calls` and
`helped_calls`; locks whose
release is handed to others, and functions with too many paths, are left out. Permits of semaphores are walked as well.
"""
from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from ....model import facts as f
from ....program.program import Program
from ..helped_calls import helped_calls
from ..lock_calls import LockCalls, lock_calls
from .effects import Effects
from .outcomes import mode_of
from .states import Effect, Exit, Paths, State


class Walked(NamedTuple):
    """One lock of one function: its calls, the outcome of the walk, and the helpers that take or release it."""

    use: LockCalls
    paths: Paths
    helpers: tuple[tuple[f.Call, Effect], ...]


def lock_paths(program: Program) -> list[Walked]:
    """All walks, in order of module and place."""
    return list(_walked(program))


def _walked(program: Program) -> Iterator[Walked]:
    effects = Effects(program)
    by_hand = (use for uses in program.ask(lock_calls).values() for use in uses if not use.handed)
    for use in chain(by_hand, program.ask(helped_calls)):
        paths = effects.paths(use)
        if paths is not None:
            yield Walked(use, paths, tuple(effects.touched_by(use)))


__all__ = ["Effect", "Exit", "Paths", "State", "Walked", "lock_paths", "mode_of"]
