"""Where threads wait: for how long, for what, and holding which locks.

Domain. A *waiting* is a call of `knowledge.blocking`, or of the configured `blocking`, as one activation makes it.
`length` says how long it can take: `forever` (no timeout), `long` (a constant above `SHORT` seconds), `short`,
`unknown` (a timeout that the text does not show), or `none` (told not to block). What waits until a lock is there is no
waiting here but an acquisition (`critical_pairs`).
"""
from __future__ import annotations

from typing import NamedTuple

from ...knowledge.blocking import SHORT, WAITS, Wait
from ...knowledge.types import RESULTS
from ...model import facts as f
from ...program.evaluate import Arguments
from ...program.program import Program
from ...program.symbols import dotted, last_name
from ...program.traverse import walk, walk_expression
from ...program.values import Address, Lit, Obj, Values
from ..execution import Event, Hold, LibraryCall
from ..execution.events import task_of
from ..parallel import Parallel, parallel
from ..parallel.own_locks import own_locks


class Waiting(NamedTuple):
    """One waiting; `wait` is the table's row, `receiver` the thread, queue, event, … whose method it is."""

    event: Event
    wait: Wait
    length: str
    seconds: float | None
    batons: frozenset[Address] = frozenset()
    """What looks like a lock and is a signal."""

    @property
    def receiver(self) -> Obj | None:
        call: LibraryCall = self.event.detail
        return call.receiver

    @property
    def targets(self) -> list[Address]:
        """The objects that end the waiting."""
        call: LibraryCall = self.event.detail
        if self.wait.on == "futures":
            return []
        if self.wait.what in ("map", "starmap") and call.receiver is not None and call.receiver.type != RESULTS:
            return [task_of(call.receiver.address, call.node)]
        return [call.receiver.address] if call.receiver is not None else []

    @property
    def held(self) -> tuple[Hold, ...]:
        """The locks of threads that stay held meanwhile, or may (a condition gives its own lock back)."""
        mine = None
        if self.wait.on == "condition" and self.receiver is not None:
            from ..execution import lock_of

            mine = lock_of(self.receiver).address
        return tuple(
            hold
            for hold in (*self.event.held, *self.event.perhaps)
            if hold.lock is not mine
            and hold.kind.excludes
            and hold.kind.domain == "thread"
            and hold.lock not in self.batons
        )


def _waits_by_default(event: Event, flag: f.Expr | None) -> bool:
    """Whether the flag is a parameter of the function that is true unless the caller says otherwise."""
    return isinstance(flag, f.Name) and any(
        param.name == flag.id and isinstance(param.default, f.Const) and param.default.value is True
        for param in event.function.facts.params
    )


def length_of(wait: Wait, arguments: Arguments) -> tuple[str, float | None]:
    """How long a call waits, and the seconds when the text shows them."""
    if wait.on == "time":
        seconds = _number(arguments.get(0, "secs"))
        if seconds is None:
            return "unknown", None
        return ("long" if seconds > SHORT else "short"), seconds
    if wait.block is not None:
        block = arguments.get(wait.block, wait.flag)
        if block is not None and block != (Lit(True),) and block != (Lit(1),):
            return ("none" if block in ((Lit(False),), (Lit(0),)) else "unknown"), None
    timeout = arguments.get(wait.timeout, "timeout") if wait.timeout is not None else arguments.get(None, "timeout")
    if timeout is None or timeout == (Lit(None),):
        return ("unknown" if arguments.open else "forever"), None
    seconds = _number(timeout)
    if seconds is None:
        return "unknown", None
    return ("long" if seconds > SHORT else "short"), seconds


def _number(values: Values | None) -> float | None:
    if values and len(values) == 1 and isinstance(values[0], Lit) and isinstance(values[0].value, (int, float)):
        return float(values[0].value)
    return None


def waiting(program: Program) -> list[Waiting]:
    """Every waiting that a thread of this process reaches, in order of place."""
    together: Parallel = program.ask(parallel)
    batons = program.ask(own_locks).batons
    waits = {**WAITS, **{name: Wait(name.rpartition(".")[2], "io") for name in program.config.blocking}}
    found: list[Waiting] = []
    for event in together.execution.events("call"):
        wait = waits.get(event.subject)
        if (
            wait is None
            or event.activation not in together.reachable
            or not together.is_met(event)
        ):
            continue
        call: LibraryCall = event.detail
        if wait.on == "put" and not bounded(together, call.receiver):
            continue
        length, seconds = length_of(wait, call.arguments)
        if (
            length == "unknown"
            and wait.block is not None
            and _waits_by_default(event, call.arguments.expr(wait.block, wait.flag))
        ):
            length = "forever"
        if length != "none" and not _asked_first(wait, event):
            found.append(Waiting(event, wait, length, seconds, batons))
    found.sort(key=lambda each: (each.event.function.module.name, each.event.at, each.event.activation.number))
    return found


_ASKED = {
    "future": frozenset({"done"}),
    "queue": frozenset({"empty", "qsize"}),
    "put": frozenset({"full", "qsize"}),
}


def _asked_first(wait: Wait, event: Event) -> bool:
    """Whether a condition before it asks the same object if it is ready: `if future.done(): … future.result()`."""
    call: LibraryCall = event.detail
    asked = _ASKED.get(wait.on)
    if asked is None or not isinstance(call.node, f.Call) or not isinstance(call.node.func, f.Attr):
        return False
    path = dotted(call.node.func.value)
    if path is None:
        return False
    for node in walk(event.function.facts.body):
        if isinstance(node, (f.While, f.If, f.IfExp)) and node.at[0] <= event.at[0]:
            for inner in walk_expression(node.test):
                if isinstance(inner, f.Call) and last_name(inner) in asked and isinstance(inner.func, f.Attr):
                    if dotted(inner.func.value) == path:
                        return True
    return False


def _size_of(together: Parallel, obj: Obj | None, name: str) -> Values | None:
    """What was given for the size of an object when it was made."""
    explorer = together.execution.explorer
    made = explorer.constructions.get(obj.address) if obj is not None else None
    if made is None and obj is not None and obj.site:
        made = explorer.makings.get((obj.type_name, obj.site))
    return made[1].get(0, name) if made is not None else None


def bounded(together: Parallel, queue: Obj | None) -> bool:
    """Whether a queue was surely made with room for a certain number of items."""
    size = _size_of(together, queue, "maxsize")
    number = _number(size)
    return size is not None and ((number is None and size != ()) or (number is not None and number > 0))


def parties_of(together: Parallel, barrier: Obj | None) -> int | None:
    """How many threads have to come to a barrier, where the text shows it."""
    number = _number(_size_of(together, barrier, "parties"))
    return int(number) if number is not None else None
