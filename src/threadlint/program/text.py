"""A function's body at a glance: its nodes by kind, what stands around each, and what it mentions.

The miniature has no links upwards and no index. Both are made here, in one walk over a function that serves every
question which needs no order of execution; most are answered by the words alone, without looking at a node.
"""
from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from ..model import facts as f

if TYPE_CHECKING:
    from .symbols import Function

_PLAIN = frozenset({
    "at", "id", "attr", "kind", "op", "end", "name", "function", "cls", "level", "module", "keyword", "star",
    "is_async", "is_star", "is_from", "always",
})  # fmt: skip
_FIELDS: dict[type, tuple[str, ...]] = {}


def fields_of(kind: type) -> tuple[str, ...]:
    """The fields of a kind of node that can hold nodes, in evaluation order."""
    known = _FIELDS.get(kind)
    if known is None:
        names: tuple[str, ...] = kind.__struct_fields__  # type: ignore[attr-defined]
        known = _FIELDS[kind] = tuple(name for name in names if name not in _PLAIN)
    return known


class Text:
    """One function's body. Nested functions and lambdas are not entered; bodies of classes, decorators and defaults
    are.

    `nodes` are all nodes by type, in order of text, parents first. `parents` are by `id` of the node; a statement of
    the outermost block has none. `names` and `attributes` are the plain names and the attributes by their name.
    """

    __slots__ = ("attributes", "names", "nodes", "parents")

    def __init__(self, function: Function) -> None:
        self.nodes: dict[type, list[Any]] = defaultdict(list)
        self.parents: dict[int, Any] = {}
        self.names: dict[str, list[f.Name]] = defaultdict(list)
        self.attributes: dict[str, list[f.Attr]] = defaultdict(list)
        nodes, parents, names, attributes = self.nodes, self.parents, self.names, self.attributes
        module = function.module
        pending: list[Any] = list(reversed(function.facts.body))
        while pending:
            node = pending.pop()
            kind = type(node)
            if kind is f.Name:
                names[node.id].append(node)
                continue
            nodes[kind].append(node)
            if kind is f.Const or kind is f.Lambda:
                continue
            if kind is f.Attr:
                attributes[node.attr].append(node)
                inside = node.value
                parents[id(inside)] = node
                pending.append(inside)
                continue
            inner: list[Any] = []
            if kind is f.ClassDef:
                cls = module.classes[node.cls].facts
                inner.extend((*cls.decorators, *cls.bases, *cls.keywords, *cls.body))
            elif kind is f.Def:
                defined = module.functions[node.function].facts
                inner.extend((*defined.decorators, *(p.default for p in defined.params if p.default is not None)))
            else:
                for name in fields_of(kind):
                    value = getattr(node, name)
                    if type(value) is tuple:
                        inner.extend(value)
                    elif value is not None:
                        inner.append(value)
            for each in reversed(inner):
                if hasattr(each, "__struct_fields__"):
                    parents[id(each)] = node
                    pending.append(each)

    def nodes_at(self, at: f.Span) -> list[Any]:
        """The names and attributes that stand exactly there."""
        mentioned: list[list[Any]] = [*self.names.values(), *self.attributes.values()]
        return [node for nodes in mentioned for node in nodes if node.at == at]

    def words(self) -> frozenset[str]:
        """Every name, attribute, imported name and string."""
        found = {*self.names, *self.attributes}
        found.update(node.value for node in self.nodes.get(f.Const, ()) if type(node.value) is str)
        for statement in self.nodes.get(f.Import, ()):
            found.update(alias.name for alias in statement.names)
            found.add(statement.module or "")
        return frozenset(found)
