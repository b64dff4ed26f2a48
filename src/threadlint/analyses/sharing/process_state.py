"""State of the whole process, changed by code that threads run.

Domain: calls of the functions in `knowledge.process_state`, and assignments to entries of `os.environ`, in functions
that a thread of
this process reaches. A child process of its own, and what only the main thread runs, are left out.
"""

from __future__ import annotations

from typing import NamedTuple

from ...knowledge.process_state import PROCESS_STATE
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function
from ...program.traverse import walk
from ...program.values import Ext
from ..execution import Event, Root, execution
from ..parallel import Parallel, parallel

_INSIDE = frozenset({"warnings.simplefilter", "warnings.filterwarnings", "warnings.resetwarnings"})


class Change(NamedTuple):
    """A change of process-wide state on a thread. `what` names the state."""

    function: Function
    at: f.Span
    call: str
    what: str
    root: Root
    event: Event | None


def process_state(program: Program) -> list[Change]:
    """Changes of process-wide state on threads, in order of place."""
    found = program.ask(execution)
    running: Parallel = program.ask(parallel)
    threads = [
        root
        for root in running.roots
        if root.kind == "thread"
        and root.domain == "thread"
        and root.spelling != "done-callback"
        and not _stands_in_for_its_starter(root)
    ]
    changes: dict[object, Change] = {}
    events = [event for event in found.events("call") if event.subject in PROCESS_STATE]
    for event in events:
        if event.subject in _INSIDE and "catch_warnings" in event.function.words:
            continue  # told once, at the `with`
        for root in threads:
            if event.activation in running.reached(root):
                what = PROCESS_STATE[event.subject]
                changes.setdefault(
                    (event.function, event.at), Change(event.function, event.at, event.subject, what, root, event)
                )
                break
    for root in threads:
        for activation in running.reached(root):
            function = activation.function
            if "environ" in function.words:
                for at in _environment(program, function):
                    changes.setdefault(
                        (function, at), Change(function, at, "os.environ", "the environment", root, None)
                    )
    return sorted(changes.values(), key=lambda each: (each.function.module.name, each.at))


def _stands_in_for_its_starter(root: Root) -> bool:
    """Whether whoever starts a thread waits for it at once, so that the two never do anything at the same time."""
    if root.many or not root.spawns:
        return False
    for spawn in root.spawns:
        meanwhile = [
            event
            for event in spawn.activation.events.values()
            if not event.running.isdisjoint(root.addresses) and event.at != spawn.at
        ]
        calls = [edge for edge in spawn.activation.edges.values() if not edge.running.isdisjoint(root.addresses)]
        waits = [event for event in meanwhile if event.kind == "call" and event.subject == "threading.Thread.join"]
        if not waits or len(waits) < len(meanwhile) or calls or spawn.running:
            return False
    return True


def _environment(program: Program, function: Function) -> list[f.Span]:
    """Assignments to entries of `os.environ` in a function."""
    found = []
    for node in walk(function.facts.body):
        targets = node.targets if isinstance(node, (f.Assign, f.Delete)) else ()
        for target in targets:
            if isinstance(target, f.Item) and program.static.evaluate(target.value, function) == (Ext("os.environ"),):
                found.append(target.at)
    return found
