"""Loggers and handlers: which handler gets the records of which log call.

A record goes to the handlers of its logger and of every logger above it, unless one on the way does not propagate. A
handler that the program adds nowhere may be added by its users, to any logger. A handler can turn records away by the
name of their logger.
"""
from __future__ import annotations

from collections import defaultdict

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class, Function, Module, last_name
from ...program.traverse import walk, walk_expression
from ...program.values import Obj
from ..execution import Event, execution

_LISTS = ("set", "frozenset", "list", "tuple")


class Loggers:
    """Which handler gets the records of which log call."""

    def __init__(self, program: Program) -> None:
        self._hierarchy = program.hierarchy
        self._silent: dict[Module, bool] = {}
        self._homes: dict[Class, set[str | None]] = defaultdict(set)
        for event in program.ask(execution).calls("logging.Logger.addHandler", "logging.Logger.addFilter"):
            node = event.detail.node
            for value in event.detail.arguments.get(0) or ():
                if isinstance(value, Obj) and isinstance(value.type, Class) and isinstance(node, f.Call):
                    logger = node.func.value if isinstance(node.func, f.Attr) else node.func
                    self._homes[value.type].add(logger_name(logger, event.function))

    def reach(self, event: Event, handler: Class) -> bool:
        """Whether the records of a log call come to a handler."""
        function = event.function
        if self._keeps_to_itself(function.module):
            return False
        node = event.detail.node
        func = node.func if isinstance(node, f.Call) else None
        name = logger_name(func.value, function) if isinstance(func, f.Attr) else None
        homes = self._homes.get(handler)
        if homes and name is not None and None not in homes:
            if not any(_below(name, home or "") for home in homes):
                return False
        methods = [method for cls in self._hierarchy.mro(handler) for method in cls.methods.values()]
        return not any(_turned_away(method, name) or _listed(method, name) for method in methods)

    def _keeps_to_itself(self, module: Module) -> bool:
        """Whether a logger of the module is told not to propagate."""
        known = self._silent.get(module)
        if known is None:
            known = self._silent[module] = any(
                name == "propagate" and isinstance(binding.expr, f.Const) and binding.expr.value is False
                for function in module.functions
                for _, name, binding in function.index.attributes
            )
        return known


def logger_name(expr: f.Expr, function: Function) -> str | None:
    """The name of a logger, "" for the root; None when the text does not show it."""
    if isinstance(expr, f.Name):
        if expr.id == "logging":
            return ""
        bindings = function.bindings.get(expr.id) or function.module.exports.get(expr.id) or []
        made = [binding.expr for binding in bindings if binding.how == "value" and binding.expr is not None]
        return logger_name(made[0], function) if len(made) == 1 and isinstance(made[0], f.Call) else None
    if isinstance(expr, f.Call) and last_name(expr) == "getLogger":
        if not expr.args:
            return ""
        given = expr.args[0].value
        if isinstance(given, f.Const) and isinstance(given.value, str):
            return given.value
        if isinstance(given, f.Name) and given.id == "__name__":
            return function.module.name
    return None


def _below(name: str, home: str) -> bool:
    return not home or name == home or name.startswith(home + ".") or f".{home}." in f".{name}."


def _listed(method: Function, logger: str | None) -> bool:
    """Whether a method of the handler looks the name of a record's logger up in a list of the module that has that
    logger, or may have it."""
    asks = any(
        isinstance(node, f.Attr) and node.attr == "name" and isinstance(node.value, f.Name)
        and node.value.id in method.param_names
        for node in walk(method.facts.body)
    )  # fmt: skip
    for name in method.mentioned if asks else ():
        for binding in method.module.exports.get(name, ()):
            listed = binding.expr
            if listed is None or not (isinstance(listed, f.Display) or last_name(listed) in _LISTS):
                continue
            names = [
                node.value
                for node in walk_expression(listed)
                if isinstance(node, f.Const) and isinstance(node.value, str)
            ]
            if names and (logger is None or any(_below(logger, each) for each in names)):
                return True
    return False


def _turned_away(method: Function, logger: str | None) -> bool:
    """Whether a method of the handler leaves early for records of that logger: `if record.name.startswith("pkg")`."""
    for statement in method.facts.body:
        if not isinstance(statement, f.If):
            continue
        if not any(isinstance(inner, (f.Return, f.Raise)) for inner in walk(statement.body)):
            continue
        if not any(isinstance(node, f.Attr) and node.attr == "name" for node in walk_expression(statement.test)):
            continue
        named = [
            node.value
            for node in walk_expression(statement.test)
            if isinstance(node, f.Const) and isinstance(node.value, str)
        ]
        if not named or logger is None or any(_below(logger, each.rstrip(".")) for each in named):
            return True
    return False
