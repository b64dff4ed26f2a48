"""Arguments: what a call passes, and how a function binds it."""
from __future__ import annotations

from typing import NamedTuple

from ...model import facts as f
from ..symbols import Function
from ..values import Pack, Value, Values


class Arguments(NamedTuple):
    """What a call passes. `open`: some came through `*` or `**` of unknown length."""

    positional: tuple[Values, ...] = ()
    keywords: tuple[tuple[str, Values], ...] = ()
    node: f.Call | None = None
    open: bool = False

    def get(self, position: int | None, keyword: str = "") -> Values | None:
        """The values of an argument by position or keyword; None when it is not passed."""
        for name, values in self.keywords:
            if name == keyword:
                return values
        if position is not None and position < len(self.positional):
            return self.positional[position]
        return None

    def expr(self, position: int | None, keyword: str = "") -> f.Expr | None:
        """The expression of an argument; None when it is not passed (or only through `*` or `**`)."""
        if self.node is None:
            return None
        index = 0
        for arg in self.node.args:
            if arg.star:
                index = 1_000
            elif arg.keyword is not None:
                if arg.keyword == keyword:
                    return arg.value
            else:
                if index == position:
                    return arg.value
                index += 1
        return None

    def without_first(self) -> Arguments:
        return self._replace(positional=self.positional[1:], node=None)

    def bound(self, function: Function, receiver: Value | None) -> dict[str, Values]:
        """Values by parameter name, as Python binds them; parameters that nothing is passed for are left out."""
        given = list(self.positional)
        if receiver is not None:
            given.insert(0, (receiver,))
        keywords = dict(self.keywords)
        bound: dict[str, Values] = {}
        at = 0
        for param in function.facts.params:
            if param.kind in ("any", "pos"):
                if at < len(given):
                    bound[param.name] = given[at]
                    at += 1
                elif param.name in keywords:
                    bound[param.name] = keywords.pop(param.name)
            elif param.kind == "star":
                bound[param.name] = (Pack(tuple(given[at:])),)
                at = len(given)
            elif param.kind == "key":
                if param.name in keywords:
                    bound[param.name] = keywords.pop(param.name)
            else:
                bound[param.name] = (Pack((), tuple(sorted(keywords.items(), key=lambda item: item[0]))),)
        return bound
