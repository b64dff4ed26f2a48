"""Which conditions of a function tell whether a lock is held: the tests that a walk over its paths must remember."""
from __future__ import annotations

from collections.abc import Iterator

from ....model import facts as f
from ....program.traverse import walk, walk_expression
from ..lock_calls import LockCalls, spelled

Outcomes = frozenset[tuple[str, bool]]
"""Tests by their text, with how they came out."""


def key_of(test: f.Expr) -> tuple[str, bool] | None:
    """The text of a test and the outcome that it asks for (`x is not None` asks for False of `x is None`); None for
    tests whose outcome may differ the next time."""
    path = spelled(test)
    if path is not None:
        return path, True
    if isinstance(test, f.Compare):
        left, right = spelled(test.left), _side(test.right)
        if left is None or right is None:
            return None
        if test.op in ("is not", "!=", "not in"):
            return f"{left} {_POSITIVE[test.op]} {right}", False
        return f"{left} {test.op} {right}", True
    if isinstance(test, f.Call):
        parts = [spelled(test.func), *(_side(arg.value) for arg in test.args)]
        if all(parts):
            return f"{parts[0]}({', '.join(part for part in parts[1:] if part)})", True
    return None


_POSITIVE = {"is not": "is", "!=": "==", "not in": "in"}


def _side(expr: f.Expr) -> str | None:
    if isinstance(expr, f.Const):
        return "None" if expr.kind == "none" else repr(expr.value)
    return spelled(expr)


def outcomes_of(use: LockCalls) -> dict[str, frozenset[str]]:
    """The tests that decide whether the lock is taken or given back, each with the paths that it reads: conditions
    around such calls, names that keep what `acquire` gave, and flags that are set along the way."""
    operations = {id(call) for call in (*use.acquires, *use.releases)}
    body = use.function.facts.body
    relevant: dict[str, frozenset[str]] = {}
    tested: dict[str, frozenset[str]] = {}
    for node in walk(body):
        if isinstance(node, (f.If, f.While)):
            atoms = dict(_atoms(node.test))
            tested.update(atoms)
            inner = (*node.body, *node.orelse)
            if any(id(each) in operations for each in walk(inner)) or any(
                id(each) in operations for each in walk_expression(node.test)
            ):
                relevant.update(atoms)
    for node in walk(body):
        if isinstance(node, f.Assign) and node.value is not None:
            decides = _is_flag(node.value) or any(id(each) in operations for each in walk_expression(node.value))
            for target in node.targets:
                path = spelled(target)
                if path is not None and decides and path in tested:
                    relevant[path] = frozenset({path})
                    none = f"{path} is None"
                    if none in tested:
                        relevant[none] = frozenset({path})
        elif isinstance(node, f.Walrus) and any(id(each) in operations for each in walk_expression(node.value)):
            relevant[node.target.id] = frozenset({node.target.id})
    for node in walk(body):
        if isinstance(node, f.Assign) and any(spelled(target) in relevant for target in node.targets):
            relevant.update(_atoms(node.value) if node.value is not None else ())
    return relevant


def _is_flag(value: f.Expr) -> bool:
    return isinstance(value, f.Const) and value.kind in ("bool", "none")


def _atoms(test: f.Expr) -> Iterator[tuple[str, frozenset[str]]]:
    """The single tests that a condition is made of."""
    if isinstance(test, f.Not):
        yield from _atoms(test.value)
    elif isinstance(test, f.BoolOp):
        for value in test.values:
            yield from _atoms(value)
    elif isinstance(test, f.Walrus):
        yield from _atoms(test.target)
    elif isinstance(test, f.Compare) and isinstance(test.right, f.Const) and test.right.kind == "bool":
        yield from _atoms(test.left)
    else:
        key = key_of(test)
        if key is not None:
            read = {path for node in walk_expression(test) if (path := spelled(node)) is not None}
            yield key[0], frozenset(read)


def mode_of(call: f.Call) -> str:
    """How a call acquires: `acquire` waits until it has the lock; `try` and `timed` may fail, as constants show;
    `perhaps` depends on an argument."""
    mode = "acquire"
    for position, arg in enumerate(call.args):
        name = arg.keyword or ("blocking", "timeout")[min(position, 1)]
        value = arg.value.value if isinstance(arg.value, f.Const) else None
        constant = isinstance(arg.value, f.Const)
        if arg.star or name not in ("blocking", "block", "timeout"):
            return "perhaps"
        if name == "timeout":
            if not (isinstance(arg.value, f.Const) and (arg.value.kind == "none" or value == -1)):
                mode = "timed"
        elif not constant:
            return "perhaps"
        elif not value:
            return "try"
    return mode
