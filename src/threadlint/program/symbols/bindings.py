"""Bindings: how the names and attributes of a body get their values, collected in one walk over its statements.

A binding is the expression and how its value reaches the name; evaluating it is the business of `evaluate`.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from ...model import facts as f
from ..traverse import walk_expression

if TYPE_CHECKING:
    from .definitions import Function


class Binding(NamedTuple):
    """One way in which a name (or attribute) gets a value.

    `how` is value (the expression itself), element (one of the items of the expression), enter (what its context
    manager gives), item (position `index` of the expression), augment, def, class, import, except, delete or unknown.
    """

    how: str
    expr: f.Expr | None
    at: f.Span
    function: Function
    index: int = 0  # type: ignore[assignment]  # a field, not the method of tuples
    name: str = ""


class Index:
    """One walk over the statements of a body, nested functions and classes excluded."""

    __slots__ = ("_inside", "attributes", "bindings", "function", "imports", "returns", "stars", "yields")

    def __init__(self, function: Function, body: tuple[f.Stmt, ...]) -> None:
        self.function = function
        self.bindings: dict[str, list[Binding]] = {}
        self.attributes: list[tuple[str, str, Binding]] = []
        self.returns: list[f.Return] = []
        self.yields: list[f.Yield] = []
        self.imports: list[f.Import] = []
        self.stars: list[f.Import] = []
        self._inside = function.facts.is_generator or function.module.has_walruses
        """Whether an expression can bind a name or yield: most cannot, and are not looked into."""
        self._block(body)

    def _bind(self, target: f.Expr, how: str, expr: f.Expr | None, at: f.Span, index: int = 0) -> None:
        if isinstance(target, f.Name):
            self.bindings.setdefault(target.id, []).append(Binding(how, expr, at, self.function, index, target.id))
        elif isinstance(target, f.Attr):
            if isinstance(target.value, f.Name):
                binding = Binding(how, expr, at, self.function, index, target.attr)
                self.attributes.append((target.value.id, target.attr, binding))
        elif isinstance(target, f.Display):
            parts = (
                expr.items if how == "value" and isinstance(expr, f.Display) and expr.kind in ("tuple", "list") else ()
            )
            if len(parts) != len(target.items) or any(isinstance(part, f.Starred) for part in (*parts, *target.items)):
                parts = ()
            for position, item in enumerate(target.items):
                if parts:
                    self._bind(item, "value", parts[position], at)
                elif isinstance(item, f.Starred):
                    self._bind(item.value, "unknown", None, at)
                elif how == "value":
                    self._bind(item, "item", expr, at, position)
                elif how == "element":
                    self._bind(item, "element item", expr, at, position)
                else:
                    self._bind(item, "unknown", None, at)
        elif isinstance(target, f.Starred):
            self._bind(target.value, "unknown", None, at)

    def _block(self, body: tuple[f.Stmt, ...]) -> None:
        for statement in body:
            handler = _INDEXERS.get(type(statement))
            if handler is not None:
                handler(self, statement)

    def _assign(self, s: f.Assign) -> None:
        if s.value is None:
            if s.annotation is not None:
                self._bind(s.targets[0], "annotation", s.annotation, s.at)
            return
        for target in s.targets:
            self._bind(target, "value", s.value, s.at)
            if s.annotation is not None:
                self._bind(target, "annotation", s.annotation, s.at)
        self._walruses(s.value)

    def _evaluate(self, s: f.Evaluate) -> None:
        self._walruses(s.value)

    def _aug(self, s: f.AugAssign) -> None:
        self._bind(s.target, "augment", s.value, s.at)

    def _delete(self, s: f.Delete) -> None:
        for target in s.targets:
            self._bind(target, "delete", None, s.at)

    def _return(self, s: f.Return) -> None:
        self.returns.append(s)
        if s.value is not None:
            self._walruses(s.value)

    def _import(self, s: f.Import) -> None:
        self.imports.append(s)
        for alias in s.names:
            if alias.name == "*":
                self.stars.append(s)
                continue
            name = alias.asname or (alias.name.partition(".")[0] if s.module is None else alias.name)
            self.bindings.setdefault(name, []).append(
                Binding(
                    "import",
                    None,
                    s.at,
                    self.function,
                    len(self.imports) - 1,
                    alias.name if alias.asname or s.module is not None else name,
                )
            )

    def _if(self, s: f.If) -> None:
        self._walruses(s.test)
        self._block(s.body)
        self._block(s.orelse)

    def _while(self, s: f.While) -> None:
        self._walruses(s.test)
        self._block(s.body)
        self._block(s.orelse)

    def _for(self, s: f.ForLoop) -> None:
        self._bind(s.target, "element", s.iter, s.at)
        self._block(s.body)
        self._block(s.orelse)

    def _with(self, s: f.With) -> None:
        for item in s.items:
            if item.target is not None:
                self._bind(item.target, "enter", item.context, s.at)
        self._block(s.body)

    def _try(self, s: f.Try) -> None:
        self._block(s.body)
        for handler in s.handlers:
            if handler.name is not None:
                binding = Binding("except", handler.type, handler.at, self.function, 0, handler.name)
                self.bindings.setdefault(handler.name, []).append(binding)
            self._block(handler.body)
        self._block(s.orelse)
        self._block(s.final)

    def _match(self, s: f.Match) -> None:
        for case in s.cases:
            for name in case.binds:
                self._bind(name, "unknown", None, case.at)
            self._block(case.body)

    def _def(self, s: f.Def) -> None:
        facts = self.function.module.facts.functions[s.function]
        self.bindings.setdefault(facts.name, []).append(
            Binding("def", None, s.at, self.function, s.function, facts.name)
        )

    def _class(self, s: f.ClassDef) -> None:
        facts = self.function.module.facts.classes[s.cls]
        self.bindings.setdefault(facts.name, []).append(Binding("class", None, s.at, self.function, s.cls, facts.name))

    def _walruses(self, expr: f.Expr) -> None:
        if not self._inside:
            return
        kind = type(expr)
        if kind is f.Name or kind is f.Attr or kind is f.Const:
            return
        for node in walk_expression(expr):
            if isinstance(node, f.Walrus):
                self._bind(node.target, "value", node.value, node.at)
            elif isinstance(node, f.Yield):
                self.yields.append(node)


_INDEXERS: dict[type, Callable[..., None]] = {
    f.Assign: Index._assign, f.Evaluate: Index._evaluate, f.AugAssign: Index._aug, f.Delete: Index._delete,
    f.Return: Index._return, f.Import: Index._import, f.If: Index._if, f.While: Index._while,
    f.ForLoop: Index._for, f.With: Index._with, f.Try: Index._try, f.Match: Index._match, f.Def: Index._def,
    f.ClassDef: Index._class,
}  # fmt: skip
