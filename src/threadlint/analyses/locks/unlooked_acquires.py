"""Acquisitions that may fail, whose result nobody looks at, and after which the lock is given back all the same.

By offset of module and call. A result counts as looked at when it goes anywhere but into a statement of its own or
into a name that is never read.
"""
from __future__ import annotations

from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ..mentions import Mentions, mentions
from .lock_calls import LockCalls
from .lock_paths import Walked, lock_paths, mode_of


class Unlooked(NamedTuple):
    """One such acquisition and the places that give the lock back."""

    use: LockCalls
    call: f.Call
    releases: tuple[f.Span, ...]


def unlooked_acquires(program: Program) -> dict[tuple[str, int], Unlooked]:
    """All of them, in order of module and place."""
    found: dict[tuple[str, int], Unlooked] = {}
    stands = program.ask(mentions)
    for walked in program.ask(lock_paths):
        use = walked.use
        if not use.belongs_to_threads:
            continue
        for call in use.acquires:
            if mode_of(call) in ("try", "timed") and _is_dropped(walked, call, stands):
                releases = tuple(walked.paths.released.get(call.at[0], ()))
                if releases and not _follows_at_once(walked, call, stands):
                    found[use.function.module.name, call.at[0]] = Unlooked(use, call, releases)
    return found


def _is_dropped(walked: Walked, call: f.Call, stands: Mentions) -> bool:
    function = walked.use.function
    above = stands.parent(function, call)
    if isinstance(above, f.Evaluate):
        return True
    if isinstance(above, f.Assign) and len(above.targets) == 1 and isinstance(above.targets[0], f.Name):
        target = above.targets[0]
        names = stands.names(function.module, target.id)
        return (
            not function.is_top
            and all(node is target or where is not function for where, node in names)
            and (target.id not in function.shared_cells and target.id in function.binds)
        )
    return False


def _follows_at_once(walked: Walked, call: f.Call, stands: Mentions) -> bool:
    """Whether the next statement gives the lock back."""
    function = walked.use.function
    statement = stands.statement(function, call)
    block, position = stands.siblings(function, statement)
    after = block[position + 1] if position + 1 < len(block) else None
    return isinstance(after, f.Evaluate) and any(after.value is release for release in walked.use.releases)
