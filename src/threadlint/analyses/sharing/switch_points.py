"""Whether another thread can run between two places of one function, on the interpreters of today.

Since Python 3.10 an interpreter with a GIL switches threads at calls, backward jumps and function entry only. A
sequence with such a point in the middle is *visible*: it breaks on every build. One without is *hidden*: it breaks on
free-threaded builds and on Python 3.9. This is how CPython behaves, and no promise of the language
(docs/how-it-decides.md).

What it does not know: operators, attributes and formatting that run Python code of unknown types.
"""

from __future__ import annotations

from typing import Any

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function
from ...program.traverse import walk

_SWITCHES = (f.Call, f.Await, f.Yield, f.Comprehension, f.With, f.While, f.ForLoop, f.Import)
_QUICK = frozenset({"len", "isinstance", "hasattr", "id", "type", "callable", "issubclass"})
"""Builtins after which no switch was ever seen."""


class SwitchPoints:
    """The answer: `between`, and which exceptions a place handles."""

    def __init__(self, program: Program) -> None:
        self._nodes: dict[Function, list[Any]] = {}
        self._tries: dict[Function, list[f.Try]] = {}

    def between(self, function: Function, start: int, end: int, without: Any = None) -> bool:
        """Whether a switch point lies between two offsets of a function's text; the call `without` itself is left
        out."""
        for node in self._points(function):
            if start <= node.at[0] < end and not (without is not None and node.at == without.at):
                return True
        return False

    def _points(self, function: Function) -> list[Any]:
        known = self._nodes.get(function)
        if known is None:
            known = self._nodes[function] = [
                node for node in walk(function.facts.body) if isinstance(node, _SWITCHES) and not _is_quick(node)
            ]
        return known

    def handled(self, function: Function, at: f.Span, names: frozenset[str]) -> bool:
        """Whether a place stands in a `try` that handles one of these exceptions (or all)."""
        from ...program.symbols import handles

        known = self._tries.get(function)
        if known is None:
            known = self._tries[function] = [node for node in walk(function.facts.body) if isinstance(node, f.Try)]
        for statement in known:
            if not statement.body or not statement.body[0].at[0] <= at[0] or not _within(statement, at):
                continue
            for handler in statement.handlers:
                if handles(handler, names):
                    return True
        return False


def _within(statement: f.Try, at: f.Span) -> bool:
    """Whether an offset lies in the body of a `try`, which ends where its first handler begins."""
    ends = [handler.at[0] for handler in statement.handlers]
    return bool(ends) and at[0] < min(ends)


def _is_quick(node: Any) -> bool:
    return isinstance(node, f.Call) and isinstance(node.func, f.Name) and node.func.id in _QUICK


def switch_points(program: Program) -> SwitchPoints:
    """Where threads can switch."""
    return SwitchPoints(program)
