"""Displays and comprehensions."""
from __future__ import annotations

from typing import Any

import libcst as cst

from ..model import facts as f
from .expressions import first
from .reader import EXPRESSIONS, Reader


def tuple_(node: cst.Tuple, r: Reader, pos: int) -> f.Expr:
    lpar = node.lpar
    elements = node.elements
    if not elements:
        start = r.open(pos, len(lpar)) - 1
        end = r.find(")", start) + 1
        r.pos = r.close(end, len(lpar) - 1)
        return f.Display((start, end), "tuple")
    if lpar:
        pos = r.open(pos, len(lpar))
    leading: Any = elements[0]
    head, start = first(leading if type(leading) is cst.StarredElement else leading.value, r, pos)
    items = [head]
    for element in elements[1:]:
        items.append(_element(element, r))
    end = r.pos
    if type(elements[-1].comma) is cst.Comma:
        r.pos = end = r.find(",", end) + 1
    if lpar:
        r.pos = r.close(end, len(lpar))
    return f.Display((start, end), "tuple", tuple(items))


def _element(node: Any, r: Reader) -> f.Expr:
    if type(node) is not cst.StarredElement:
        node = node.value
    return EXPRESSIONS[type(node)](node, r, r.pos)


def starred(node: cst.StarredElement, r: Reader, pos: int) -> f.Expr:
    start = r.find("*", pos)
    value = EXPRESSIONS[type(node.value)](node.value, r, start + 1)
    end = r.pos
    if node.lpar:
        r.pos = r.close(end, len(node.lpar))
    return f.Starred((start, end), value)


def list_(node: cst.List, r: Reader, pos: int) -> f.Expr:
    start = r.find("[", pos)
    r.pos = start + 1
    items = tuple([_element(element, r) for element in node.elements])
    return f.Display((start, _closed(node, r, "]")), "list", items)


def set_(node: cst.Set, r: Reader, pos: int) -> f.Expr:
    start = r.find("{", pos)
    r.pos = start + 1
    items = tuple([_element(element, r) for element in node.elements])
    return f.Display((start, _closed(node, r, "}")), "set", items)


def dict_(node: cst.Dict, r: Reader, pos: int) -> f.Expr:
    start = r.find("{", pos)
    r.pos = start + 1
    items: list[f.Expr] = []
    for element in node.elements:
        if type(element) is cst.DictElement:
            items.append(EXPRESSIONS[type(element.key)](element.key, r, r.pos))
            r.pos = r.find(":", r.pos) + 1
        else:
            items.append(_stars(r))
        items.append(EXPRESSIONS[type(element.value)](element.value, r, r.pos))
    return f.Display((start, _closed(node, r, "}")), "dict", tuple(items))


def _stars(r: Reader) -> f.Const:
    """The key that a `**mapping` does not have."""
    stars = r.start_of("**")
    return f.Const((stars, r.pos), "none")


def _closed(node: Any, r: Reader, bracket: str) -> int:
    r.pos = end = r.find(bracket, r.pos) + 1
    if node.lpar:
        r.pos = r.close(end, len(node.lpar))
    return end


def list_comprehension(node: cst.ListComp, r: Reader, pos: int) -> f.Expr:
    start = r.find("[", pos)
    r.pos = start + 1
    elements = (_only(node.elt, r),)
    fors = _fors(node.for_in, r)
    return f.Comprehension((start, _closed(node, r, "]")), "list", elements, fors)


def set_comprehension(node: cst.SetComp, r: Reader, pos: int) -> f.Expr:
    start = r.find("{", pos)
    r.pos = start + 1
    elements = (_only(node.elt, r),)
    fors = _fors(node.for_in, r)
    return f.Comprehension((start, _closed(node, r, "}")), "set", elements, fors)


def dict_comprehension(node: cst.DictComp, r: Reader, pos: int) -> f.Expr:
    start = r.find("{", pos)
    key = EXPRESSIONS[type(node.key)](node.key, r, start + 1)
    value = EXPRESSIONS[type(node.value)](node.value, r, r.after(":"))
    fors = _fors(node.for_in, r)
    return f.Comprehension((start, _closed(node, r, "}")), "dict", (key, value), fors)


def starred_dict_comprehension(node: Any, r: Reader, pos: int) -> f.Expr:
    start = r.find("{", pos)
    r.pos = start + 1
    key = _stars(r)
    value = EXPRESSIONS[type(node.value)](node.value, r, r.pos)
    fors = _fors(node.for_in, r)
    return f.Comprehension((start, _closed(node, r, "}")), "dict", (key, value), fors)


def generator(node: cst.GeneratorExp, r: Reader, pos: int) -> f.Expr:
    lpar = node.lpar
    if lpar:
        pos = r.open(pos, len(lpar))
    elt, start = first(node.elt, r, pos)
    fors = _fors(node.for_in, r)
    end = r.pos
    if lpar:
        r.pos = r.close(end, len(lpar))
    return f.Comprehension((start, end), "generator", (elt,), fors)


def _only(node: Any, r: Reader) -> f.Expr:
    return EXPRESSIONS[type(node)](node, r, r.pos)


def _fors(node: cst.CompFor | None, r: Reader) -> tuple[f.For, ...]:
    fors: list[f.For] = []
    while node is not None:
        target = EXPRESSIONS[type(node.target)](node.target, r, r.after("for"))
        source = EXPRESSIONS[type(node.iter)](node.iter, r, r.after("in"))
        tests = tuple([EXPRESSIONS[type(test.test)](test.test, r, r.after("if")) for test in node.ifs])
        fors.append(f.For(target, source, tests, node.asynchronous is not None))
        node = node.inner_for_in
    return tuple(fors)


EXPRESSIONS.update({
    cst.Tuple: tuple_, cst.StarredElement: starred, cst.List: list_, cst.Set: set_, cst.Dict: dict_,
    cst.ListComp: list_comprehension, cst.SetComp: set_comprehension, cst.DictComp: dict_comprehension,
    cst.StarredDictComp: starred_dict_comprehension, cst.GeneratorExp: generator,
})  # fmt: skip
