"""Which way a test came out at a place: whether what it asked for was there.

Domain: `if` statements whose whole test asks one thing (`x`, `not x`, `x is None`, `x is not None`), and places in
their arms. `if x is not None: x = renewed()` replaces what is there; `if x is None: x = made()` makes what is missing.
`if key not in seen: seen.add(key); jobs.put(key)` lets the one who finds nothing begin a piece of work.

What it does not know: tests joined by `and` and `or`, loops, and what stands behind an arm that returns.
"""

from __future__ import annotations

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function
from ...program.traverse import walk

_BEGINNING_WORK = frozenset({"put", "put_nowait", "submit", "apply_async", "start", "enqueue", "send"})


class Senses:
    """The answer: `was_there`, `only_refuses`, and `begins_work`."""

    def __init__(self, program: Program) -> None:
        self._known: dict[Function, dict[f.Span, f.If]] = {}

    def was_there(self, function: Function, test: f.Span, at: f.Span) -> bool:
        """Whether a place stands in the arm of a test in which what the test asks for was there."""
        statement = self._statement(function, test)
        present = _asks_for_presence(statement.test) if statement is not None else None
        if statement is None or present is None:
            return False
        arm = statement.body if present else statement.orelse
        return any(isinstance(node, (f.Name, f.Attr, f.Item)) and node.at == at for node in walk(arm))

    def only_refuses(self, function: Function, test: f.Span) -> bool:
        """`if name in registry and not force: raise`: a test against mistakes, which the caller can switch off."""
        statement = self._statement(function, test)
        if statement is None or not statement.body or not isinstance(statement.body[-1], f.Raise):
            return False
        return isinstance(statement.test, f.BoolOp) and any(
            _is_parameter(part, function) for part in statement.test.values
        )

    def begins_work(self, function: Function, test: f.Span, at: f.Span) -> bool:
        """Whether who finds a key missing, and adds it at a place, hands out work: `jobs.put(key)`, `t.start()`."""
        statement = self._statement(function, test)
        asked = statement.test if statement is not None else None
        if statement is None or not isinstance(asked, f.Compare) or asked.op not in ("in", "not in"):
            return False
        leaves = bool(statement.body) and isinstance(statement.body[-1], (f.Return, f.Raise, f.Jump))
        if asked.op == "not in":
            work = [node for node in walk(statement.body) if isinstance(node, f.Call)]
        elif leaves:
            work = [n for n in walk(function.facts.body) if isinstance(n, f.Call) and n.at[0] > at[0]]
        else:
            work = [node for node in walk(statement.orelse) if isinstance(node, f.Call)]
        return any(isinstance(node.func, f.Attr) and node.func.attr in _BEGINNING_WORK for node in work)

    def _statement(self, function: Function, test: f.Span) -> f.If | None:
        known = self._known.get(function)
        if known is None:
            known = self._known[function] = {
                node.test.at: node for node in walk(function.facts.body) if isinstance(node, f.If)
            }
        return known.get(test)


def _is_parameter(part: f.Expr, function: Function) -> bool:
    """`not force`, `force is False`."""
    if isinstance(part, f.Not):
        part = part.value
    elif isinstance(part, f.Compare) and isinstance(part.right, f.Const) and part.right.kind == "bool":
        part = part.left
    return isinstance(part, f.Name) and part.id in function.param_names


def _asks_for_presence(test: f.Expr) -> bool | None:
    """True for `x` and `x is not None`, False for their opposites, None for anything else."""
    if isinstance(test, f.Not):
        inner = _asks_for_presence(test.value)
        return None if inner is None else not inner
    if isinstance(test, (f.Name, f.Attr)):
        return True
    if isinstance(test, f.Compare) and isinstance(test.right, f.Const) and test.right.kind == "none":
        return {"is not": True, "is": False, "!=": True, "==": False}.get(test.op)
    return None


def senses(program: Program) -> Senses:
    """Which way the program's tests came out."""
    return Senses(program)
