"""Blocks: statements one after the other, and the ways out of them.

`frame.state` is what is known where the run stands; it is None when no path goes on. Paths that leave a block otherwise
than at its end wait in `frame.exits`, each with how it left, until the statement that takes them is met.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...model import facts as f
from .frame import ActiveFrame
from .state import State, joined

STATEMENTS: dict[type, Callable[[ActiveFrame, Any], None]] = {}
"""What each kind of statement does; `control` fills it, which knows all of them."""


def run_block(frame: ActiveFrame, body: tuple[f.Stmt, ...]) -> None:
    """Run statements until the end or until no path is left; `frame.state` is None then."""
    for statement in body:
        if frame.state is None:
            return
        if frame.snapshots:
            _snapshot(frame)
        STATEMENTS[type(statement)](frame, statement)


def _snapshot(frame: ActiveFrame) -> None:
    taken, state = frame.snapshots[-1], frame.state
    if not taken or taken[-1].held is not state.held or taken[-1].ended is not state.ended:
        taken.append(state.copy())


def leave(frame: ActiveFrame, how: str) -> None:
    frame.exits.append((how, frame.state))
    frame.go_on_from(None)


def take_exits(frame: ActiveFrame, since: int, how: str) -> State | None:
    """Collect and remove the paths that left in one way since a mark."""
    found: State | None = None
    kept = frame.exits[:since]
    for kind, state in frame.exits[since:]:
        if kind == how:
            found = joined(found, state)
        else:
            kept.append((kind, state))
    frame.exits = kept
    return found
