"""Whether a statement runs only until something has been made: connections, tables and caches that come into being at
their first use.

Definitions. A function *makes once* what lies behind a test for its absence (`if table is None:`, `if not self._link:`)
or after a way out for when it is there (`if table is not None: return table`), if the function, or one that is called
there, assigns it. Whoever comes first has to wait for what everybody needs, and nobody waits a second time.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...model import facts as f
from ...program.symbols import Function, last_name
from ...program.traverse import stands_in, walk

Step = tuple[Function, f.Span]


def made_once(steps: Iterable[Step]) -> bool:
    """Whether one of the places that lead to a statement, each with its function, makes something once."""
    steps = tuple(steps)
    assigned = {name for function, _ in steps for name in _assigned(function)}
    return any(not assigned.isdisjoint(_awaited(function, at)) for function, at in steps)


def _assigned(function: Function) -> Iterator[str]:
    """Attributes and globals that the function makes; flags that it sets are not among them."""
    made = [(name, binding.expr) for _, name, binding in function.index.attributes]
    made += [(name, each.expr) for name in function.facts.globals for each in function.bindings.get(name, ())]
    for name, expr in made:
        if not isinstance(expr, f.Const):
            yield name


def _awaited(function: Function, at: f.Span) -> Iterator[str]:
    """The names of what is absent where the statement runs."""
    for node in walk(function.facts.body):
        if not isinstance(node, f.If):
            continue
        if stands_in(node.body, at):
            yield from _found(node.test, present=False)
        elif stands_in(node.orelse, at) or (node.at[1] <= at[0] and isinstance(node.body[-1], f.Return)):
            yield from _found(node.test, present=True)


def _found(test: f.Expr, present: bool) -> Iterator[str]:
    """What is there (or is not) when the test comes out true."""
    if isinstance(test, f.Not):
        yield from _found(test.value, not present)
    elif isinstance(test, f.BoolOp):
        for value in test.values:
            yield from _found(value, present)
    elif isinstance(test, f.Compare):
        if isinstance(test.right, f.Const) and test.right.kind == "none" and test.op == ("is not" if present else "is"):
            yield last_name(test.left) or ""
    elif present and isinstance(test, (f.Name, f.Attr)):
        yield last_name(test) or ""
