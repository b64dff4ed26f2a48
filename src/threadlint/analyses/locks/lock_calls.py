"""Where a function acquires and releases which lock: the calls, path by path.

A *lock path* is the text of what `acquire` and `release` are called on: `self._lock`, `slot.l`, `locks[key]`. Within
one function equal paths are one lock, as long as nothing on the path is bound anew. A path counts as a lock when its
type is known to be one, when its name says so, or when one function calls both `acquire()` and `release()` on it in
the manner of a lock: release without arguments, and nothing of what acquire gives but its truth is used.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from ...knowledge.holding import LOOKING
from ...knowledge.locks import LOCKISH_WORDS, LOCKS
from ...model import facts as f
from ...program.evaluate import Arguments
from ...program.program import Program
from ...program.symbols import Class, Function, last_name
from ...program.traverse import children, walk_expression
from ...program.values import Cls, Ext, Fn, Obj, Values
from ..execution import UNKNOWN_LOCK_TYPE, execution
from ..execution.library import callables
from ..handings import handings
from ..lock_names import lock_names
from .lock_spots import lock_spots

ACQUIRES = frozenset({"acquire", "__enter__"})
RELEASES = frozenset({"release", "__exit__"})


class LockCalls(NamedTuple):
    """What one function does with one lock path. `kinds` are the canonical names of the lock types it can have;
    empty when the type is not known. `acquires`, `releases` and `withs` are the places, in order of text; `handed`:
    `release`, or the lock, is passed on as a value, or a nested function only acquires or only releases it: the release
    happens elsewhere."""

    function: Function
    path: str
    kinds: frozenset[str]
    acquires: tuple[f.Call, ...]
    releases: tuple[f.Call, ...]
    withs: tuple[f.With, ...]
    handed: bool
    permits: bool = False
    """Whether its class, one of the program, is called a semaphore."""

    @property
    def typed(self) -> bool:
        """Whether the program shows that it is a lock."""
        return bool(self.kinds)

    @property
    def counts(self) -> bool:
        """Whether it is a semaphore: permits may be taken here and given back elsewhere."""
        named = not self.kinds and "sem" in last_part(self.path).lower()
        return self.permits or named or any("Semaphore" in kind for kind in self.kinds)

    @property
    def belongs_to_threads(self) -> bool:
        """Whether it keeps out threads (or processes), not asyncio tasks."""
        return not any(kind.startswith("asyncio.") for kind in self.kinds)

    @property
    def named_as_lock(self) -> bool:
        return lockish(self.path)

    @property
    def spelling(self) -> str:
        """How messages call the lock: `Bank._ledger` for `self._ledger`."""
        return spelling(self.function, self.path)

    @property
    def subject(self) -> str:
        """The lock's qualified name."""
        return qualified(self.function, self.path)


def spelling(function: Function, path: str) -> str:
    """How messages call what a function calls `path`: `Bank._ledger` for `self._ledger`."""
    method = function.method_of
    if method is not None and method.cls is not None and method.receiver_name is not None:
        first, _, rest = path.partition(".")
        if first == method.receiver_name:
            return f"{method.cls.facts.qualname}.{rest}" if rest else method.cls.facts.qualname
    return path


def qualified(function: Function, path: str) -> str:
    """The qualified name of what a function calls `path`; `[]` stands for any item."""
    path = re.sub(r"\[[^\]]*\]", "[]", path)
    method = function.method_of
    first, _, rest = path.partition(".")
    if method is not None and method.cls is not None and first == method.receiver_name:
        return f"{method.cls.qualname}.{rest}" if rest else method.cls.qualname
    if first.partition("[")[0] in function.binds and not function.is_top:
        return f"{function.qualname}.{path}"
    return f"{function.module.name}.{path}"


def lockish(path: str) -> bool:
    """Whether the last name of a path says lock."""
    last = last_part(path).lower()
    return any(word in last for word in LOCKISH_WORDS) and not any(word in last for word in ("block", "second"))


def last_part(path: str) -> str:
    """`_lock` for `self._lock` and `self._lock[k]`."""
    return path.partition("[")[0].rpartition(".")[2]


def spelled(expr: f.Expr | None) -> str | None:
    """The text of a path of names, attributes and simple items; None for anything else."""
    if isinstance(expr, f.Name):
        return expr.id
    if isinstance(expr, f.Attr):
        base = spelled(expr.value)
        return f"{base}.{expr.attr}" if base else None
    if isinstance(expr, f.Item):
        base = spelled(expr.value)
        index = repr(expr.index.value) if isinstance(expr.index, f.Const) else spelled(expr.index)
        return f"{base}[{index}]" if base and index else None
    return None


