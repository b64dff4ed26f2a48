"""Functions, lambdas, classes, and what stands in their headers."""
from __future__ import annotations

from typing import Any

import libcst as cst

from ..model import facts as f
from .expressions import argument
from .literals import docstring
from .reader import EXPRESSIONS, STATEMENTS, Reader, Scope, identifier
from .statements import block


def annotation(node: Any, r: Reader, indicator: str) -> f.Expr:
    """An annotation behind its colon or arrow; strings in it are parsed when they parse."""
    pos = r.after(indicator)
    r.annotating = True
    fact = EXPRESSIONS[type(node.annotation)](node.annotation, r, pos)
    r.annotating = False
    return fact


def parameters(node: cst.Parameters, r: Reader) -> tuple[f.Param, ...]:
    """All the parameters in their order; moves behind the last."""
    params = [_parameter(p, r, "pos") for p in node.posonly_params]
    if type(node.posonly_ind) is cst.ParamSlash:
        r.after("/")
    params.extend([_parameter(p, r, "any") for p in node.params])
    star = node.star_arg
    if type(star) is cst.Param:
        r.after("*")
        params.append(_parameter(star, r, "star"))
    elif type(star) is cst.ParamStar:
        r.after("*")
    params.extend([_parameter(p, r, "key") for p in node.kwonly_params])
    if node.star_kwarg is not None:
        r.after("**")
        params.append(_parameter(node.star_kwarg, r, "starstar"))
    return tuple(params)


def _parameter(node: cst.Param, r: Reader, kind: str) -> f.Param:
    name = r.name(node.name.value, r.pos)
    annotated = annotation(node.annotation, r, ":") if node.annotation is not None else None
    default: f.Expr | None = None
    if node.default is not None:
        default = EXPRESSIONS[type(node.default)](node.default, r, r.after("="))
    return f.Param(name.at, name.id, kind, default, annotated)


def type_parameters(node: cst.TypeParameters | None, r: Reader) -> None:
    """Move behind type parameters; nothing in them is of interest."""
    if node is None:
        return
    r.after("[")
    for each in node.params:
        r.name(each.param.name.value, r.pos)
        if type(each.param) is cst.TypeVar and each.param.bound is not None:
            EXPRESSIONS[type(each.param.bound)](each.param.bound, r, r.after(":"))
        if each.default is not None:
            r.after("=")
            EXPRESSIONS[type(each.default)](each.default, r, r.after("*") if each.star else r.pos)
    r.after("]")


def decorators(nodes: Any, r: Reader) -> tuple[f.Expr, ...]:
    if not nodes:
        return ()
    return tuple([EXPRESSIONS[type(node.decorator)](node.decorator, r, r.after("@")) for node in nodes])


def function(node: cst.FunctionDef, r: Reader) -> f.Stmt:
    decorated = decorators(node.decorators, r)
    is_async = node.asynchronous is not None
    start = r.start_of("async") if is_async else -1
    keyword = r.start_of("def")
    if start < 0:
        start = keyword
    name = r.name(node.name.value, r.pos)
    r.scope.binds[name.id] = None
    type_parameters(node.type_parameters, r)
    r.after("(")
    params = parameters(node.params, r)
    header_end = r.after(")")
    returns: f.Expr | None = None
    if node.returns is not None:
        returns = annotation(node.returns, r, "->")
        header_end = r.pos
    index = len(r.functions)
    r.functions.append(None)
    outer = (r.scope, r.function, r.cls, r.prefix)
    parent, cls = r.function, r.cls
    qualname = r.prefix + name.id
    r.scope = scope = Scope()
    for param in params:
        scope.binds[param.name] = None
    r.function, r.cls, r.prefix = index, -1, qualname + "."
    body = block(node.body, r)
    r.scope, r.function, r.cls, r.prefix = outer
    r.functions[index] = f.FunctionFacts(
        name.id, qualname, (start, r.pos), name.at, parent, cls, params, decorated, returns, body, scope.own(),
        tuple(scope.globals), tuple(scope.nonlocals), is_async, scope.is_generator, docstring(node.body.body),
    )  # fmt: skip
    return f.Def((start, header_end), index)


def lambda_(node: cst.Lambda, r: Reader, pos: int) -> f.Expr:
    annotating, r.annotating = r.annotating, False
    start = r.find("lambda", pos)
    r.pos = start + 6
    params = parameters(node.params, r)
    colon = r.after(":")
    index = len(r.functions)
    r.functions.append(None)
    outer = (r.scope, r.function, r.cls, r.prefix)
    parent, qualname = r.function, r.prefix + "<lambda>"
    r.scope = scope = Scope()
    for param in params:
        scope.binds[param.name] = None
    r.function, r.cls, r.prefix = index, -1, qualname + "."
    value = EXPRESSIONS[type(node.body)](node.body, r, colon)
    end = r.pos
    r.scope, r.function, r.cls, r.prefix = outer
    r.functions[index] = f.FunctionFacts(
        "<lambda>", qualname, (start, end), (start, start + 6), parent, -1, params, (), None,
        (f.Return(value.at, value),), scope.own(), is_generator=scope.is_generator,
    )  # fmt: skip
    if node.lpar:
        r.pos = r.close(end, len(node.lpar))
    r.annotating = annotating
    return f.Lambda((start, end), index)


def class_(node: cst.ClassDef, r: Reader) -> f.Stmt:
    decorated = decorators(node.decorators, r)
    start = r.start_of("class")
    name = r.name(node.name.value, r.pos)
    r.scope.binds[name.id] = None
    header_end = name.at[1]
    if node.type_parameters is not None:
        type_parameters(node.type_parameters, r)
        header_end = r.pos
    bases: tuple[f.Expr, ...] = ()
    keywords: tuple[f.Arg, ...] = ()
    if type(node.lpar) is cst.LeftParen:
        r.after("(")
        bases, keywords = _class_arguments(node, r)
        header_end = r.after(")")
    index = len(r.classes)
    r.classes.append(None)
    outer = (r.scope, r.cls, r.outer_cls, r.prefix)
    outer_cls, qualname = r.cls, r.prefix + name.id
    # What a class body binds is no local of the function around it.
    r.scope = Scope()
    r.cls, r.prefix = index, qualname + "."
    body = block(node.body, r)
    r.scope, r.cls, r.outer_cls, r.prefix = outer
    r.classes[index] = f.ClassFacts(
        name.id, qualname, (start, r.pos), name.at, r.function, outer_cls, bases, keywords, decorated, body,
        docstring(node.body.body),
    )  # fmt: skip
    return f.ClassDef((start, header_end), index)


def _class_arguments(node: cst.ClassDef, r: Reader) -> tuple[tuple[f.Expr, ...], tuple[f.Arg, ...]]:
    bases: list[f.Expr] = []
    for base in node.bases:
        starts = r.find("*", r.pos)
        arg = argument(base, r)
        bases.append(f.Starred((starts, r.pos), arg.value) if arg.star else arg.value)
    return tuple(bases), tuple([argument(keyword, r) for keyword in node.keywords])


def type_alias(node: cst.TypeAlias, r: Reader) -> f.Stmt:
    start = r.start_of("type")
    name = r.name(node.name.value, r.pos)
    r.scope.binds[identifier(node.name.value)] = None
    type_parameters(node.type_parameters, r)
    value = EXPRESSIONS[type(node.value)](node.value, r, r.after("="))
    return f.Assign((start, r.pos), (name,), value)


EXPRESSIONS[cst.Lambda] = lambda_
STATEMENTS.update({cst.FunctionDef: function, cst.ClassDef: class_, cst.TypeAlias: type_alias})
