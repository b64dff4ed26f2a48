"""Where things stand in the text: what is around a node, and every mention of a name or an attribute."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ..model import facts as f
from ..program.program import Program
from ..program.symbols import Function, Module

STATEMENTS = (
    f.Evaluate, f.Assign, f.AugAssign, f.Delete, f.Return, f.Raise, f.Assert, f.Jump, f.Scope, f.Import, f.If, f.While,
    f.ForLoop, f.With, f.Try, f.Match, f.Def, f.ClassDef,
)  # fmt: skip


class Mentions:
    """The answer: what stands around a node, and where a name is mentioned."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._attributes: dict[str, list[tuple[Function, f.Attr]]] | None = None
        self._imports: dict[str, list[tuple[Module, str]]] | None = None
        self._mentions: dict[Module, dict[str, list[tuple[Function, f.Name]]]] = {}

    def parent(self, function: Function, node: Any) -> Any:
        """The node around an expression or statement of a function; None for a statement of its outermost block."""
        return function.text.parents.get(id(node))

    def around(self, function: Function, node: Any) -> Iterator[Any]:
        """Everything around a node within its function, innermost first."""
        parents = function.text.parents
        here = parents.get(id(node))
        while here is not None:
            yield here
            here = parents.get(id(here))

    def statement(self, function: Function, node: Any) -> Any:
        """The innermost statement that a node stands in (itself, if it is one)."""
        if isinstance(node, STATEMENTS):
            return node
        return next((each for each in self.around(function, node) if isinstance(each, STATEMENTS)), None)

    def siblings(self, function: Function, statement: Any) -> tuple[tuple[Any, ...], int]:
        """The block that a statement stands in, and its position there."""
        above = self.parent(function, statement)
        blocks = [function.facts.body] if above is None else list(blocks_of(above, function))
        for block in blocks:
            for position, each in enumerate(block):
                if each is statement:
                    return block, position
        return (statement,), 0

    def loop(self, function: Function, node: Any) -> Any:
        """The innermost loop of the function whose body (or test) a node stands in; None outside loops."""
        inner = node
        for each in self.around(function, node):
            if isinstance(each, f.While) and not any(inner is s for s in each.orelse):
                return each
            if isinstance(each, f.ForLoop) and any(inner is s for s in each.body):
                return each
            if isinstance(each, f.Comprehension) and inner is not each.fors[0]:
                return each
            inner = each
        return None

    def attributes(self, name: str) -> list[tuple[Function, f.Attr]]:
        """Every `….name` of the program."""
        if self._attributes is None:
            self._attributes = defaultdict(list)
            for function in self._program.functions:
                for attr, nodes in function.text.attributes.items():
                    self._attributes[attr].extend((function, node) for node in nodes)
        return self._attributes.get(name, [])

    def imports(self, name: str) -> list[tuple[Module, str]]:
        """The modules that import something of that name, each with what they call it."""
        if self._imports is None:
            self._imports = defaultdict(list)
            for module in self._program.modules.values():
                for alias, bindings in module.exports.items():
                    for imported in {binding.name for binding in bindings if binding.how == "import"}:
                        self._imports[imported].append((module, alias))
        return self._imports.get(name, [])

    def names(self, module: Module, name: str) -> list[tuple[Function, f.Name]]:
        """Every plain mention of a name in a module, in all scopes."""
        known = self._mentions.get(module)
        if known is None:
            known = self._mentions[module] = defaultdict(list)
            for function in module.functions:
                for each, nodes in function.text.names.items():
                    known[each].extend((function, node) for node in nodes)
        return known.get(name, [])


def blocks_of(node: Any, function: Function) -> Iterator[tuple[Any, ...]]:
    """The blocks of statements directly inside a compound statement, handler, case or class."""
    if isinstance(node, f.ClassDef):
        yield function.module.classes[node.cls].facts.body
        return
    for name in ("body", "orelse", "final"):
        block = getattr(node, name, None)
        if type(block) is tuple:
            yield block
    for handler in getattr(node, "handlers", ()):
        yield handler.body
    for case in getattr(node, "cases", ()):
        yield case.body


def mentions(program: Program) -> Mentions:
    """Where things stand in this program."""
    return Mentions(program)
