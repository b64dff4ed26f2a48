"""Statements. Spans of compound ones cover the header, from the keyword to the last token before the colon."""
from __future__ import annotations

from typing import Any

import libcst as cst

from ..model import facts as f
from ..syntax import SyntaxFailure
from .expressions import BINARY, first
from .reader import EXPRESSIONS, STATEMENTS, Reader

LONGEST_ELIF = 40
"""Branches of one `if` that are kept as nested `If`s; longer chains become a `Match` of guards, which is flat."""


def block(node: Any, r: Reader) -> tuple[f.Stmt, ...]:
    """The statements of a suite; moves behind the last."""
    found: list[f.Stmt] = []
    for line in node.body:
        before = r.pos
        kind = type(line)
        if kind is cst.SimpleStatementLine:
            for small in line.body:
                found.append(STATEMENTS[type(small)](small, r))
        else:
            found.append(STATEMENTS[kind](line, r))
        if r.pos <= before:
            # A token was not found, so the walk has started again from the top.
            raise SyntaxFailure("the parser's tree does not fit the text", before)
    return tuple(found)


def expression(node: Any, r: Reader) -> f.Expr:
    """An expression from where the reader stands."""
    return EXPRESSIONS[type(node)](node, r, r.pos)


def evaluate(node: cst.Expr, r: Reader) -> f.Stmt:
    value, start = first(node.value, r, r.pos)
    return f.Evaluate((start, r.pos), value)


def assign(node: cst.Assign, r: Reader) -> f.Stmt:
    targets: list[f.Expr] = []
    start = -1
    for each in node.targets:
        target, at = first(each.target, r, r.pos)
        r.bind(target)
        targets.append(target)
        if start < 0:
            start = at
        r.pos = r.find("=", r.pos) + 1
    value = EXPRESSIONS[type(node.value)](node.value, r, r.pos)
    return f.Assign((start, r.pos), tuple(targets), value)


def annotated(node: cst.AnnAssign, r: Reader) -> f.Stmt:
    from .definitions import annotation

    target, start = first(node.target, r, r.pos)
    if not node.target.lpar:
        r.bind(target)
    hint = annotation(node.annotation, r, ":")
    value: f.Expr | None = None
    if node.value is not None:
        value = EXPRESSIONS[type(node.value)](node.value, r, r.after("="))
    return f.Assign((start, r.pos), (target,), value, hint)


_AUGMENTED = {getattr(cst, f"{kind.__name__}Assign"): op for kind, op in BINARY.items()}


def augmented(node: cst.AugAssign, r: Reader) -> f.Stmt:
    target, start = first(node.target, r, r.pos)
    r.bind(target)
    op = _AUGMENTED[type(node.operator)]
    value = EXPRESSIONS[type(node.value)](node.value, r, r.after(op + "="))
    return f.AugAssign((start, r.pos), target, op, value)


def delete(node: cst.Del, r: Reader) -> f.Stmt:
    start = r.start_of("del")
    target = expression(node.target, r)
    r.bind(target)
    targets = target.items if type(target) is f.Display else (target,)
    return f.Delete((start, r.pos), targets)


def return_(node: cst.Return, r: Reader) -> f.Stmt:
    start = r.start_of("return")
    value = expression(node.value, r) if node.value is not None else None
    return f.Return((start, r.pos), value)


def raise_(node: cst.Raise, r: Reader) -> f.Stmt:
    start = r.start_of("raise")
    exc = expression(node.exc, r) if node.exc is not None else None
    cause: f.Expr | None = None
    if node.cause is not None:
        cause = EXPRESSIONS[type(node.cause.item)](node.cause.item, r, r.after("from"))
    return f.Raise((start, r.pos), exc, cause)


def assert_(node: cst.Assert, r: Reader) -> f.Stmt:
    start = r.start_of("assert")
    test = expression(node.test, r)
    message = expression(node.msg, r) if node.msg is not None else None
    return f.Assert((start, r.pos), test, message)


def jump(node: Any, r: Reader) -> f.Stmt:
    kind = type(node).__name__.lower()
    start = r.start_of(kind)
    return f.Jump((start, r.pos), kind)


def scope(node: Any, r: Reader) -> f.Stmt:
    kind = type(node).__name__.lower()
    start = r.start_of(kind)
    names = tuple([r.name(item.name.value, r.pos).id for item in node.names])
    declared = r.scope.globals if kind == "global" else r.scope.nonlocals
    declared.update(dict.fromkeys(names))
    return f.Scope((start, r.pos), kind, names)


