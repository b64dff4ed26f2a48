"""Threads that may wait for themselves.

A join is one's own when the joined thread's code reaches it, so that it may be that very thread that joins: `join`
then raises RuntimeError. Joins that are behind a comparison with the current thread, or that catch RuntimeError,
are meant for that case. A finalizer that joins a thread whose target is bound to the same object is reached by that
thread as well: while the thread runs it keeps the object alive, so that it is often the one to drop the last
reference.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class, Function, handles, last_name
from ...program.traverse import walk
from ...program.values import Obj
from ..execution import Activation, Event, Root, execution, reach
from ..mentions import Mentions, mentions

_COMPARING = frozenset({"current_thread", "currentThread", "get_ident", "ident", "main_thread", "get_native_id"})
_JOINS = ("threading.Thread.join", "threading.Timer.join")
_CATCHING = frozenset({"RuntimeError", "Exception", "BaseException"})


class OwnJoin(NamedTuple):
    """A join that the joined thread itself can reach; `path` the functions on the way, outermost first; `root` the
    thread (None for a finalizer)."""

    event: Event
    root: Root | None
    path: tuple[Function, ...]


def own_joins(program: Program) -> tuple[OwnJoin, ...]:
    """All such joins of this program, once for each place."""
    found = program.ask(execution)
    where = program.ask(mentions)
    joins = found.calls(*_JOINS)
    by_activation: dict[Activation, list[Event]] = {}
    for event in (e for e in found.events("call") if e.subject in _JOINS):
        by_activation.setdefault(event.activation, []).append(event)
    answer: dict[tuple[Function, f.Span], OwnJoin] = {}
    if not joins:
        return ()
    for root in found.roots:
        if root.kind != "thread" or root.domain != "thread" or root.spelling not in ("thread", "timer"):
            continue
        reached = reach(root.activation)
        for activation, _edge in reached.items():
            for event in by_activation.get(activation, ()):
                receiver = event.detail.receiver
                if receiver is None or receiver.address not in root.addresses or not _is_single(root, receiver):
                    continue
                made = found.explorer.constructions.get(receiver.address)
                if made is not None and made[3].function is event.function:
                    continue  # it joins a thread that it has just made
                way = _way(reached, activation)
                path = (*(function for function, _ in way), event.function)
                if not any(_compares(each) for each in path) and not _is_meant(where, event, way):
                    answer.setdefault((event.function, event.at), OwnJoin(event, root, path))
    seen: set[Function] = set()
    for own in _in_finalizers(program, where, joins):
        if own.path[0] not in seen:
            seen.add(own.path[0])
            answer.setdefault((own.event.function, own.event.at), own)
    return tuple(answer[key] for key in sorted(answer, key=lambda key: (key[0].module.name, key[1])))


def _is_single(root: Root, receiver: Obj) -> bool:
    """Whether the joined thread is that one, not some other of its kind."""
    address = receiver.address
    return not address.many and address.kind != "element" and (address.kind != "some" or address.key[1] == "self")


Way = tuple[tuple[Function, f.Call], ...]
"""Functions, each with the call in it that leads to the next."""


def _way(reached: dict[Activation, Any], activation: Activation) -> Way:
    callers: dict[Activation, tuple[Activation, f.Span]] = {}
    for caller in reached:
        for edge in caller.edges.values():
            if reached.get(edge.callee) is edge:
                callers[edge.callee] = (caller, edge.at)
    chain: list[tuple[Function, f.Call]] = []
    here = activation
    while here in callers and len(chain) < 60:
        here, at = callers[here]
        call = next((n for n in walk(here.function.facts.body) if isinstance(n, f.Call) and n.at == at), None)
        chain.append((here.function, call if call is not None else f.Call(at, f.Name(at, ""))))
    return tuple(reversed(chain))


def _is_meant(where: Mentions, event: Event, way: Way) -> bool:
    """Whether the RuntimeError is caught on the way, or the last call switches the join off."""
    if is_caught(where, event.function, event.detail.node):
        return True
    if any(is_caught(where, function, call) for function, call in way):
        return True
    return bool(way) and _is_switched_off(where, event, way[-1][1])


def _is_switched_off(where: Mentions, event: Event, call: f.Call) -> bool:
    """`stop(wait=False)`, where the join stands under `if wait:`."""
    off = {
        arg.keyword for arg in call.args
        if arg.keyword is not None and isinstance(arg.value, f.Const) and arg.value.value is False
    }  # fmt: skip
    return any(
        isinstance(each, f.If) and isinstance(each.test, f.Name) and each.test.id in off
        for each in where.around(event.function, event.detail.node)
    )


def _compares(function: Function) -> bool:
    """Whether a function looks at which thread it runs on."""
    text = function.text
    return any(name in text.names or name in text.attributes for name in _COMPARING)


def is_caught(where: Mentions, function: Function, node: f.Call) -> bool:
    """Whether a `try` around a call catches RuntimeError."""
    inner: Any = node
    for each in where.around(function, node):
        if isinstance(each, f.Try) and any(inner is statement for statement in each.body):
            for handler in each.handlers:
                if handles(handler, _CATCHING):
                    return True
        if isinstance(each, f.With) and any(
            isinstance(item.context, f.Call) and last_name(item.context.func) in ("suppress", "raises", "assertRaises")
            for item in each.items
        ):
            return True
        inner = each
    return False


def _in_finalizers(program: Program, where: Mentions, joins: list[Event]) -> list[OwnJoin]:
    found = []
    targets = program.ask(execution).explorer
    for event in joins:
        method = event.function.method_of
        if method is None or method.cls is None or _compares(event.function):
            continue
        receiver = event.detail.receiver
        if receiver is None or receiver.address.base is None:
            continue
        cls = method.cls
        bound = any(
            isinstance(fn.receiver, Obj)
            and isinstance(fn.receiver.type, Class)
            and cls in program.hierarchy.mro(fn.receiver.type)
            for fn, _ in targets.targets_of(receiver)
        )
        finalizer = program.hierarchy.find(cls, "__del__")
        if not bound or finalizer is None:
            continue
        way = _calls_on_self(program, finalizer, event.function)
        if way is None or _is_meant(where, event, way):
            continue
        path = (*(function for function, _ in way), event.function)
        if not any(_compares(each) for each in path):
            found.append(OwnJoin(event, None, path))
    return found


def _calls_on_self(program: Program, start: Function, goal: Function) -> Way | None:
    """A way from one method to another by calls of `self.…()`, at most three; None when there is none."""
    pending: list[tuple[Way, Function]] = [((), start)]
    for way, here in pending:
        if here is goal:
            return way
        if len(way) > 3 or here.cls is None:
            continue
        for node in walk(here.facts.body):
            if not (isinstance(node, f.Call) and isinstance(node.func, f.Attr) and isinstance(node.func.value, f.Name)):
                continue
            if node.func.value.id == here.receiver_name:
                callee = program.hierarchy.find(start.cls or here.cls, node.func.attr)
                if callee is not None and callee is not here and all(callee is not function for function, _ in way):
                    pending.append(((*way, (here, node)), callee))
    return None
