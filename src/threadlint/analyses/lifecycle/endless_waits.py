"""Endless threads that somebody waits for: tasks of pools, and daemons that a stopping function joins.

Domain. A worker loop without a way out (`worker_loops`), and without a call of the program that raises an exception
which is there to tell that it is over. Run by an executor it keeps one of its threads for ever:
leaving the `with`, `shutdown()` and the end of the process all wait for it. Run by a daemon thread it hurts nobody
until a function whose name says that it stops something joins the thread without a timeout.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function, caught_types, last_name
from ...program.traverse import walk
from ..execution import Root
from ..failures.exceptions import is_broad, is_caught, sites
from ..failures.thread_results import thread_results
from .lifetimes import Life, is_stop, lifetimes
from .stop_signals import stop_signals
from .worker_loops import WorkerLoop, leads_out, worker_loops


class EndlessTask(NamedTuple):
    """The task of the future `life`, and its loop."""

    life: Life
    loop: WorkerLoop


class EndlessJoin(NamedTuple):
    """`join`, in a function that stops something, waits for the daemon thread of `life` and its loop."""

    life: Life
    loop: WorkerLoop
    function: Function
    join: f.Call


class EndlessWaits:
    """The answer: `loops` without a way out, the `tasks` and `joins` that wait for them."""

    def __init__(self, program: Program) -> None:
        self.loops = [
            loop for loop in program.ask(worker_loops)
            if loop.is_endless and not leads_out(loop.loop) and not _is_told_by_an_exception(program, loop)
        ]  # fmt: skip
        self.tasks: list[EndlessTask] = []
        self.joins: list[EndlessJoin] = []
        if not self.loops:
            return
        by_function = {loop.root.function: loop for loop in reversed(self.loops)}
        results = program.ask(thread_results)
        for life in program.ask(lifetimes).of("future", "thread"):
            if life.kind == "future":
                task = next((by_function[fn.function] for fn, _ in life.targets if fn.function in by_function), None)
                if task is not None and life.obj.type == "concurrent.futures.Future":
                    self.tasks.append(EndlessTask(life, task))
            elif life.daemon is True and life.is_started:
                loop = self.loop_of(results.roots(life))
                for use in life.fate.called("join") if loop is not None else ():
                    if loop is not None and use.how == "call" and not use.node.args and is_stop(use.function.name):
                        self.joins.append(EndlessJoin(life, loop, use.function, use.node))

    def loop_of(self, roots: Sequence[Root]) -> WorkerLoop | None:
        """The endless loop of a thread that begins at one of these roots: where one helper starts threads for many,
        each of them has to have one."""
        loops = [next((each for each in self.loops if each.root is root), None) for root in roots]
        return loops[0] if loops and None not in loops else None


def _is_told_by_an_exception(program: Program, loop: WorkerLoop) -> bool:
    """Whether something that the loop calls raises an exception that is there for telling: one of the program's own
    classes, or one that a handler around the loop names."""
    own = {cls.name for cls in program.classes}
    named = {
        last_name(each)
        for node in walk(loop.function.facts.body) if isinstance(node, f.Try)
        for handler in node.handlers if not is_broad(handler)
        for each in caught_types(handler)
    }  # fmt: skip
    uncaught = {
        site.node.at
        for site in sites(loop.function.facts.body)
        if any(each is loop.loop for each in site.around) and not is_caught(site.inside(loop.loop))
    }
    for activation in program.ask(stop_signals).seen(loop.function):
        for edge in activation.edges.values():
            if edge.at in uncaught and not (own | named).isdisjoint(_raised(edge.callee.function)):
                return True
    return False


def _raised(function: Function) -> set[str]:
    """The names of what a function raises by itself."""
    found = set()
    for node in walk(function.facts.body):
        if isinstance(node, f.Raise) and node.exc is not None:
            found.add(last_name(node.exc.func if isinstance(node.exc, f.Call) else node.exc) or "")
    return found - {""}


def endless_waits(program: Program) -> EndlessWaits:
    """The endless threads of this program that somebody waits for."""
    return EndlessWaits(program)
