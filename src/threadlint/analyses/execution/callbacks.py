"""Functions that run in the middle of other code: finalizers, signal handlers, and what everything that is printed goes
through, since those two may print as well."""
from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ...knowledge.types import STREAMS
from ...program.values import Ext, Fn, Obj, Partial, Value

if TYPE_CHECKING:
    from ...program.program import Program
    from .explore import Explorer

FINALIZER = "finalizer"
SIGNAL_HANDLER = "signal handler"
STREAM = "write to a standard stream"
_TAKERS: dict[str, tuple[str, int, str]] = {
    "signal.signal": (SIGNAL_HANDLER, 1, "handler"),
    "weakref.ref": (FINALIZER, 1, "callback"),
    "weakref.proxy": (FINALIZER, 1, "callback"),
    "weakref.WeakMethod": (FINALIZER, 1, "callback"),
    "weakref.finalize": (FINALIZER, 1, "func"),
    "weakref.KeyedRef": (FINALIZER, 1, "callback"),
    "gc.callbacks.append": (FINALIZER, 0, ""),
}
"""Library calls that register such a function: what it becomes, and which argument it is."""


def interrupting(program: Program, explorer: Explorer) -> Iterator[tuple[str, Fn]]:
    """What each is, and the function: `__del__` of the program's classes, whatever is registered, and what replaces a
    standard stream or its `write`."""
    for cls in program.classes:
        method = cls.methods.get("__del__")
        if method is not None:
            yield FINALIZER, Fn(method, explorer.static.parameter_receiver(cls))
    for event in list(explorer.registrations):
        if event.kind == "attribute set":
            owner, attr = event.subject
            for value in event.detail:
                fn = None
                if owner.name in STREAMS and attr == "write":
                    fn = _function(value)
                elif f"{owner.name}.{attr}" in STREAMS and isinstance(value, Obj):
                    fn = explorer.special(value, "write")
                if fn is not None:
                    yield STREAM, fn
        else:
            spelling, position, keyword = _TAKERS[event.subject]
            for value in event.detail.arguments.get(position, keyword) or ():
                fn = _function(value)
                if fn is not None:
                    yield spelling, fn


def begins_interrupts(kind: str, subject: Any) -> bool:
    """Whether an event of this kind and subject may give away a function that runs in the middle of others."""
    return (kind == "call" and subject in _TAKERS) or (kind == "attribute set" and isinstance(subject[0], Ext))


def _function(value: Value) -> Fn | None:
    while isinstance(value, Partial):
        value = value.function
    return value if isinstance(value, Fn) else None
