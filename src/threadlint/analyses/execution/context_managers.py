"""Context managers: what `with` takes on entering, and gives back on every way out."""
from __future__ import annotations

from collections.abc import Callable

from ...knowledge import types
from ...model import facts as f
from ...program.evaluate import Arguments
from ...program.symbols import Class, last_name
from ...program.values import UNKNOWN, Address, Ext, Fn, Lit, Obj, Values, element, union
from .blocks import run_block
from .events import UNKNOWN_LOCK_TYPE, Hold, LibraryCall, kind_of
from .frame import ActiveFrame
from .library import close_pool, take
from .state import State


def run_with(frame: ActiveFrame, s: f.With) -> None:
    undo: list[Callable[[State], None]] = []
    calls: list[tuple[Fn, f.Expr]] = []
    pools: list[tuple[Obj, f.Expr]] = []
    for item in s.items:
        before = frame.state.held
        values = _enter(frame, item, calls, pools, undo, s.is_async)
        if frame.state is None:
            return
        if s.is_async:
            frame.note("await", item.context.at, "async with")
        taken = [hold for hold in frame.state.held if hold not in before]
        if taken:
            undo.append(_releasing(taken))
        if item.target is not None:
            frame.bind(item.target, values)
    mark = len(frame.exits)
    snaps = len(frame.snapshots[-1]) if frame.snapshots else 0
    run_block(frame, s.body)
    if frame.state is not None:
        for fn, node in reversed(calls):
            frame.enter(fn, Arguments((UNKNOWN, UNKNOWN, UNKNOWN)), node, None)
        for pool, node in pools:
            if isinstance(pool.type, str):
                left = LibraryCall(pool, Arguments(), node, UNKNOWN, False)
                frame.note("call", node.at, f"{pool.type}.__exit__", left, pool)
            close_pool(frame, pool.address)
    leaving = [state for _, state in frame.exits[mark:]]
    if frame.snapshots:
        leaving += frame.snapshots[-1][snaps:]
    current = frame.state
    for state in (*leaving, *([current] if current is not None else [])):
        for release in undo:
            release(state)
    for state in leaving:
        for pool, _ in pools:
            frame.state = state
            close_pool(frame, pool.address)
    frame.state = current


def _of_tasks(lock: Obj) -> Obj:
    """A lock that `async with` takes holds back tasks, whatever else is known of it."""
    return lock if kind_of(lock).domain == "task" else Obj("asyncio.Lock", lock.address, lock.site)


def _releasing(taken: list[Hold]) -> Callable[[State], None]:
    def release(state: State) -> None:
        for hold in taken:
            state.release(hold.lock)

    return release


def _enter(
    frame: ActiveFrame,
    item: f.WithItem,
    calls: list[tuple[Fn, f.Expr]],
    pools: list[tuple[Obj, f.Expr]],
    undo: list[Callable[[State], None]],
    is_async: bool,
) -> Values:
    """Enter one context manager; what has to happen on leaving is added to the lists."""
    expr = item.context
    values = frame.evaluator.evaluate_in(expr, frame)
    if frame.state is None:
        return UNKNOWN
    frame.note("with", expr.at, "with", values)
    found: Values = UNKNOWN
    locks = [value for value in values if isinstance(value, Obj) and frame.lockish(value)]
    if len(locks) == 1 and isinstance(expr, (f.Name, f.Attr, f.Item, f.Call)):
        if not (isinstance(expr, f.Call) and last_name(expr.func) == "acquire"):
            take(frame, _of_tasks(locks[0]) if is_async else locks[0], expr.at, "with")
        return (locks[0],)
    if len(locks) > 1 and not isinstance(expr, f.Call):  # one of several: held, and not known which
        place = frame.location(expr)
        if place is not None and isinstance(expr, f.Item):
            place = element(place)
        one_of = Obj(UNKNOWN_LOCK_TYPE, place or locks[0].address)
        one_of = _of_tasks(one_of) if is_async else one_of
        take(frame, one_of, expr.at, "with")
        return (one_of,)
    known = [v for v in values if not isinstance(v, Lit) and not (isinstance(v, Obj) and isinstance(v.type, str))]
    if isinstance(expr, f.Attr) and known and all(isinstance(v, Ext) and frame.explorer.is_own(v) for v in known):
        known = []  # a module of the program, under a name that is bound late
    if not known and not isinstance(expr, f.Call):
        guessed = frame.unknown_lock(expr)
        if guessed is not None:
            guessed = _of_tasks(guessed) if is_async else guessed
            take(frame, guessed, expr.at, "with")
            return (guessed,)
    for value in values:
        if not isinstance(value, Obj):
            continue
        if isinstance(value.type, Class):
            hierarchy = frame.explorer.program.hierarchy
            enter, leave = hierarchy.find(value.type, "__enter__"), hierarchy.find(value.type, "__exit__")
            if enter is not None:
                found = union(found, frame.enter(Fn(enter, value), Arguments(), expr, None))
            else:
                found = union(found, (value,))
            if leave is not None:
                calls.append((Fn(leave, value), expr))
                if len(values) == 1:
                    undo.append(frame.explorer.exit_effect(Fn(leave, value), frame, expr))
            library = hierarchy.library_bases(value.type)
            if set(library) & (types.POOLS | types.PROCESS_POOLS):
                pools.append((value, expr))
        elif value.type == "contextlib.ExitStack" or value.type == "contextlib.AsyncExitStack":
            undo.append(_closing_stack(value.address))
            found = (value,)
        elif value.type in types.POOLS:
            pools.append((value, expr))
            found = union(found, (value,))
        elif value.type == "a context manager made by a generator":
            found = union(found, frame.explorer.enter_generator(frame, value, expr, undo))
        else:
            found = union(found, (value,))
    return found


def _closing_stack(stack: Address) -> Callable[[State], None]:
    def release(state: State) -> None:
        state.held = tuple(hold for hold in state.held if hold.through is not stack)

    return release
