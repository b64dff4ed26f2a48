"""Waits for an item of a queue that rely on a test whether one is there.

Domain. A *tested get* is a `get()` without timeout of a queue of threads in the arm of an `if` or `while` that asks the
same path for `empty()` or `qsize()`. It breaks where another thread may take an item of the same queue at the same
time: between test and get the queue becomes empty, and the get waits for ever. Who takes is known from every `get` and
`get_nowait` of the queue; that two of them meet and mean one queue is what `shared_state` says of any location.

What it does not know: tests in another function, and outcomes that are kept in a variable first.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from ...knowledge.blocking import WAITS
from ...knowledge.types import QUEUES
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function, dotted, last_name
from ...program.traverse import walk_expression
from ..deadlocks.waiting import length_of
from ..execution import Event, execution
from ..lock_names import lock_names
from ..mentions import mentions
from ..parallel import Parallel, parallel
from ..sharing.shared_state import SharedState, Site, locks_of, shared_state

_TAKING = ("get", "get_nowait")
_TESTS = frozenset({"empty", "qsize"})


class TestedGet(NamedTuple):
    """A get that waits for ever when `against` took the last item after the test at `tested`."""

    site: Site
    tested: f.Span
    against: Site


def queue_tests(program: Program) -> tuple[TestedGet, ...]:
    """All tested gets that another thread can break, once for each place, in order of place."""
    names, running = program.ask(lock_names), program.ask(parallel)
    taken: dict[tuple[str, ...], list[Event]] = defaultdict(list)
    for event in program.ask(execution).events("call"):
        receiver = event.detail.receiver
        if receiver is not None and receiver.type in QUEUES and event.subject.rpartition(".")[2] in _TAKING:
            taken[names.identity(receiver.address)].append(event)
    found: dict[tuple[Function, f.Span], TestedGet] = {}
    for events in taken.values():
        for event in events:
            if (event.function, event.at) not in found and (tested := _tested(program, event)) is not None:
                broken = _broken(program, running, event, tested, events)
                if broken is not None:
                    found[event.function, event.at] = broken
    return tuple(found[key] for key in sorted(found, key=lambda key: (key[0].module.name, key[1])))


def _tested(program: Program, event: Event) -> f.Span | None:
    """Where the queue was asked for an item, if the get waits for ever without one."""
    call, wait = event.detail, WAITS.get(event.subject)
    if wait is None or length_of(wait, call.arguments)[0] != "forever" or not isinstance(call.node, f.Call):
        return None
    path = dotted(call.node.func.value) if isinstance(call.node.func, f.Attr) else None
    inner: object = call.node
    for around in program.ask(mentions).around(event.function, call.node) if path is not None else ():
        if isinstance(around, (f.If, f.While)) and any(inner is statement for statement in around.body):
            for node in walk_expression(around.test):
                if isinstance(node, f.Call) and last_name(node) in _TESTS and isinstance(node.func, f.Attr):
                    if dotted(node.func.value) == path:
                        return node.at
        inner = around
    return None


def _broken(
    program: Program, running: Parallel, event: Event, tested: f.Span, takers: list[Event]
) -> TestedGet | None:
    state: SharedState = program.ask(shared_state)
    for mine in _sites(running, [event]):
        for other in _sites(running, takers):
            if state.exclude(locks_of(event.held), mine.location, locks_of(other.event.held), other.location):
                continue
            if state.beside(mine, other):
                return TestedGet(mine, tested, other)
    return None


def _sites(running: Parallel, events: list[Event]) -> Iterator[Site]:
    for occurrence in running.meetings(events):
        if occurrence.root.kind != "entry" or occurrence.root.public:
            yield Site(occurrence, occurrence.event.detail.receiver.address)
