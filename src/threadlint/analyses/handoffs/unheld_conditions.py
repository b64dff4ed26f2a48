"""Waits and notifications on a condition that nobody who gets there can hold.

Domain. A call of `wait`, `wait_for` or `notify` raises where the thread does not hold the condition. It is surely
*unheld* when no lock at all is held, or was tried, at the call in any context in which it was seen, and nothing on the
way there could have taken one unseen: no `with` around it, no unknown decorator, no word of locks, in the function and
in those that lead to it. Outside code may hold what it can reach: a call that only an entry leads to counts if the
entry and its class are public and the condition is private, with a lock of its own; a `wait` that forwards to the
condition's is for those who hold it.

What it does not know: calls under another lock than the condition's, which is an error just as well.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ...knowledge.blocking import ENDERS
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function, handles
from ..execution import Activation, Edge, Event, Root, execution
from ..mentions import Mentions, mentions
from ..parallel import parallel

_CALLS = ENDERS["condition"] | {"threading.Condition.wait", "threading.Condition.wait_for"}
_PLAIN_DECORATORS = frozenset({"property", "staticmethod", "classmethod", "override", "wraps"})
_TAKE_UNSEEN = ("acquire", "lock", "enter", "owned")
_CAUGHT = frozenset({"RuntimeError", "Exception", "BaseException"})


class UnheldCall(NamedTuple):
    """One call, by its first context. `root` is a thread that comes there; `sure`: it is none of outside code."""

    event: Event
    root: Root
    sure: bool


def unheld_conditions(program: Program) -> tuple[UnheldCall, ...]:
    """All of them, once for each place, in order of place."""
    where, running = program.ask(mentions), program.ask(parallel)
    calls: dict[tuple[Function, f.Span], list[Event]] = defaultdict(list)
    for event in program.ask(execution).events("call"):
        if event.subject in _CALLS and event.detail.receiver is not None:
            calls[event.function, event.at].append(event)
    callers = program.ask(execution).callers
    found = []
    for key in sorted(calls, key=lambda key: (key[0].module.name, key[1])):
        events = calls[key]
        if any(event.held or event.perhaps for event in events) or _is_caught(where, events[0]):
            continue
        if not _nothing_taken(where, events, callers):
            continue
        met = [(event, root) for event in events if running.is_met(event) for root in running.getting_to(event)]
        inner = next(((event, root) for event, root in met if root.kind in ("thread", "main")), None)
        if inner is not None:
            found.append(UnheldCall(*inner, True))
        elif met and all(_is_closed_off(event, root) for event, root in met):
            found.append(UnheldCall(*met[0], False))
    return tuple(found)


def _nothing_taken(
    where: Mentions, events: Iterable[Event], callers: Mapping[Activation, Sequence[tuple[Activation, Edge]]]
) -> bool:
    """Whether no function on the way to a call may have taken a lock that the run does not know of."""
    pending = [(event.activation, event.at) for event in events]
    met = set(pending)
    for activation, at in pending:
        if _may_take(where, activation.function, at):
            return False
        for caller, edge in callers.get(activation, ()):
            if (caller, edge.at) not in met:
                met.add((caller, edge.at))
                pending.append((caller, edge.at))
    return True


def _may_take(where: Mentions, function: Function, at: f.Span) -> bool:
    text = function.text
    if any(word in name.lower() for name in (*text.attributes, *text.names) for word in _TAKE_UNSEEN):
        return True
    if not function.decorator_names <= _PLAIN_DECORATORS:
        return True
    if f.With not in text.nodes:
        return False
    nodes = [node for node in text.nodes.get(f.Call, ()) if node.at == at]
    return not nodes or any(isinstance(each, f.With) for node in nodes for each in where.around(function, node))


def _is_caught(where: Mentions, event: Event) -> bool:
    """Whether the error is expected: a handler stands around the call."""
    for around in where.around(event.function, event.detail.node):
        if isinstance(around, f.Try):
            for handler in around.handlers:
                if handles(handler, _CAUGHT):
                    return True
    return False


def _is_closed_off(event: Event, root: Root) -> bool:
    """Whether outside code that begins at a root cannot hold the condition."""
    obj, entry = event.detail.receiver, root.function
    private = obj.address.kind == "field" and str(obj.address.key).startswith("_")
    if root.kind != "entry" or not root.public or not private or obj.under is not None:
        return False
    hidden = entry.name.startswith("_") or entry.cls is None or entry.cls.name.startswith("_")
    return not hidden and entry.name != event.subject.rpartition(".")[2]
