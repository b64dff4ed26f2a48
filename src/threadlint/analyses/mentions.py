"""Where things stand in the text: the parents of every node, and every mention of a name or an attribute.

The miniature has no links upwards; they are made here, for a whole function at once and only for functions that
somebody asks about. Nothing is evaluated.
"""

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


class Text:
    """The parents of all nodes of one function's body, and its plain names and attributes."""

    __slots__ = ("attributes", "names", "parents")

    def nodes_at(self, at: f.Span) -> list[Any]:
        """The names and attributes that stand exactly there."""
        mentioned: list[list[Any]] = [*self.names.values(), *self.attributes.values()]
        return [node for nodes in mentioned for node in nodes if node.at == at]

    def __init__(self, function: Function) -> None:
        self.parents: dict[int, Any] = {}
        self.names: dict[str, list[f.Name]] = defaultdict(list)
        self.attributes: dict[str, list[f.Attr]] = defaultdict(list)
        parents, names, attributes = self.parents, self.names, self.attributes
        module = function.module
        pending: list[Any] = list(function.facts.body)
        while pending:
            node = pending.pop()
            kind = type(node)
            if kind is f.Name:
                names[node.id].append(node)
                continue
            if kind is f.Const or kind is f.Lambda:
                continue
            if kind is f.Attr:
                attributes[node.attr].append(node)
            elif kind is f.ClassDef:
                facts = module.classes[node.cls].facts
                for inner in (*facts.body, *facts.bases, *facts.decorators, *facts.keywords):
                    parents[id(inner)] = node
                    pending.append(inner)
                continue
            elif kind is f.Def:
                defined = module.functions[node.function].facts
                for inner in (*defined.decorators, *(p.default for p in defined.params if p.default is not None)):
                    parents[id(inner)] = node
                    pending.append(inner)
                continue
            for name in _inner_fields(kind):
                value = getattr(node, name)
                if type(value) is tuple:
                    for item in value:
                        if hasattr(item, "__struct_fields__"):
                            parents[id(item)] = node
                            pending.append(item)
                elif hasattr(value, "__struct_fields__"):
                    parents[id(value)] = node
                    pending.append(value)


_PLAIN = frozenset(
    {
        "at",
        "id",
        "attr",
        "op",
        "kind",
        "keyword",
        "star",
        "is_async",
        "is_star",
        "is_from",
        "end",
        "always",
        "level",
        "module",
    }
)
_FIELDS: dict[type, tuple[str, ...]] = {}


def _inner_fields(kind: type) -> tuple[str, ...]:
    known = _FIELDS.get(kind)
    if known is None:
        names: tuple[str, ...] = kind.__struct_fields__  # type: ignore[attr-defined]
        known = _FIELDS[kind] = tuple(name for name in names if name not in _PLAIN)
    return known


class Mentions:
    """The answer: what stands around a node, and where a name is mentioned."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._texts: dict[Function, Text] = {}
        self._attributes: dict[str, list[tuple[Function, f.Attr]]] | None = None
        self._mentions: dict[Module, dict[str, list[tuple[Function, f.Name]]]] = {}

    def text(self, function: Function) -> Text:
        """The parents and names of one function."""
        known = self._texts.get(function)
        if known is None:
            known = self._texts[function] = Text(function)
        return known

    def parent(self, function: Function, node: Any) -> Any:
        """The node around an expression or statement of a function; None for a statement of its outermost block."""
        return self.text(function).parents.get(id(node))

    def around(self, function: Function, node: Any) -> Iterator[Any]:
        """Everything around a node within its function, innermost first."""
        parents = self.text(function).parents
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
                for attr, nodes in self.text(function).attributes.items():
                    self._attributes[attr].extend((function, node) for node in nodes)
        return self._attributes.get(name, [])

    def names(self, module: Module, name: str) -> list[tuple[Function, f.Name]]:
        """Every plain mention of a name in a module, in all scopes."""
        known = self._mentions.get(module)
        if known is None:
            known = self._mentions[module] = defaultdict(list)
            for function in module.functions:
                for each, nodes in self.text(function).names.items():
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
