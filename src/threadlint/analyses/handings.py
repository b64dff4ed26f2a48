"""Every place where a function is handed to a thread, a timer, a pool, or a registry that calls it later.

A *handing* is a call of `Thread(…)`, of `Thread.__init__(self, …)` or `super().__init__(…)` in a subclass, of a
subclass that has no constructor of its own, of `submit` and its like, and of the registries in `LATER`. Library
calls are those that the abstract run resolved; nothing is guessed from names.
"""

from __future__ import annotations

from typing import NamedTuple

from ..knowledge.threads import CONSTRUCTORS, SUBMITTERS, Spawner
from ..model import facts as f
from ..program.evaluate import Arguments
from ..program.program import Program
from ..program.symbols import Class, Function
from ..program.values import Obj, Values
from .execution import Event, execution

LATER: dict[str, Spawner] = {
    "atexit.register": Spawner(0, "func", "rest", thread="atexit callback"),
    "signal.signal": Spawner(1, "handler", None, thread="signal handler"),
    "weakref.finalize": Spawner(1, "func", "rest", thread="finalizer"),
    "asyncio.AbstractEventLoop.call_soon_threadsafe": Spawner(0, "callback", "rest", thread="loop callback"),
}
"""Calls that keep a function and call it later."""


class Handing(NamedTuple):
    """One such call. `what` is the canonical name (`threading.Thread`, `….submit`), `made` the object that runs the
    function, where there is one; `offset` says how many positional arguments stand before those of the plain call
    (an explicit `self`)."""

    call: f.Call
    function: Function
    what: str
    spawner: Spawner
    arguments: Arguments
    made: Obj | None
    offset: int = 0

    @property
    def is_constructor(self) -> bool:
        return self.what in CONSTRUCTORS

    def expr(self, position: int | None, keyword: str = "") -> f.Expr | None:
        """The expression of an argument of the plain call."""
        return self.arguments.expr(None if position is None else position + self.offset, keyword)

    def values(self, position: int | None, keyword: str = "") -> Values | None:
        """The values of an argument of the plain call; None when it is not passed."""
        return self.arguments.get(None if position is None else position + self.offset, keyword)

    @property
    def target(self) -> f.Expr | None:
        """The expression of the function that is handed over."""
        return self.expr(self.spawner.target, self.spawner.keyword)

    @property
    def targets(self) -> Values:
        """What the function that is handed over can be."""
        return self.values(self.spawner.target, self.spawner.keyword) or ()

    @property
    def spelling(self) -> str:
        """How messages call the call: `Thread`, `submit`."""
        return self.what.removesuffix(".__init__").rpartition(".")[2]


def handings(program: Program) -> tuple[Handing, ...]:
    """All handings of this program, in order of place."""
    found = program.ask(execution)
    table = {**SUBMITTERS, **LATER}
    seen: set[tuple[str, f.Span]] = set()
    result: list[Handing] = []

    def add(handing: Handing) -> None:
        key = (handing.function.module.name, handing.call.at)
        if key not in seen:
            seen.add(key)
            result.append(handing)

    for kind, spawner in CONSTRUCTORS.items():
        for event in found.calls(kind, f"{kind}.__init__"):
            handing = _constructed(event, kind, spawner)
            if handing is not None:
                add(handing)
    for name, spawner in table.items():
        for event in found.calls(name):
            if isinstance(event.detail.node, f.Call):
                detail = event.detail
                add(Handing(detail.node, event.function, name, spawner, detail.arguments, detail.receiver))
    for obj, arguments, node, activation in found.explorer.makings.values():
        if not isinstance(obj.type, Class) or not isinstance(node, f.Call):
            continue
        if program.hierarchy.find(obj.type, "__init__") is None:
            for kind, spawner in CONSTRUCTORS.items():
                if kind in program.hierarchy.library_bases(obj.type)[:1]:
                    add(Handing(node, activation.function, kind, spawner, arguments, obj))
    result.sort(key=lambda handing: (handing.function.module.name, handing.call.at))
    return tuple(result)


def _constructed(event: Event, kind: str, spawner: Spawner) -> Handing | None:
    detail = event.detail
    if not isinstance(detail.node, f.Call):
        return None
    if event.subject == kind:
        made = next((value for value in detail.result if isinstance(value, Obj)), None)
        return Handing(detail.node, event.function, kind, spawner, detail.arguments, made)
    if detail.receiver is not None:
        return Handing(detail.node, event.function, kind, spawner, detail.arguments, detail.receiver)
    first = detail.arguments.positional[0] if detail.arguments.positional else ()
    made = next((value for value in first if isinstance(value, Obj)), None)
    return Handing(detail.node, event.function, kind, spawner, detail.arguments, made, 1)
