"""Attributes of thread-locals that only one thread ever sets.

Domain: `threading.local` objects of the program (not subclasses: those have an `__init__` that runs once per thread),
the places that set their attributes and the places that read them. An attribute is *set once* when everything that sets
it runs at import, or in functions that no thread reaches; a thread that reads it plainly meets `AttributeError`. Where
everything that sets it runs at import, callers from outside count as threads: who makes a thread-local expects them.

Silent: `getattr` with a default, `hasattr` in the same function, an `except AttributeError` around, an attribute that
the reading thread sets itself.
"""

from __future__ import annotations

from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function
from ...program.traverse import walk
from ...program.values import Address, Obj
from ..execution import Event, Root, execution
from ..parallel import Parallel, parallel
from .switch_points import SwitchPoints, switch_points

_MISSING = frozenset({"AttributeError", "Exception", "BaseException"})


class SetOnce(NamedTuple):
    """A read, on a thread, of an attribute that this thread never sets; `similar` counts the other places that read
    it."""

    read: Event
    written: Event
    root: Root
    local: Address
    attr: str
    similar: int = 0


def thread_locals(program: Program) -> list[SetOnce]:
    """Reads of attributes that were set for another thread only, in order of place."""
    found = program.ask(execution)
    running: Parallel = program.ask(parallel)
    points: SwitchPoints = program.ask(switch_points)
    writes: dict[tuple[Address, str], list[Event]] = {}
    for event in found.events("attribute set"):
        owner, attr = event.subject
        if isinstance(owner, Obj) and owner.type == "threading.local":
            writes.setdefault((owner.address, attr), []).append(event)
    reads = found.events("local read") if writes else []
    threads = [root for root in running.roots if root.kind == "thread" and root.domain == "thread"]
    callers = [root for root in running.roots if root.kind == "entry"]
    once: dict[object, SetOnce] = {}
    for event in reads:
        attr = str(event.detail)
        known = writes.get((event.subject, attr))
        if not known or points.handled(event.function, event.at, _MISSING) or _asks(event.function, attr):
            continue
        at_import = all(write.function.is_top for write in known)
        for root in (*threads, *callers) if at_import else threads:
            reached = running.reached(root)
            if event.activation in reached and all(write.activation not in reached for write in known):
                once.setdefault((event.function, event.at), SetOnce(event, known[0], root, event.subject, attr))
                break
    by_cause: dict[object, list[SetOnce]] = {}
    for each in sorted(once.values(), key=lambda each: (each.read.function.module.name, each.read.at)):
        by_cause.setdefault((each.local, each.attr, each.root.kind), []).append(each)
    return [alike[0]._replace(similar=len(alike) - 1) for alike in by_cause.values()]


def _asks(function: Function, attr: str) -> bool:
    """Whether the function asks for the attribute before it reads it."""
    return any(
        isinstance(node, f.Call)
        and isinstance(node.func, f.Name)
        and node.func.id in ("hasattr", "getattr", "setattr")
        and any(isinstance(arg.value, f.Const) and arg.value.value == attr for arg in node.args)
        for node in walk(function.facts.body)
    )