def if_(node: cst.If, r: Reader) -> f.Stmt:
    """A chain of `elif` is followed by a loop: generated code has very long ones."""
    branches: list[tuple[f.Span, f.Expr, tuple[f.Stmt, ...]]] = []
    last: tuple[f.Stmt, ...] = ()
    here: Any = node
    word = "if"
    while type(here) is cst.If:
        start = r.start_of(word)
        test = expression(here.test, r)
        at = (start, r.pos)
        branches.append((at, test, block(here.body, r)))
        here = here.orelse
        word = "elif"
    if here is not None:
        r.after("else")
        else_at = (r.pos - 4, r.pos)
        last = block(here.body, r)
        if len(branches) > LONGEST_ELIF:
            return _as_match(branches, (else_at, last))
    elif len(branches) > LONGEST_ELIF:
        return _as_match(branches, None)
    chain: f.If | None = None
    for at, test, body in reversed(branches):
        chain = f.If(at, test, body, last)
        last = (chain,)
    assert chain is not None
    return chain


def _as_match(
    branches: list[tuple[f.Span, f.Expr, tuple[f.Stmt, ...]]], last: tuple[f.Span, tuple[f.Stmt, ...]] | None
) -> f.Match:
    cases = [f.Case(at, (), (), test, body) for at, test, body in branches]
    if last is not None:
        cases.append(f.Case(last[0], (), (), None, last[1], always=True))
    at = branches[0][0]
    return f.Match(at, f.Const((at[0], at[0]), "none"), tuple(cases))


def _orelse(node: Any, r: Reader) -> tuple[f.Stmt, ...]:
    if node is None:
        return ()
    r.after("else")
    return block(node.body, r)


def while_(node: cst.While, r: Reader) -> f.Stmt:
    start = r.start_of("while")
    test = expression(node.test, r)
    at = (start, r.pos)
    body = block(node.body, r)
    return f.While(at, test, body, _orelse(node.orelse, r))


def for_(node: cst.For, r: Reader) -> f.Stmt:
    is_async = node.asynchronous is not None
    start = r.start_of("async") if is_async else -1
    keyword = r.start_of("for")
    target = expression(node.target, r)
    r.bind(target)
    source = EXPRESSIONS[type(node.iter)](node.iter, r, r.after("in"))
    at = (keyword if start < 0 else start, r.pos)
    body = block(node.body, r)
    return f.ForLoop(at, target, source, body, _orelse(node.orelse, r), is_async)


def with_(node: cst.With, r: Reader) -> f.Stmt:
    is_async = node.asynchronous is not None
    start = r.start_of("async") if is_async else -1
    keyword = r.start_of("with")
    parenthesised = type(node.lpar) is cst.LeftParen
    if parenthesised:
        r.after("(")
    items: list[f.WithItem] = []
    for item in node.items:
        context = expression(item.item, r)
        target: f.Expr | None = None
        if item.asname is not None:
            target = EXPRESSIONS[type(item.asname.name)](item.asname.name, r, r.after("as"))
            r.bind(target)
        items.append(f.WithItem(context, target))
    if parenthesised:
        r.after(")")
    at = (keyword if start < 0 else start, r.pos)
    body = block(node.body, r)
    return f.With(at, tuple(items), body, r.pos, is_async)


def try_(node: Any, r: Reader) -> f.Stmt:
    start = r.start_of("try")
    at = (start, start + 3)
    is_star = type(node) is cst.TryStar
    body = block(node.body, r)
    handlers = tuple([_handler(handler, r, is_star) for handler in node.handlers])
    orelse = _orelse(node.orelse, r)
    final: tuple[f.Stmt, ...] = ()
    if node.finalbody is not None:
        r.after("finally")
        final = block(node.finalbody.body, r)
    return f.Try(at, body, handlers, orelse, final, is_star)


def _handler(node: Any, r: Reader, is_star: bool) -> f.Handler:
    start = r.start_of("except")
    if is_star:
        r.after("*")
    kind = expression(node.type, r) if node.type is not None else None
    name: str | None = None
    if node.name is not None:
        r.after("as")
        name = r.name(node.name.name.value, r.pos).id
        r.scope.binds[name] = None
    at = (start, r.pos)
    return f.Handler(at, kind, name, block(node.body, r))


STATEMENTS.update({
    cst.Expr: evaluate, cst.Assign: assign, cst.AnnAssign: annotated, cst.AugAssign: augmented, cst.Del: delete,
    cst.Return: return_, cst.Raise: raise_, cst.Assert: assert_, cst.Pass: jump, cst.Break: jump, cst.Continue: jump,
    cst.Global: scope, cst.Nonlocal: scope, cst.If: if_, cst.While: while_, cst.For: for_, cst.With: with_,
    cst.Try: try_, cst.TryStar: try_,
})  # fmt: skip
