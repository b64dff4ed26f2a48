"""Expressions: names, paths, calls, operators, displays, lambdas.

A reader of a node whose first token belongs to its first child takes its start from that child; when the child stands
in parentheses, from the first of them. Spans exclude a node's own parentheses.
"""
from __future__ import annotations

from typing import Any, cast

import libcst as cst

from ..model import facts as f
from .reader import EXPRESSIONS, Reader, identifier

LONGEST_CHAIN = 60
"""Operands of one chain of arithmetic operators that are kept as nested `BinOp`s; longer chains become flat."""

BINARY: dict[type[Any], str] = {
    cst.Add: "+", cst.Subtract: "-", cst.Multiply: "*", cst.Divide: "/", cst.FloorDivide: "//", cst.Modulo: "%",
    cst.Power: "**", cst.LeftShift: "<<", cst.RightShift: ">>", cst.BitAnd: "&", cst.BitOr: "|", cst.BitXor: "^",
    cst.MatrixMultiply: "@",
}  # fmt: skip
_COMPARE: dict[type[Any], tuple[str, ...]] = {
    cst.LessThan: ("<",), cst.GreaterThan: (">",), cst.Equal: ("==",), cst.LessThanEqual: ("<=",),
    cst.GreaterThanEqual: (">=",), cst.In: ("in",), cst.Is: ("is",), cst.NotIn: ("not", "in"), cst.IsNot: ("is", "not"),
}  # fmt: skip


def first(node: Any, r: Reader, pos: int) -> tuple[f.Expr, int]:
    """A leading child, and where it starts with its parentheses."""
    fact = EXPRESSIONS[type(node)](node, r, pos)
    return fact, (r.find("(", pos) if node.lpar else fact.at[0])


def name(node: cst.Name, r: Reader, pos: int) -> f.Expr:
    value = node.value
    start = r.find(value, pos)
    r.pos = end = start + len(value)
    if node.lpar:
        r.pos = r.close(end, len(node.lpar))
    if value in _CONSTANTS:
        kind, constant = _CONSTANTS[value]
        return f.Const((start, end), kind, constant)
    return f.Name((start, end), value if value.isascii() else identifier(value))


_CONSTANTS: dict[str, tuple[str, bool | None]] = {
    "None": ("none", None), "True": ("bool", True), "False": ("bool", False),
}  # fmt: skip


def attribute(node: cst.Attribute, r: Reader, pos: int) -> f.Expr:
    lpar = node.lpar
    if lpar:
        pos = r.open(pos, len(lpar))
    child = node.value
    value = EXPRESSIONS[type(child)](child, r, pos)
    attr = node.attr.value
    r.pos = end = r.find(attr, r.pos) + len(attr)
    if lpar:
        r.pos = r.close(end, len(lpar))
    start = r.find("(", pos) if child.lpar else value.at[0]
    return f.Attr((start, end), value, attr if attr.isascii() else identifier(attr))


def subscript(node: cst.Subscript, r: Reader, pos: int) -> f.Expr:
    lpar = node.lpar
    if lpar:
        pos = r.open(pos, len(lpar))
    value, start = first(node.value, r, pos)
    r.pos = r.find("[", r.pos) + 1
    elements = node.slice
    annotating = r.annotating
    if annotating and type(value) in (f.Name, f.Attr):
        # The strings of these are data, not annotations.
        r.annotating = (value.id if type(value) is f.Name else value.attr) not in ("Literal", "Annotated")  # type: ignore[union-attr]
    items = tuple([_slice(element.slice, r) for element in elements])
    r.annotating = annotating
    index = items[0]
    if len(items) > 1 or type(elements[0].comma) is cst.Comma:
        index = f.Display((items[0].at[0], items[-1].at[1]), "tuple", items)
    r.pos = end = r.find("]", r.pos) + 1
    if lpar:
        r.pos = r.close(end, len(lpar))
    return f.Item((start, end), value, index)


