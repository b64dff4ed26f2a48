"""Things that are given away before they are complete.

Domain: the text of functions. Behind a test that asks whether a thing is missing, the thing is assigned to a global, a
class attribute, or an attribute of an object that several threads use, empty or half made; the same block fills it
afterwards, through the same path: entries are stored, it is appended to, attributes are set, it is connected. Another
thread that asks in between finds it, and uses it as if it were complete. A container that is asked for by its truth
and
filled entry by entry in a loop (also the default of a parameter) is the same offence without the assignment.

Silent: under a lock; filled through a local and assigned last.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...knowledge.types import CONTAINERS, GROWS
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function, dotted, last_name
from ...program.traverse import walk
from ...program.values import Cls, Mod, Obj
from ..execution import execution
from .double_checks import Missing, asks_for
from .instances import Instances, instances

_COMPLETING = (
    "connect", "init", "setup", "set_", "set", "load", "configure", "register", "add", "open", "bind", "update",
    "append", "extend", "read", "prepare", "populate", "fill", "build",
)  # fmt: skip
"""Beginnings of names of methods that complete an object."""
_HARMLESS = frozenset({"threading.Thread", "threading.Timer", "threading.Event", "threading.Lock", "logging.Logger"})


class Publication(NamedTuple):
    """A thing that is assigned here and completed there. `sure`: a global or class attribute, which all threads
    share."""

    function: Function
    path: str
    test: f.Span
    given: f.Span
    completed: f.Span
    empty: bool
    sure: bool


class Publications:
    """The answer: `found`, in order of module and place."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._instances: Instances = program.ask(instances)
        self._held = {
            (event.function, event.at)
            for event in program.ask(execution).events("access")
            if any(hold.kind.excludes for hold in event.held)
        }
        found: dict[tuple[Function, f.Span], Publication] = {}
        for function in program.functions:
            if not function.is_top and function.name != "__init__" and f.If in function.text.nodes:
                for each in self._in_block(function, function.facts.body):
                    found.setdefault((function, each.given), each)
        self.found = sorted(found.values(), key=lambda each: (each.function.module.name, each.given))

    def _in_block(self, function: Function, block: tuple[f.Stmt, ...]) -> Iterator[Publication]:
        for index, statement in enumerate(block):
            if isinstance(statement, f.With):
                if all(isinstance(item.context, f.Call) for item in statement.items):  # no lock
                    yield from self._in_block(function, statement.body)
            elif isinstance(statement, (f.While, f.ForLoop)):
                yield from self._in_block(function, statement.body)
            elif isinstance(statement, f.Try):
                for part in (statement.body, statement.orelse, statement.final, *(h.body for h in statement.handlers)):
                    yield from self._in_block(function, part)
            elif isinstance(statement, f.If):
                yield from self._behind(function, statement, block[index + 1 :])
                yield from self._in_block(function, statement.body)
                yield from self._in_block(function, statement.orelse)

    def _behind(self, function: Function, test: f.If, rest: tuple[f.Stmt, ...]) -> Iterator[Publication]:
        """What stands behind a test that found a thing missing."""
        asked = asks_for(test.test)
        if asked is None or asked.entry:
            return
        then = test.body if asked.absent else test.orelse
        if not asked.absent and test.body and isinstance(test.body[-1], (f.Return, f.Raise)):
            then = rest
        if not then:
            return
        sure = self._shared(function, asked.path)
        if sure is None:
            return
        given = self._given(function, then, asked)
        if given is not None:
            at, index, empty = given
            completed = self._completed(function, then[index + 1 :], asked.path)
            if completed is not None:
                yield Publication(function, asked.path, test.test.at, at, completed, empty, sure)
        elif sure and isinstance(test.test, (f.Name, f.Attr, f.Not)):
            filled = self._filled_in_a_loop(function, then, asked.path)
            if filled is not None:
                yield Publication(function, asked.path, test.test.at, filled, filled, True, sure)

    # --- whose is it --------------------------------------------------------------------------------------------

    def _shared(self, function: Function, path: str) -> bool | None:
        """Whether a path is surely shared by all threads (a global, a class attribute, a default value), or by those
        that use an object that is meant for it (False); None when it is not shared."""
        first, _, rest = path.partition(".")
        if not rest:
            if first in function.facts.globals or first not in function.binds:
                return True if not self._is_outer_local(function, first) else None
            return True if self._is_mutable_default(function, first) else None
        if "." in rest:
            return None
        if first == function.receiver_name:
            if function.is_classmethod:
                return True
            cls = function.cls
            if cls is None:
                return None
            return False if self._instances.meant_to_be_shared(cls) else None
        values = self._program.static.name(function, first)
        return True if any(isinstance(value, (Cls, Mod)) for value in values) else None

    def _is_outer_local(self, function: Function, name: str) -> bool:
        above = function.parent
        while above is not None and not above.is_top:
            if name in above.binds:
                return True
            above = above.parent
        return False

    def _is_mutable_default(self, function: Function, name: str) -> bool:
        return any(param.name == name and isinstance(param.default, f.Display) for param in function.facts.params)

    # --- given and completed ------------------------------------------------------------------------------------

    def _given(self, function: Function, block: tuple[f.Stmt, ...], asked: Missing) -> tuple[f.Span, int, bool] | None:
        """Where a block assigns the path something incomplete: the place, the statement's index, whether it is
        empty."""
        for index, statement in enumerate(block):
            if isinstance(statement, f.Assign) and statement.value is not None:
                for target in statement.targets:
                    if dotted(target) == asked.path:
                        empty = makes_empty(statement.value)
                        if not empty and not self._makes_object(function, statement.value):
                            return None
                        return None if (function, target.at) in self._held else (target.at, index, empty)
        return None

    def _makes_object(self, function: Function, value: f.Expr) -> bool:
        if not isinstance(value, f.Call) or (last_name(value.func) or "").startswith(
            ("get", "find", "lookup", "current")
        ):
            return False
        made = self._program.static.evaluate(value, function)
        return not any(isinstance(v, Obj) and (v.type_name in _HARMLESS or self._is_thread(v)) for v in made)

    def _is_thread(self, made: Obj) -> bool:
        return not isinstance(made.type, str) and self._program.hierarchy.is_a(made.type, _HARMLESS)

    def _completed(self, function: Function, block: tuple[f.Stmt, ...], path: str) -> f.Span | None:
        """Where a block completes what the path names, through the path or in a nested function that it calls."""
        nested = {each.name: each for each in function.nested}
        for node in walk(block):
            at = _completes(node, path)
            if at is not None:
                return at
            if isinstance(node, f.Call) and isinstance(node.func, f.Name) and node.func.id in nested:
                for inner in walk(nested[node.func.id].facts.body):
                    at = _completes(inner, path)
                    if at is not None:
                        return node.at
        return None

    def _filled_in_a_loop(self, function: Function, block: tuple[f.Stmt, ...], path: str) -> f.Span | None:
        for statement in block:
            if isinstance(statement, (f.ForLoop, f.While)):
                for node in walk(statement.body):
                    if isinstance(node, f.With):
                        return None
                    at = _completes(node, path)
                    if at is not None and not (isinstance(node, f.Evaluate) and not _grows(node)):
                        return None if (function, at) in self._held else at
        return None


def _completes(node: object, path: str) -> f.Span | None:
    """Where a statement stores something in what the path names, or calls a method that completes it."""
    if isinstance(node, f.Assign):
        for target in node.targets:
            if isinstance(target, (f.Item, f.Attr)) and dotted(target.value) == path:
                return target.at
    elif isinstance(node, f.Evaluate) and isinstance(node.value, f.Call) and isinstance(node.value.func, f.Attr):
        method = node.value.func
        if (
            dotted(method.value) == path
            and method.attr.startswith(_COMPLETING)
            and (node.value.args or not method.attr.startswith("set"))
        ):
            return node.value.at
    return None


def _grows(node: f.Evaluate) -> bool:
    call = node.value
    return isinstance(call, f.Call) and isinstance(call.func, f.Attr) and call.func.attr in GROWS


def makes_empty(value: f.Expr) -> bool:
    """`[]`, `{}`, `dict()`, `deque()`."""
    if isinstance(value, f.Display):
        return not value.items
    name = last_name(value) if isinstance(value, f.Call) else None
    return isinstance(value, f.Call) and not value.args and any(kind.endswith(f".{name}") for kind in CONTAINERS)


def publications(program: Program) -> Publications:
    """What the program gives away before it is complete."""
    return Publications(program)
