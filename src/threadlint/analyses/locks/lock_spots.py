"""The places of the program's text that rules about the use of locks look at, found in one pass over all functions.

Nothing is judged here: a spot is a node that has the right shape. `kinds_at` tells which lock an expression is, when
every way in which it can get a value makes a lock.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from ...knowledge.locks import LOCKS
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function, last_name
from ...program.values import Ext

BY_HAND = frozenset({"acquire", "release", "__enter__", "__exit__"})
_CALLED = BY_HAND | {"locked", "get", "put"}


class Spot(NamedTuple):
    """A node, the function it stands in, and the node right around it (None for a statement of the outermost block)."""

    function: Function
    node: Any
    above: Any


class Spots:
    """The answer."""

    def __init__(self) -> None:
        self.by_hand: dict[Function, None] = {}
        """Functions that mention `acquire`, `release` or the like as an attribute."""
        self.withs: list[Spot] = []
        self.tests: list[Spot] = []
        """Plain paths that stand as a condition, or as part of one."""
        self.bare: list[Spot] = []
        """`x.acquire` and the like as a statement, without the call."""
        self.makes: list[Spot] = []
        """Calls whose last name is that of a kind of lock (or `local`)."""
        self.kinds: list[Spot] = []
        """Kinds of locks that are assigned without being called."""
        self.copies: list[Spot] = []
        """Calls of something named like a function that copies or pickles."""
        self.forks: list[Spot] = []
        """Calls of something named like a function that registers what runs around a fork."""
        self.calls: dict[str, list[Spot]] = defaultdict(list)
        """Calls of methods, by the method's name."""


_KINDS = frozenset(name.rpartition(".")[2] for name in LOCKS) | {"local", "allocate_lock"}


_FORKING = frozenset({"register_at_fork", "register_after_fork"})
_COPYING = frozenset({"copy", "deepcopy", "dump", "dumps"})
_NAMED = _KINDS | _COPYING | _FORKING | {f"_{name}" for name in _FORKING}


def lock_spots(program: Program) -> Spots:
    """One look at every function."""
    found = Spots()
    for function in program.functions:
        text = function.text
        nodes, parents = text.nodes, text.parents
        if not BY_HAND.isdisjoint(text.attributes):
            found.by_hand.setdefault(function)
            for node in nodes.get(f.Evaluate, ()):
                if isinstance(node.value, f.Attr) and node.value.attr in BY_HAND:
                    found.bare.append(Spot(function, node.value, node))
        found.withs.extend(Spot(function, node, parents.get(id(node))) for node in nodes.get(f.With, ()))
        words = function.words
        if not _CALLED.isdisjoint(words) or not _NAMED.isdisjoint(words):
            for node in nodes.get(f.Call, ()):
                _look(found, Spot(function, node, parents.get(id(node))))
        if not _KINDS.isdisjoint(words):
            for node in nodes.get(f.Assign, ()):
                value = node.value
                if isinstance(value, (f.Attr, f.Name)) and last_name(value) in _KINDS:
                    found.kinds.append(Spot(function, value, node))
        for kind in _TESTING:
            for node in nodes.get(kind, ()):
                for test in _conditions(node):
                    if isinstance(test, (f.Name, f.Attr)):
                        found.tests.append(Spot(function, test, node))
    return found


def _look(found: Spots, spot: Spot) -> None:
    func = spot.node.func
    name = func.attr if isinstance(func, f.Attr) else func.id if isinstance(func, f.Name) else ""
    if name in _CALLED and isinstance(func, f.Attr):
        found.calls[name].append(spot)
    elif name.lower().strip("_") in _FORKING:
        found.forks.append(spot)
    elif name in _COPYING:
        found.copies.append(spot)
    if name in _KINDS:
        found.makes.append(spot)


_TESTING = (f.If, f.While, f.IfExp, f.Assert, f.Not, f.BoolOp)


def _conditions(node: Any) -> Iterator[f.Expr]:
    """The parts of a node that are asked for their truth."""
    if isinstance(node, (f.If, f.While, f.IfExp, f.Assert)):
        yield node.test
    elif isinstance(node, f.Not):
        yield node.value
    elif isinstance(node, f.BoolOp):
        yield from node.values[:-1]


def made_kind(program: Program, function: Function, expr: f.Expr | None) -> str | None:
    """The canonical name of the lock that a call makes; None when it is not the call of a kind of lock."""
    if not isinstance(expr, f.Call):
        return None
    kinds = {v.name for v in program.static.evaluate(expr.func, function) if isinstance(v, Ext)}
    name = next(iter(kinds)) if len(kinds) == 1 else None
    return name if name in LOCKS else None


def excludes_threads(kind: str | None) -> bool:
    """Whether a kind of lock is one for threads or processes, not for tasks of an event loop or files."""
    return kind is not None and kind in LOCKS and LOCKS[kind].domain in ("thread", "process")