def _slice(node: Any, r: Reader) -> f.Expr:
    if type(node) is cst.Index:
        if node.star is not None:
            start = r.start_of("*")
            value = EXPRESSIONS[type(node.value)](node.value, r, r.pos)
            return f.Starred((start, r.pos), value)
        return EXPRESSIONS[type(node.value)](node.value, r, r.pos)
    parts: list[f.Expr] = []
    start = -1
    if node.lower is not None:
        lower, start = first(node.lower, r, r.pos)
        parts.append(lower)
    colon = r.start_of(":")
    if start < 0:
        start = colon
    if node.upper is not None:
        parts.append(EXPRESSIONS[type(node.upper)](node.upper, r, r.pos))
    if type(node.second_colon) is cst.Colon:
        r.after(":")
    if node.step is not None:
        parts.append(EXPRESSIONS[type(node.step)](node.step, r, r.pos))
    return f.Other((start, r.pos), "slice", tuple(parts))


def call(node: cst.Call, r: Reader, pos: int) -> f.Expr:
    lpar = node.lpar
    if lpar:
        pos = r.open(pos, len(lpar))
    child = node.func
    func = EXPRESSIONS[type(child)](child, r, pos)
    r.pos = r.find("(", r.pos) + 1
    args = tuple([argument(arg, r) for arg in node.args]) if node.args else ()
    r.pos = end = r.find(")", r.pos) + 1
    if lpar:
        r.pos = r.close(end, len(lpar))
    return f.Call((r.find("(", pos) if child.lpar else func.at[0], end), func, args)


def argument(node: cst.Arg, r: Reader) -> f.Arg:
    """An argument of a call or of a class statement."""
    keyword = node.keyword
    value = node.value
    if keyword is not None:
        name = r.name(keyword.value, r.pos).id
        return f.Arg(EXPRESSIONS[type(value)](value, r, r.find("=", r.pos) + 1), name)
    star = node.star
    if star:
        return f.Arg(EXPRESSIONS[type(value)](value, r, r.find(star, r.pos) + len(star)), None, len(star))
    return f.Arg(EXPRESSIONS[type(value)](value, r, r.pos))


def comparison(node: cst.Comparison, r: Reader, pos: int) -> f.Expr:
    lpar = node.lpar
    if lpar:
        pos = r.open(pos, len(lpar))
    left, start = first(node.left, r, pos)
    compares: list[f.Expr] = []
    outer_start = start
    for target in node.comparisons:
        operator = target.operator
        words = _COMPARE.get(type(operator)) or (cast(str, getattr(operator, "value", "!=")),)
        for word in words:
            r.pos = r.find(word, r.pos) + len(word)
        right, right_start = first(target.comparator, r, r.pos)
        compares.append(f.Compare((start, r.pos), " ".join(words), left, right))
        left, start = right, right_start
    end = r.pos
    if lpar:
        r.pos = r.close(end, len(lpar))
    if len(compares) == 1:
        return compares[0]
    return f.BoolOp((outer_start, end), "and", tuple(compares))


def binary(node: cst.BinaryOperation, r: Reader, pos: int) -> f.Expr:
    """Chains lean to the left, so they are followed by a loop: generated code has very long ones."""
    lpar = node.lpar
    if lpar:
        pos = r.open(pos, len(lpar))
    spine = [node]
    left: Any = node.left
    while type(left) is cst.BinaryOperation and not left.lpar:
        spine.append(left)
        left = left.left
    value, start = first(left, r, pos)
    if len(spine) > LONGEST_CHAIN:
        operands = [value]
    for level in reversed(spine):
        op = BINARY[type(level.operator)]
        right_node = level.right
        right = EXPRESSIONS[type(right_node)](right_node, r, r.find(op, r.pos) + len(op))
        if len(spine) > LONGEST_CHAIN:
            operands.append(right)
        else:
            value = f.BinOp((start, r.pos), op, value, right)
    end = r.pos
    if lpar:
        r.pos = r.close(end, len(lpar))
    return f.Other((start, end), "unknown", tuple(operands)) if len(spine) > LONGEST_CHAIN else value


