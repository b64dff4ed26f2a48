"""Workers that are told to stop by a flag while they wait in `get()`, or sleep for long, where they do not see it.

Domain. A worker loop tests a flag or an event, and takes from a queue without a timeout. Whoever gives the stop
signal (a function, with what it calls) puts nothing into that queue and does not shut it down: a worker that waits
for the next item is not woken. Only threads that somebody waits for count: those that are joined, or are no
daemons. A loop whose `get` has a timeout, does not block, or is preceded by a test of the queue, looks at the flag
again by itself.

A loop that sleeps for longer than `LONGEST` seconds, by a constant, looks at the flag too late for whoever joins it.
"""

from __future__ import annotations

from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function, dotted
from ...program.values import Lit
from ..execution import Activation, Event, Root, execution
from ..failures.thread_results import thread_results
from ..lock_names import Names, lock_names
from ..mentions import mentions
from .lifetimes import Life, is_stop, lifetimes
from .stop_signals import Key, stop_signals

_GETS = ("queue.Queue.get", "queue.LifoQueue.get", "queue.PriorityQueue.get", "queue.SimpleQueue.get")
_WAKING = frozenset({"put", "put_nowait", "shutdown", "close", "join_thread"})


LONGEST = 5.0
"""Seconds for which a sleep may delay the end of a thread."""


class Unwoken(NamedTuple):
    """The thread of `life` waits at `get`, for ever or for so many `seconds`; `stop` gives the signal."""

    life: Life
    get: Event
    stop: Function
    seconds: float | None = None


def unwoken_workers(program: Program) -> tuple[Unwoken, ...]:
    """All such workers, once for each place that makes one."""
    found = program.ask(execution)
    gets = [event for event in found.calls(*_GETS) if _blocks(event) and not _looks_first(program, event)]
    if not gets:
        return ()
    names, signals, results = program.ask(lock_names), program.ask(stop_signals), program.ask(thread_results)
    answer = []
    for life in program.ask(lifetimes).of("thread"):
        if not life.is_started or not (life.is_done("join") or life.daemon is False):
            continue
        for root in results.roots(life):
            get = next(
                (g for g in gets for loop in signals.loops(root) if _stands_in(g, loop.function, loop.loop)), None
            )
            if get is None or get.detail.receiver is None:
                continue
            flags = frozenset(key for key in signals.of(root) if key[0] != "queue")
            queue = names.identity(get.detail.receiver.address)
            stops = _stops(program, root, flags)
            if stops and not any(_wakes(program, stop, queue) for stop in stops):
                answer.append(Unwoken(life, get, stops[0]))
                break
    return tuple(answer)


def slow_workers(program: Program) -> tuple[Unwoken, ...]:
    """The workers that sleep for long while somebody joins them, once for each place that makes one."""
    sleeps = [
        (event, seconds)
        for event in program.ask(execution).calls("time.sleep")
        if (seconds := _seconds(event)) > LONGEST
    ]
    if not sleeps:
        return ()
    signals, results = program.ask(stop_signals), program.ask(thread_results)
    answer = []
    for life in program.ask(lifetimes).of("thread"):
        joins = [use for use in life.fate.called("join") if use.how == "call" and not use.node.args]
        if not life.is_started or not any(is_stop(use.function.name) for use in joins):
            continue
        for root in results.roots(life):
            asleep = next(
                (
                    each
                    for each in sleeps
                    for loop in signals.loops(root)
                    if _stands_in(each[0], loop.function, loop.loop)
                ),
                None,
            )
            flags = frozenset(key for key in signals.of(root) if key[0] != "queue")
            stops = _stops(program, root, flags) if asleep is not None else []
            if asleep is not None and stops:
                answer.append(Unwoken(life, asleep[0], stops[0], asleep[1]))
                break
    return tuple(answer)


def _seconds(event: Event) -> float:
    """For how long a call sleeps, by a constant; 0 when that is not known."""
    values = event.detail.arguments.get(0, "secs") or ()
    known = [value.value for value in values if isinstance(value, Lit) and isinstance(value.value, (int, float))]
    return float(min(known)) if known and len(known) == len(values) else 0.0


def _blocks(event: Event) -> bool:
    """Whether a `get` waits without end."""
    arguments = event.detail.arguments
    if arguments.open or arguments.get(1, "timeout") is not None:
        return False
    flag = arguments.expr(0, "block")
    return flag is None or (isinstance(flag, f.Const) and bool(flag.value))


def _looks_first(program: Program, event: Event) -> bool:
    """`while not queue.empty(): … queue.get()`: who takes alone finds what the test has seen."""
    node = event.detail.node
    if not isinstance(node, f.Call) or not isinstance(node.func, f.Attr):
        return False
    queue = dotted(node.func.value)
    around = program.ask(mentions).around(event.function, node)
    tests = [each.test for each in around if isinstance(each, (f.While, f.If))]
    return queue is not None and any(_finds_something(test, queue) for test in tests)


def _finds_something(test: f.Expr, queue: str) -> bool:
    """Whether a test holds only if there is something in a queue."""
    if isinstance(test, f.BoolOp) and test.op == "and":
        return any(_finds_something(value, queue) for value in test.values)
    asked = test.value if isinstance(test, f.Not) else test.left if isinstance(test, f.Compare) else test
    method = "empty" if isinstance(test, f.Not) else "qsize"
    return isinstance(asked, f.Call) and dotted(asked.func) == f"{queue}.{method}"


def _stands_in(event: Event, function: Function, loop: f.While) -> bool:
    last = loop.body[-1]
    return event.function is function and loop.at[0] <= event.at[0] <= max(last.at[1], loop.at[1])


def _stops(program: Program, root: Root, flags: frozenset[Key]) -> list[Function]:
    """The functions, called after stopping, that give one of the signals."""
    signals = program.ask(stop_signals)
    found: dict[Function, None] = {}
    for activation in program.ask(execution).activations:
        function = activation.function
        if function is not root.function and is_stop(function.name) and signals.given_in([activation]) & flags:
            found[function] = None
    return list(found)


def _wakes(program: Program, stop: Function, queue: tuple[str, ...]) -> bool:
    """Whether a function, what it calls, or what calls it puts something into the queue or ends it."""
    names = program.ask(lock_names)
    reached = program.ask(stop_signals).reached_from(stop)
    callers = [
        activation for activation in program.ask(execution).activations
        if any(edge.callee.function is stop for edge in activation.edges.values())
    ]  # fmt: skip
    return any(_puts(activation, queue, names) for activation in (*reached, *callers))


def _puts(activation: Activation, queue: tuple[str, ...], names: Names) -> bool:
    for event in activation.events.values():
        if event.kind == "call" and event.subject.rpartition(".")[2] in _WAKING and event.detail.receiver is not None:
            if names.identity(event.detail.receiver.address) == queue:
                return True
        elif event.kind == "unknown" and getattr(event.subject, "attr", "") in _WAKING:
            return True
    return False