def kinds_of(values: Values) -> frozenset[str]:
    """The lock types among values; empty unless all that is known are locks."""
    kinds = set()
    for value in values:
        if not isinstance(value, Obj) or value.type not in LOCKS:
            return frozenset()
        kinds.add(value.type_name)
    return frozenset(kinds)


def lock_kinds(program: Program, function: Function, expr: f.Expr) -> frozenset[str]:
    """The lock types that an expression of a function can have, as far as names and fields tell."""
    return kinds_of(program.static.evaluate(expr, function))


class _Found:
    """What is collected for one path of one function."""

    __slots__ = ("acquires", "awaited", "handed", "node", "passed", "releases", "resource", "withs")

    def __init__(self, node: f.Expr) -> None:
        self.node = node
        self.acquires: list[f.Call] = []
        self.releases: list[f.Call] = []
        self.withs: list[f.With] = []
        self.handed = False
        self.awaited = False
        self.passed: list[f.Call] = []
        self.resource = False


def method_call(expr: Any, names: frozenset[str]) -> f.Expr | None:
    """The receiver of a call of one of these methods; None for anything else."""
    if isinstance(expr, f.Call) and isinstance(expr.func, f.Attr) and expr.func.attr in names:
        return expr.func.value
    return None


def lock_calls(program: Program) -> dict[Function, list[LockCalls]]:
    """Functions that acquire or release locks by hand, with the locks that each of them so uses."""
    typed: dict[tuple[Function, f.Span], Obj] = {}
    run = program.ask(execution)
    for event in run.events("acquire"):
        typed.setdefault((event.function, event.at), event.detail.obj)
    tasks = _Tasks(program)
    answer: dict[Function, list[LockCalls]] = {}
    for function in program.ask(lock_spots).by_hand:
        found = _collect(function)
        if not found:
            continue
        for nested in function.nested:
            for path, inner in _collect(nested).items():
                if path in found and path.partition(".")[0] not in nested.facts.binds:
                    outer, one_way = found[path], bool(inner.acquires) != bool(inner.releases)
                    if one_way or inner.handed or any(_gives_away(tasks, nested, c, outer) for c in inner.passed):
                        outer.handed = True
        uses = [
            use for path, each in found.items() if (use := _judge(tasks, function, path, each, typed)) is not None
        ]
        if uses:
            answer[function] = uses
    return answer


def _judge(
    tasks: _Tasks, function: Function, path: str, found: _Found, typed: dict[tuple[Function, f.Span], Obj]
) -> LockCalls | None:
    if found.awaited or not (found.acquires or found.releases) or _goes_through_many(function, path):
        return None
    handed = found.handed or any(_gives_away(tasks, function, call, found) for call in found.passed)
    known = tasks.program.static.evaluate(found.node, function)
    kinds = kinds_of(known)
    if not kinds:
        seen = {obj for call in found.acquires if (obj := typed.get((function, call.at))) is not None}
        if seen and all(obj.type != UNKNOWN_LOCK_TYPE for obj in seen):
            kinds = frozenset(obj.type_name for obj in seen)
    if not kinds and (found.resource or (not lockish(path) and _is_entered_only(found))):
        return None
    permits = any(isinstance(v, Obj) and isinstance(v.type, Class) and "emaphore" in v.type.name for v in known)
    return LockCalls(
        function, path, kinds, tuple(found.acquires), tuple(found.releases), tuple(found.withs), handed, permits
    )


def _is_entered_only(found: _Found) -> bool:
    """Whether all that is done by hand is to enter and to leave: any context manager can be."""
    calls = (*found.acquires, *found.releases)
    return all(last_name(call.func) in ("__enter__", "__exit__") for call in calls)


def _goes_through_many(function: Function, path: str) -> bool:
    """Whether a path has an index that several loops go through: it is one lock in one round of one loop only."""
    indices = set(re.findall(r"\[([A-Za-z_]\w*)\]", path))
    if not indices:
        return False
    nodes = function.text.nodes
    targets = [loop.target for kind in (f.ForLoop, f.For) for loop in nodes.get(kind, ())]
    through = [target for target in targets if indices & {n.id for n in walk_expression(target) if type(n) is f.Name}]
    return len(through) > 1


def _collect(function: Function) -> dict[str, _Found]:
    """The calls of one body, by path."""
    found: dict[str, _Found] = {}
    withs: list[tuple[str, f.With]] = []
    passed: list[tuple[f.Expr, f.Call]] = []
    called: set[int] = set()
    for node, above in _walk(function.facts.body):
        if isinstance(node, f.Call):
            called.add(id(node.func))
            for arg in node.args:
                parts = arg.value.items if isinstance(arg.value, f.Display) else (arg.value,)
                passed.extend((part, node) for part in parts)
            _call(node, above, found)
        elif isinstance(node, f.Attr) and node.attr in ("release", "__exit__") and id(node) not in called:
            path = spelled(node.value)
            if path is not None and not isinstance(above, f.Evaluate):
                found.setdefault(path, _Found(node.value)).handed = True
        elif isinstance(node, f.With):
            withs.extend((path, node) for item in node.items if (path := spelled(item.context)) is not None)
    for path, statement in withs:
        if path in found:
            found[path].withs.append(statement)
    for part, call in passed:
        path = spelled(part)
        if path is not None and (path in found or not function.is_top):
            found.setdefault(path, _Found(part)).passed.append(call)
    return found