def boolean(node: cst.BooleanOperation, r: Reader, pos: int) -> f.Expr:
    """`a and b and c` is one operation, however the parser nests it."""
    lpar = node.lpar
    if lpar:
        pos = r.open(pos, len(lpar))
    kind = type(node.operator)
    op = "and" if kind is cst.And else "or"
    rights = [node.right]
    left: Any = node.left
    while type(left) is cst.BooleanOperation and not left.lpar and type(left.operator) is kind:
        rights.append(left.right)
        left = left.left
    value, start = first(left, r, pos)
    values = [value]
    for right in reversed(rights):
        values.append(EXPRESSIONS[type(right)](right, r, r.find(op, r.pos) + len(op)))
    end = r.pos
    if lpar:
        r.pos = r.close(end, len(lpar))
    return f.BoolOp((start, end), op, tuple(values))


_UNARY: dict[type[Any], str] = {cst.Not: "not", cst.Minus: "-", cst.Plus: "+", cst.BitInvert: "~"}


def unary(node: cst.UnaryOperation, r: Reader, pos: int) -> f.Expr:
    op = _UNARY[type(node.operator)]
    start = r.find(op, pos)
    value = EXPRESSIONS[type(node.expression)](node.expression, r, start + len(op))
    end = r.pos
    if node.lpar:
        r.pos = r.close(end, len(node.lpar))
    if op == "-" and isinstance(value, f.Const) and value.kind in ("int", "float"):
        if isinstance(value.value, (int, float)):
            return f.Const((start, end), value.kind, -value.value)
    return f.Not((start, end), value) if op == "not" else f.Other((start, end), "unary", (value,))


def conditional(node: cst.IfExp, r: Reader, pos: int) -> f.Expr:
    lpar = node.lpar
    if lpar:
        pos = r.open(pos, len(lpar))
    body, start = first(node.body, r, pos)
    test = EXPRESSIONS[type(node.test)](node.test, r, r.after("if"))
    orelse = EXPRESSIONS[type(node.orelse)](node.orelse, r, r.after("else"))
    end = r.pos
    if lpar:
        r.pos = r.close(end, len(lpar))
    return f.IfExp((start, end), test, body, orelse)


def walrus(node: cst.NamedExpr, r: Reader, pos: int) -> f.Expr:
    target = EXPRESSIONS[type(node.target)](node.target, r, pos)
    start = target.at[0]
    r.bind(target)
    value = EXPRESSIONS[type(node.value)](node.value, r, r.after(":="))
    end = r.pos
    if node.lpar:
        r.pos = r.close(end, len(node.lpar))
    return f.Walrus((start, end), cast(f.Name, target), value)


def awaited(node: cst.Await, r: Reader, pos: int) -> f.Expr:
    start = r.find("await", pos)
    value = EXPRESSIONS[type(node.expression)](node.expression, r, start + 5)
    end = r.pos
    if node.lpar:
        r.pos = r.close(end, len(node.lpar))
    return f.Await((start, end), value)


def yielded(node: cst.Yield, r: Reader, pos: int) -> f.Expr:
    start = r.find("yield", pos)
    r.pos = start + 5
    r.scope.is_generator = True
    inner: Any = node.value
    value: f.Expr | None = None
    is_from = type(inner) is cst.From
    if is_from:
        r.after("from")
        inner = inner.item
    if inner is not None:
        value = EXPRESSIONS[type(inner)](inner, r, r.pos)
    end = r.pos
    if node.lpar:
        r.pos = r.close(end, len(node.lpar))
    return f.Yield((start, end), value, is_from)


EXPRESSIONS.update({
    cst.Name: name, cst.Attribute: attribute, cst.Subscript: subscript, cst.Call: call, cst.Comparison: comparison,
    cst.BinaryOperation: binary, cst.BooleanOperation: boolean, cst.UnaryOperation: unary, cst.IfExp: conditional,
    cst.NamedExpr: walrus, cst.Await: awaited, cst.Yield: yielded,
})  # fmt: skip
