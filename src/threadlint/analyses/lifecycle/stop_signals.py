"""How threads are told to stop: which flags, events and queues their loops look at, and who sets them.

Domain. A *signal* of a thread is a location that a test of one of its worker loops reads (the test of the loop
itself, or of an `if` whose body leaves it), an event that such a test asks, or a queue that the loop takes from. A
function *stops* a thread when code that it reaches writes such a location, sets such an event, puts into such a
queue, or joins the thread.
"""

from __future__ import annotations

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function
from ...program.traverse import walk
from ...program.values import Address
from ..execution import Activation, Event, Root, execution, reach
from ..lock_names import lock_names
from .worker_loops import WorkerLoop, worker_loops

Key = tuple[str, ...]


class StopSignals:
    """The answer: `of(root)` are the signals of a thread, `given_in(functions)` those that some functions give."""

    def __init__(self, program: Program) -> None:
        self._found = program.ask(execution)
        self._names = program.ask(lock_names)
        self._loops: dict[Root, list[WorkerLoop]] = {}
        for loop in program.ask(worker_loops):
            self._loops.setdefault(loop.root, []).append(loop)
        self._by_function: dict[Function, list[Activation]] = {}
        for activation in self._found.activations:
            self._by_function.setdefault(activation.function, []).append(activation)

    def loops(self, root: Root) -> list[WorkerLoop]:
        """The worker loops of a thread."""
        return self._loops.get(root, [])

    def of(self, root: Root) -> frozenset[Key]:
        """The signals that a thread's loops look at."""
        found: set[Key] = set()
        for loop in self.loops(root):
            spans = [node.at for node in _tests(loop.loop)]
            for activation in self._by_function.get(loop.function, ()):
                for event in activation.events.values():
                    if any(at[0] <= event.at[0] and event.at[1] <= at[1] for at in spans) or (
                        event.kind == "call"
                        and loop.loop.at[0] <= event.at[0]
                        and event.subject.endswith((".get", ".wait"))
                    ):
                        key = self._asked(event)
                        if key is not None:
                            found.add(key)
        return frozenset(found)

    def _asked(self, event: Event) -> Key | None:
        if event.kind == "access" and event.detail.how == "read":
            return ("flag", *self._names.identity(event.subject))
        if event.kind == "call" and event.detail.receiver is not None:
            owner, _, method = event.subject.rpartition(".")
            if method in ("is_set", "isSet", "wait") and owner.endswith("Event"):
                return ("event", *self._names.identity(event.detail.receiver.address))
            if method == "get" and "queue" in owner.lower():
                return ("queue", *self._names.identity(event.detail.receiver.address))
        return None

    def given_in(self, activations: list[Activation]) -> frozenset[Key]:
        """The signals that code gives: flags written, events set, queues filled."""
        found: set[Key] = set()
        for activation in activations:
            for event in activation.events.values():
                key = self.given_by(event)
                if key is not None:
                    found.add(key)
        return frozenset(found)

    def given_by(self, event: Event) -> Key | None:
        """The signal that one event gives, if it gives any."""
        if event.kind == "access" and event.detail.how == "write":
            return ("flag", *self._names.identity(event.subject))
        if event.kind == "call" and event.detail.receiver is not None:
            owner, _, method = event.subject.rpartition(".")
            if method == "set" and owner.endswith("Event"):
                return ("event", *self._names.identity(event.detail.receiver.address))
            if method in ("put", "put_nowait") and "queue" in owner.lower():
                return ("queue", *self._names.identity(event.detail.receiver.address))
        return None

    def event_key(self, address: Address) -> Key:
        """The signal that setting an event gives."""
        return ("event", *self._names.identity(address))

    def queue_key(self, address: Address) -> Key:
        """The signal that putting into a queue gives."""
        return ("queue", *self._names.identity(address))

    def seen(self, function: Function) -> list[Activation]:
        """The contexts that a function was seen in."""
        return self._by_function.get(function, [])

    def reached_from(self, function: Function) -> list[Activation]:
        """Every activation that a function leads to, in all contexts that it was seen in."""
        found: dict[Activation, None] = {}
        for activation in self._by_function.get(function, ()):
            found.update(dict.fromkeys(reach(activation)))
        return list(found)


def _tests(loop: f.While) -> list[f.Expr]:
    """The expressions that decide whether the loop goes on."""
    found: list[f.Expr] = [loop.test]
    for node in walk(loop.body):
        if isinstance(node, f.If) and any(
            isinstance(each, (f.Return, f.Raise)) or (isinstance(each, f.Jump) and each.kind == "break")
            for each in walk(node.body)
        ):
            found.append(node.test)
    return found


def stop_signals(program: Program) -> StopSignals:
    """How the threads of this program are told to stop."""
    return StopSignals(program)
