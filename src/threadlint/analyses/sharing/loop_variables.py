"""Functions that are handed to threads from a loop, and read a variable that the loop changes.

Domain: the text. A lambda or nested function made in a loop reads, as a free name, the target of the loop or a name
that the body of the loop assigns; the function (itself, or by its name) is an argument of a call that runs it on
another thread or later. The name is looked up when the function runs, and means then what the loop has made of it.

Silent: a default argument or partial binds the value; the iteration waits for the thread before it goes on (`join`,
`result`, a pool in a `with`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ...knowledge.threads import CONSTRUCTORS, LATER, SUBMITTERS
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function, last_name
from ...program.traverse import walk, walk_expression
from ...program.values import Cls, Ext, ExtMethod

_LOOPS = frozenset({f.ForLoop, f.While, f.Comprehension})
_WAITING = frozenset({"join", "result", "wait", "as_completed", "get", "shutdown", "exception", "gather"})


class Captured(NamedTuple):
    """A variable of a loop that a handed-over function reads: where the function is made, handed over, and the
    loop."""

    function: Function
    name: str
    made: f.Span
    handed: f.Span
    loop: f.Span
    to: str


def loop_variables(program: Program) -> list[Captured]:
    """Every captured loop variable, in order of module and place; one for each function that is handed over."""
    found: dict[tuple[Function, f.Span], Captured] = {}
    for function in program.functions:
        if function.index_in_module in function.module.children and not _LOOPS.isdisjoint(function.text.nodes):
            for captured in _Search(program, function).captured():
                found.setdefault((function, captured.made), captured)
    return sorted(found.values(), key=lambda each: (each.function.module.name, each.made))


class _Search:
    """The loops of one function."""

    def __init__(self, program: Program, function: Function) -> None:
        self._program = program
        self._function = function

    def captured(self) -> Iterator[Captured]:
        for node in walk(self._function.facts.body):
            if isinstance(node, (f.ForLoop, f.While)):
                changing = _assigned(node.body)
                if isinstance(node, f.ForLoop):
                    changing |= _targets(node.target)
                yield from self._in_loop(list(walk(node.body)), changing, node.at)
            elif isinstance(node, f.Comprehension) and node.kind != "generator":
                changing = {name for clause in node.fors for name in _targets(clause.target)}
                inside = [inner for element in node.elements for inner in walk_expression(element)]
                yield from self._in_loop(inside, changing, node.at)

    def _in_loop(self, nodes: list[Any], changing: set[str], loop: f.Span) -> Iterator[Captured]:
        if any(
            isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.attr in _WAITING for node in nodes
        ):
            return
        if any(isinstance(node, f.With) and _is_pool(node) for node in nodes):
            return
        defined = {
            self._function.module.functions[node.function].name: (node.function, node.at)
            for node in nodes
            if isinstance(node, f.Def)
        }
        for node in nodes:
            if not isinstance(node, f.Call):
                continue
            functions = [
                (arg.value.function, arg.value.at) if isinstance(arg.value, f.Lambda) else defined[arg.value.id]
                for arg in node.args
                if isinstance(arg.value, f.Lambda) or (isinstance(arg.value, f.Name) and arg.value.id in defined)
            ]
            to = self._runs_later(node) if functions else None
            if to is None:
                continue
            for index, made in functions:
                name = self._reads(index, changing)
                if name is not None:
                    yield Captured(self._function, name, made, node.at, loop, to)

    def _reads(self, index: int, changing: set[str]) -> str | None:
        """The first changing name that a nested function looks up when it runs."""
        inner = self._function.module.functions[index]
        free = (inner.mentioned - inner.binds) & changing
        for node in walk(inner.facts.body):
            if isinstance(node, f.Name) and node.id in free:
                return node.id
        return None

    def _runs_later(self, call: f.Call) -> str | None:
        """What a call makes of its function: a thread, a pool task, a callback; None for anything else."""
        for value in self._program.static.evaluate(call.func, self._function):
            if isinstance(value, Ext):
                spawner = CONSTRUCTORS.get(value.name) or SUBMITTERS.get(value.name)
                if spawner is not None:
                    return spawner.thread
                if value.name in LATER:
                    return LATER[value.name]
            elif isinstance(value, ExtMethod):
                if value.full_name in SUBMITTERS:
                    return SUBMITTERS[value.full_name].thread
                if value.full_name in LATER:
                    return LATER[value.full_name]
            elif isinstance(value, Cls):
                bases = self._program.hierarchy.library_bases(value.cls)
                if any(base in CONSTRUCTORS for base in bases):
                    return "thread"
        name = last_name(call.func)
        if isinstance(call.func, f.Attr) and name in (
            "submit",
            "call_soon_threadsafe",
            "add_done_callback",
            "run_in_executor",
        ):
            return "task"
        return None


def _is_pool(statement: f.With) -> bool:
    return any("Pool" in (last_name(item.context) or "") for item in statement.items)


def _targets(target: f.Expr) -> set[str]:
    return {node.id for node in walk_expression(target) if isinstance(node, f.Name)}


def _assigned(body: tuple[f.Stmt, ...]) -> set[str]:
    """Names that a body assigns; not those that it only adds to."""
    names: set[str] = set()
    for node in walk(body):
        if isinstance(node, f.Assign) and node.value is not None:
            for target in node.targets:
                if isinstance(target, (f.Name, f.Display)):
                    names |= _targets(target)
        elif isinstance(node, f.ForLoop):
            names |= _targets(node.target)
    return names
