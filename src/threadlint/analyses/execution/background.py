"""Objects of libraries that have threads of their own: what they are given to call, when that thread starts and ends.

A scheduler is given jobs, a watcher an object whose methods it calls, a network client functions in attributes. What is
given is remembered with the object; its `start` is the start of a thread that runs all of it.
"""
from __future__ import annotations

from typing import TYPE_CHECKING

from ...knowledge.frameworks import BACKGROUND, HANDLER_METHODS
from ...model import facts as f
from ...program.evaluate import Arguments
from ...program.symbols import Class
from ...program.values import Fn, Lit, Obj, Values
from .events import Spawn
from .library import ACTIONS, Action, callables, end

if TYPE_CHECKING:
    from .frame import ActiveFrame
    from .ownership import OwningFrame


def given(frame: OwningFrame, owner: Obj, values: Values) -> None:
    """An object with a thread of its own is given something to call."""
    found = list(callables(values, Arguments()))
    hierarchy = frame.explorer.program.hierarchy
    for value in values:
        if isinstance(value, Obj) and isinstance(value.type, Class):
            names = {name for base in hierarchy.library_bases(value.type) for name in HANDLER_METHODS.get(base, ())}
            for name in sorted(names):
                method = hierarchy.find(value.type, name)
                if method is not None:
                    found.append((Fn(method, value), Arguments()))
    known = frame.explorer.specs.get(owner.address, ())
    frame.explorer.specs[owner.address] = known + tuple(each for each in found if each not in known)
    frame.escape(values)


def attribute_given(frame: OwningFrame, owner: Obj, name: str, values: Values) -> None:
    """An attribute of a library's object is set: of some it is what their thread calls."""
    service = BACKGROUND.get(owner.type_name)
    if service is not None and name in service.attributes:
        given(frame, owner, values)


def _register(
    frame: ActiveFrame, name: str, owner: Obj | None, arguments: Arguments, node: f.Expr, result: Values
) -> Values:
    kind, _, method = name.rpartition(".")
    position, keyword = BACKGROUND[kind].registers[method]
    values = arguments.get(position, keyword)
    if owner is not None and values:
        given(frame, owner, values)
    return result


def _start(
    frame: ActiveFrame, name: str, owner: Obj | None, arguments: Arguments, node: f.Expr, result: Values
) -> Values:
    if owner is not None:
        service = BACKGROUND[name.rpartition(".")[0]]
        frame.note("spawn", node.at, owner.address, Spawn((), owner, service.what, False, "thread"))
        frame.state.running |= {owner.address}
        frame.state.ended -= {owner.address}
    return (Lit(None),)


def _end(
    frame: ActiveFrame, name: str, owner: Obj | None, arguments: Arguments, node: f.Expr, result: Values
) -> Values:
    if owner is not None and not arguments.positional and not arguments.keywords:
        end(frame, owner.address)
    return result


def _actions() -> dict[str, Action]:
    found: dict[str, Action] = dict(ACTIONS)
    for kind, service in BACKGROUND.items():
        found.update({f"{kind}.{name}": _register for name, (at, _) in service.registers.items() if at >= 0})
        found.update({f"{kind}.{name}": _start for name in service.starts})
        found.update({f"{kind}.{name}": _end for name in service.ends})
    return found


LIBRARY_ACTIONS = _actions()
"""What every library call does that concerns threads and locks, these included."""
