"""Workers whose stop signal is taken back before they are known to have ended.

Domain. A method makes and starts a thread, and just before it clears the event that the loop of that thread looks
at; another function sets the event to stop the thread, and nothing joins it. Between `set()` and the next `clear()`
the old thread may not have looked: it goes on beside the new one. That the author clears the event shows that a
second start is expected. A method that looks first whether the old thread is there, or that makes a new event, is
left alone.
"""

from __future__ import annotations

from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.traverse import walk
from ..execution import Event, Root, execution
from ..failures.thread_results import thread_results
from .lifetimes import Life, lifetimes
from .stop_signals import Key, StopSignals, stop_signals


class Revived(NamedTuple):
    """`clear` takes the signal back in the function that makes the thread of `life`; `loop` is where the thread
    looks."""

    life: Life
    clear: Event
    loop: Root


def revived_workers(program: Program) -> tuple[Revived, ...]:
    """All of them, in order of place."""
    clears = program.ask(execution).calls("threading.Event.clear")
    if not clears:
        return ()
    signals, results = program.ask(stop_signals), program.ask(thread_results)
    found = []
    for life in program.ask(lifetimes).of("thread"):
        function = life.function
        if (
            not life.is_started
            or function.name == "__init__"
            or function.is_top
            or life.is_done("join", "is_alive", "isAlive")
        ):
            continue
        for clear in clears:
            if clear.function is not function or clear.at[0] > life.node.at[0] or clear.detail.receiver is None:
                continue
            key = signals.event_key(clear.detail.receiver.address)
            root = next((each for each in results.roots(life) if key in signals.of(each)), None)
            if root is not None and not _looks_at_thread(life) and _is_set_elsewhere(program, signals, life, root, key):
                found.append(Revived(life, clear, root))
                break
    return tuple(found)


def _looks_at_thread(life: Life) -> bool:
    """Whether the method tests the attribute that keeps the thread."""
    names = {name for name, _ in life.homes}
    return any(
        isinstance(each, f.Attr) and each.attr in names
        for node in walk(life.function.facts.body)
        if isinstance(node, (f.If, f.While))
        for each in walk((f.Evaluate(node.at, node.test),))
    )


def _is_set_elsewhere(program: Program, signals: StopSignals, life: Life, root: Root, key: Key) -> bool:
    """Whether other code than the thread's own and the starting method's gives the signal."""
    return any(
        key in signals.given_in([activation])
        for activation in program.ask(execution).activations
        if activation.function not in (life.function, root.function)
    )
