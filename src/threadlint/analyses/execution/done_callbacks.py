"""Callbacks of futures: where they run on the very thread that registers them, or that completes the future.

`add_done_callback` calls at once when the future is done already, which one that was just made here is not;
`set_result`, `set_exception` and `cancel` call whatever was registered before they return. That is followed where a
lock is held: without one the callback is a root of its own (`knowledge.threads`).
"""
from __future__ import annotations

from typing import TYPE_CHECKING

from ...model import facts as f
from ...program.evaluate import Arguments
from ...program.symbols import last_name
from ...program.values import Address, Fn, Obj, Partial, Values, field

if TYPE_CHECKING:
    from .frame import ActiveFrame

REGISTERS = "add_done_callback"


def call_if_done(frame: ActiveFrame, future: Obj | None, arguments: Arguments, node: f.Expr) -> None:
    """`future.add_done_callback(callback)`: remember it, and call it where the future may be done."""
    given = arguments.get(0, "fn") or ()
    if future is not None:
        frame.evaluator.put(_registered(future), tuple(v for v in given if isinstance(v, (Fn, Partial))))
    if frame.follows and not (future is not None and _surely_pending(frame, future)):
        _call(frame, given, future, node)


def may_be_of_a_loop(frame: ActiveFrame, node: f.Expr) -> bool:
    """Whether what a callback is registered with may as well be a future of asyncio, which calls it on its loop: then
    nothing shows that a thread does."""
    if not isinstance(node, f.Call) or not isinstance(node.func, f.Attr):
        return False
    frame.muted += 1
    futures = frame.evaluator.evaluate_in(node.func.value, frame)
    frame.muted -= 1
    return any(isinstance(value, Obj) and value.type_name.startswith("asyncio.") for value in futures)


def call_registered(frame: ActiveFrame, future: Obj | None, node: f.Expr) -> None:
    """`future.set_result(value)` and the like: call what was registered."""
    if future is not None and frame.follows:
        _call(frame, frame.evaluator.contents(_registered(future)), future, node)


def _call(frame: ActiveFrame, callbacks: Values, future: Obj | None, node: f.Expr) -> None:
    for callback in callbacks:
        if isinstance(callback, (Fn, Partial)):
            frame.evaluator.call(callback, Arguments(((future,) if future is not None else (),)), frame, node, None)


def _registered(future: Obj) -> Address:
    return field(future.address, "done callbacks")


def _surely_pending(frame: ActiveFrame, future: Obj) -> bool:
    """Whether the future was made by the one who registers, and nobody else can have completed it."""
    made = frame.explorer.constructions.get(future.address)
    return made is not None and last_name(made[2]) != "submit" and frame.owns(future.address)


def is_of_a_future(frame: ActiveFrame, func: f.Expr) -> bool:
    """Whether a call of something unknown registers a callback with a future that runs it at once, as those of
    asyncio and tornado do not."""
    if not isinstance(func, f.Attr) or func.attr != REGISTERS or frame.function.facts.is_async:
        return False
    return frame.function.module.exports.keys().isdisjoint(("asyncio", "tornado", "gen", "trio", "anyio"))
