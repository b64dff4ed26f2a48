"""Exception handling: `try` with its handlers, its `else` and its `finally`.

An exception may leave the body wherever the locks held changed: these states are kept as snapshots while it runs.
"""
from __future__ import annotations

from ...model import facts as f
from ...program.symbols import caught_types, last_name
from ...program.traverse import walk
from ...program.values import UNKNOWN, union
from .blocks import run_block, take_exits
from .events import Check
from .frame import ActiveFrame
from .state import State, joined

_MISSING = frozenset({"KeyError", "AttributeError", "LookupError", "IndexError"})


def run_try(frame: ActiveFrame, s: f.Try) -> None:
    mark = len(frame.exits)
    entry = frame.state.copy()
    frame.snapshots.append([entry.copy()])
    run_block(frame, s.body)
    snaps = frame.snapshots.pop()
    end: State | None = frame.state
    raised = take_exits(frame, mark, "raise")
    caught: State | None = None
    for snap in snaps:
        caught = joined(caught, snap)
    caught = joined(caught, raised)
    assert caught is not None
    if end is not None:
        for name, values in end.names.items():
            caught.names[name] = union(caught.names.get(name, UNKNOWN), values)
        caught.running |= end.running
        caught.owned &= end.owned
        if _asks_for_a_result(s.body):
            caught.running -= end.ended
            caught.ended |= end.ended
    if end is not None and s.orelse:
        frame.state = end
        run_block(frame, s.orelse)
        end = frame.state
    catches_all = False
    for handler in s.handlers:
        frame.state = caught.copy()
        if handler.type is not None:
            frame.evaluator.evaluate_in(handler.type, frame)
        names = {name for name in map(last_name, caught_types(handler)) if name}
        catches_all |= handler.type is None or bool(names & {"Exception", "BaseException"})
        if names & _MISSING:
            for check in _items_tried(frame, s.body):
                frame.state.checks[check.location] = check
        if handler.name is not None:
            frame.bind(f.Name(handler.at, handler.name), UNKNOWN)
        run_block(frame, handler.body)
        end = joined(end, frame.state)
    escaping = None if catches_all and s.handlers else caught
    if escaping is not None and not s.handlers:
        frame.exits.append(("raise", escaping.copy()))
    if frame.snapshots and escaping is not None:
        frame.snapshots[-1].append(escaping.copy())
    if s.final:
        _finally(frame, s, mark, end)
    else:
        frame.go_on_from(end)


def _asks_for_a_result(body: tuple[f.Stmt, ...]) -> bool:
    """Whether all that a body does is to ask for the result of one task, which has ended when that raises."""
    if len(body) != 1 or not isinstance(body[0], (f.Evaluate, f.Assign, f.Return)):
        return False
    call = body[0].value
    return isinstance(call, f.Call) and isinstance(call.func, f.Attr) and call.func.attr == "result" and not call.args


def _finally(frame: ActiveFrame, s: f.Try, mark: int, end: State | None) -> None:
    pending = frame.exits[mark:]
    frame.exits = frame.exits[:mark]
    by_kind: dict[str, State | None] = {}
    for kind, state in pending:
        by_kind[kind] = joined(by_kind.get(kind), state)
    after: list[tuple[str, State]] = []
    for kind, state_or_none in by_kind.items():
        frame.go_on_from(state_or_none)
        run_block(frame, s.final)
        if frame.state is not None:
            after.append((kind, frame.state))
    frame.go_on_from(end)
    if end is not None:
        run_block(frame, s.final)
    frame.exits.extend(after)


def _items_tried(frame: ActiveFrame, body: tuple[f.Stmt, ...]) -> list[Check]:
    found: list[Check] = []
    targets = {t.at for node in walk(body) if isinstance(node, f.Assign) for t in node.targets}
    for node in walk(body):
        if isinstance(node, (f.Item, f.Attr)) and node.at not in targets:
            place = frame.location(node.value if isinstance(node, f.Item) else node)
            if place is not None:
                found.append(
                    Check(place, node.at, "membership" if isinstance(node, f.Item) else "hasattr", frame.state.held)
                )
    return found
