"""Methods that look whether they were closed, and then wait in `get()`, where closing wakes nobody.

Domain. In one block of a method that a thread runs: an `if` that reads an attribute of the object and leaves the
method, and behind it a `get()` that waits without end, of a queue that the object keeps or that it is itself
(`super().get()` in a class of queues). Another method of the class sets the attribute. None of those that set it puts
anything anywhere, notifies or shuts a queue down: whoever waits already is not woken.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ...knowledge.types import QUEUES
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class, Function, dotted, last_name
from ...program.traverse import walk
from ...program.values import Obj
from ..execution import execution
from ..mentions import mentions
from .stop_signals import stop_signals

_WAKING = frozenset({"put", "put_nowait", "notify", "notify_all", "notifyAll", "close", "join_thread", "shutdown"})


class DeafGet(NamedTuple):
    """`method` tests the attribute `flag`, and waits at `get`; `closer` sets the attribute and wakes nobody."""

    method: Function
    flag: str
    get: f.Call
    closer: Function


def deaf_gets(program: Program) -> tuple[DeafGet, ...]:
    """All of them, in order of place."""
    found = []
    for cls in program.classes:
        for method in cls.own_functions:
            if (
                method.receiver_name is not None
                and "get" in method.text.attributes
                and _runs_on_a_thread(program, method)
            ):
                for flag, get in _tested_before(program, cls, method, method.facts.body):
                    closer = _closer(program, cls, method, flag)
                    if closer is not None:
                        found.append(DeafGet(method, flag, get, closer))
    return tuple(found)


def _runs_on_a_thread(program: Program, method: Function) -> bool:
    known = program.ask(execution)
    return any(
        root.kind == "thread"
        for activation in program.ask(stop_signals).seen(method)
        for root in known.roots_of(activation)
    )


def _tested_before(
    program: Program, cls: Class, method: Function, body: tuple[Any, ...]
) -> Iterator[tuple[str, f.Call]]:
    flags: list[str] = []
    for statement in body:
        if flags and isinstance(statement, (f.Evaluate, f.Assign, f.Return)):
            for node in walk((statement,)):
                if isinstance(node, f.Call) and _waits(program, cls, method, node):
                    yield from ((flag, node) for flag in flags)
                    return
        if isinstance(statement, f.If) and statement.body and isinstance(statement.body[-1], (f.Raise, f.Return)):
            flag = dotted(statement.test) or ""
            if flag.startswith(f"{method.receiver_name}.") and flag.count(".") == 1:
                flags.append(flag.partition(".")[2])


def _waits(program: Program, cls: Class, method: Function, call: f.Call) -> bool:
    """Whether a call is a `get` without end: of the object's own queue, or of the queue that it is."""
    if not isinstance(call.func, f.Attr) or call.func.attr != "get":
        return False
    if any(arg.keyword in ("timeout", "block") or (arg.star == 0 and arg.keyword is None) for arg in call.args):
        return False
    owner = call.func.value
    if isinstance(owner, f.Call) and last_name(owner.func) == "super":
        return any(base in QUEUES for base in program.hierarchy.library_bases(cls))
    values = program.static.evaluate(owner, method, program.static.parameter_receiver(cls))
    return bool(values) and all(isinstance(value, Obj) and value.type in QUEUES for value in values)


def _closer(program: Program, cls: Class, method: Function, flag: str) -> Function | None:
    """A method that sets the attribute, if none of those wakes anybody."""
    closers = [
        each for each in cls.own_functions
        if each is not method and each.name != "__init__" and _sets(each, flag)
    ]  # fmt: skip
    for closer in closers:
        reached = (closer, *(a.function for a in program.ask(stop_signals).reached_from(closer)))
        callers = [
            user
            for user, node in program.ask(mentions).attributes(closer.name)
            if user.cls is cls and isinstance(node.value, f.Name)
        ]
        if any(not _WAKING.isdisjoint(each.text.attributes) for each in (*reached, *callers)):
            return None
    return closers[0] if closers else None


def _sets(function: Function, flag: str) -> bool:
    return any(
        isinstance(node, f.Assign)
        and isinstance(node.value, f.Const)
        and bool(node.value.value)
        and any(dotted(target) == f"{function.receiver_name}.{flag}" for target in node.targets)
        for node in walk(function.facts.body)
    )
