"""Expressions, in evaluation order of their fields unless a docstring says otherwise."""
from __future__ import annotations

import msgspec

from .nodes import Span, _Node


class Name(_Node, frozen=True, tag="n"):
    """A plain name, read or (as a target) bound."""

    at: Span
    id: str


class Attr(_Node, frozen=True, tag="a"):
    """`value.attr`. `at` covers the whole path; the attribute's own name ends where `at` ends."""

    at: Span
    value: Expr
    attr: str


class Item(_Node, frozen=True, tag="i"):
    """`value[index]`; a slice is an `Other` with kind `slice`."""

    at: Span
    value: Expr
    index: Expr


class Arg(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One argument of a call. `keyword` is None for positional ones; `star` counts the asterisks in front (0, 1, 2)."""

    value: Expr
    keyword: str | None = None
    star: int = 0


class Call(_Node, frozen=True, tag="c"):
    """`func(args)`: the function is evaluated first, then the arguments from left to right."""

    at: Span
    func: Expr
    args: tuple[Arg, ...] = ()


class Const(_Node, frozen=True, tag="k"):
    """A literal. `kind` is one of int float complex str bytes bool none ellipsis; `value` is its value for bool and int
    (when it fits 63 bits), float, and str of at most 200 characters; otherwise None. A minus before a number is part
    of it."""

    at: Span
    kind: str
    value: bool | int | float | str | None = None


class Lambda(_Node, frozen=True, tag="l"):
    """A lambda; `function` indexes `ModuleFacts.functions`, whose body is one `Return`."""

    at: Span
    function: int


class Display(_Node, frozen=True, tag="d"):
    """A list, tuple, set or dict display. `items` are the elements; for a dict they alternate key, value
    (a `**mapping` has a `Const` of kind `none` as its key). Starred elements are `Starred`."""

    at: Span
    kind: str
    items: tuple[Expr, ...] = ()


class Starred(_Node, frozen=True, tag="*"):
    at: Span
    value: Expr


class For(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One `for target in iter if test…` of a comprehension."""

    target: Expr
    iter: Expr
    tests: tuple[Expr, ...] = ()
    is_async: bool = False


class Comprehension(_Node, frozen=True, tag="C"):
    """`kind` is list, set, dict or generator. Evaluated: first `fors[0].iter`, then the rest per iteration."""

    at: Span
    kind: str
    elements: tuple[Expr, ...]
    fors: tuple[For, ...]


class Compare(_Node, frozen=True, tag="<"):
    """`left op right`; a chain `a < b < c` is a `BoolOp("and", [a < b, b < c])` that shares its middle.
    `op` is the source's spelling with single spaces: `<`, `==`, `is`, `is not`, `in`, `not in`, …"""

    at: Span
    op: str
    left: Expr
    right: Expr


class BoolOp(_Node, frozen=True, tag="b"):
    """`a and b`, `a or b`: `op` is `and` or `or`; short-circuits from left to right."""

    at: Span
    op: str
    values: tuple[Expr, ...]


class Not(_Node, frozen=True, tag="!"):
    at: Span
    value: Expr


class BinOp(_Node, frozen=True, tag="+"):
    """An arithmetic or bitwise operation; `op` is the source's spelling (`+`, `|`, `//`, …). A chain of more than 60 is
    an `Other` of kind `unknown` with all the operands: nested facts are for those who read them by recursion."""

    at: Span
    op: str
    left: Expr
    right: Expr


class IfExp(_Node, frozen=True, tag="?"):
    """`body if test else orelse`: the test is evaluated first."""

    at: Span
    test: Expr
    body: Expr
    orelse: Expr


class Walrus(_Node, frozen=True, tag=":"):
    """`target := value`."""

    at: Span
    target: Name
    value: Expr


class Await(_Node, frozen=True, tag="w"):
    at: Span
    value: Expr


class Yield(_Node, frozen=True, tag="y"):
    """`yield value` or, with `is_from`, `yield from value`."""

    at: Span
    value: Expr | None = None
    is_from: bool = False


class Other(_Node, frozen=True, tag="o"):
    """Anything else, with its sub-expressions in evaluation order. `kind` is one of fstring, slice, unary, joined
    (implicit concatenation), unknown."""

    at: Span
    kind: str
    parts: tuple[Expr, ...] = ()


Expr = (
    Name | Attr | Item | Call | Const | Lambda | Display | Starred | Comprehension | Compare | BoolOp | Not | BinOp |
    IfExp | Walrus | Await | Yield | Other
)