def _gives_away(tasks: _Tasks, function: Function, call: f.Call, found: _Found) -> bool:
    """Whether a call that is given a lock may keep it, or release it elsewhere: not when it goes to functions of the
    program, which are followed, or makes a condition of it, or only looks, or has a thread run a function of the
    program, or makes an object of it, that gives back no lock that it has not taken."""
    if last_name(call.func) in LOOKING:
        return False
    callees = tasks.program.static.evaluate(call.func, function)
    if callees and all(
        isinstance(callee, Fn) or (isinstance(callee, Ext) and callee.name in LOCKS) for callee in callees
    ):
        return False
    if not callees and tasks.run.entered(function, call.at):
        return False
    return tasks.may_give_back(function, call, found)


class _Tasks:
    """What threads and objects do with the locks that they are given."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._names = program.ask(lock_names)
        self.run = program.ask(execution)

    def may_give_back(self, function: Function, call: f.Call, found: _Found) -> bool:
        """Whether a call may lead to a release of a lock by somebody who has not taken it."""
        functions = self._followed(function, call)
        if functions is None or any(
            (each.releases and not each.acquires) for fn in functions for each in _collect(fn).values()
        ):
            return True
        taken = {self._taken.get((function, each.at)) for each in found.acquires}
        return None in taken or not taken.isdisjoint(self._given_back)

    def _followed(self, function: Function, call: f.Call) -> list[Function] | None:
        """The functions of the program that may use what a call is given: what a thread runs, what a partial calls, and
        the methods of an object that is made; None where others may."""
        static, hierarchy = self.program.static, self.program.hierarchy
        targets = self._targets.get((function.module.name, call.at))
        if targets is None:
            made = static.evaluate(call.func, function)
            classes = [each.cls for each in made if isinstance(each, Cls)]
            if classes and len(classes) == len(made):
                above = [known for cls in classes for known in hierarchy.mro(cls)]
                return [method for known in above for method in known.own_functions]
            targets = static.evaluate(call, function)
        functions = [target.function for target, _ in callables(targets, Arguments())]
        return functions if functions and len(functions) == len(targets) else None

    @cached_property
    def _targets(self) -> dict[tuple[str, f.Span], Values]:
        """What threads and pools are given to run, by the place of the call."""
        found = self.program.ask(handings)
        return {(each.function.module.name, each.call.at): each.targets for each in found if each.targets}

    @cached_property
    def _taken(self) -> dict[tuple[Function, f.Span], tuple[str, ...]]:
        events = self.run.events("acquire")
        return {(event.function, event.at): self._names.identity(event.subject) for event in events}

    @cached_property
    def _given_back(self) -> frozenset[tuple[str, ...]]:
        """The locks that somebody gives back who has not taken them."""
        events = self.run.events("release")
        return frozenset(self._names.identity(event.subject) for event in events if event.detail is None)


def _call(node: f.Call, above: Any, found: dict[str, _Found]) -> None:
    receiver = method_call(node, ACQUIRES | RELEASES)
    path = spelled(receiver)
    if path is None or receiver is None or (isinstance(receiver, f.Call)):
        return
    assert isinstance(node.func, f.Attr)
    here = found.setdefault(path, _Found(receiver))
    if isinstance(above, f.Await):
        here.awaited = True
    if node.func.attr in ACQUIRES:
        here.acquires.append(node)
        if isinstance(above, (f.Arg, f.Attr, f.WithItem, f.Item, f.Display, f.Starred, f.Call)) or any(
            arg.keyword is None and not isinstance(arg.value, (f.Const, f.Name, f.Attr)) for arg in node.args
        ):
            here.resource = True
    else:
        here.releases.append(node)
        if node.args and node.func.attr == "release":
            here.resource = True


def _walk(body: tuple[f.Stmt, ...]) -> Iterator[tuple[Any, Any]]:
    """Every node of a body with the node above it, parents first."""
    pending: list[tuple[Any, Any]] = [(statement, None) for statement in reversed(body)]
    while pending:
        node, above = pending.pop()
        yield node, above
        if not isinstance(node, (f.Name, f.Const, f.Lambda)):
            pending.extend((child, node) for child in reversed(children(node)))
