"""Expressions: what each kind of them evaluates to, and in which order its parts are evaluated."""
from __future__ import annotations

from collections.abc import Callable

from ...knowledge import types
from ...model import facts as f
from ..symbols import Class
from ..values import UNKNOWN, Address, Cls, Fn, Lit, Obj, Pack, Values, union
from . import protocols
from .arguments import Arguments
from .calls import Calls
from .frames import Frame
from .library_results import NOTHING


class Evaluator(Calls):
    """The meaning of expressions; see the package's docstring."""

    def evaluate_in(self, expr: f.Expr, frame: Frame, hint: Address | None = None) -> Values:
        """The values of an expression; `hint` names the object that it makes, if it makes one."""
        kind = type(expr)
        if kind is f.Name:
            return frame.name(expr)  # type: ignore[arg-type]
        return _MEANINGS[kind](self, expr, frame, hint)

    def _const(self, expr: f.Const, frame: Frame, hint: Address | None) -> Values:
        if expr.kind == "none":
            return NOTHING
        return (Lit(expr.value),) if expr.value is not None else UNKNOWN

    def _attr(self, expr: f.Attr, frame: Frame, hint: Address | None) -> Values:
        owner = self.evaluate_in(expr.value, frame)
        found = UNKNOWN
        for value in owner:
            found = union(found, self.attribute(value, expr.attr, frame, expr))
        if not owner:
            found = self.of_whoever_has(expr.attr)
        frame.reads(owner, expr, found)
        return found

    def of_whoever_has(self, attr: str) -> Values:
        """The values of an attribute of an object of which nothing is known."""
        return UNKNOWN

    def _item(self, expr: f.Item, frame: Frame, hint: Address | None) -> Values:
        owner = self.evaluate_in(expr.value, frame)
        self.evaluate_in(expr.index, frame)
        found = UNKNOWN
        for value in owner:
            if isinstance(value, Pack):
                at = expr.index.value if isinstance(expr.index, f.Const) else None
                if isinstance(at, int) and -len(value.items) <= at < len(value.items):
                    found = union(found, value.items[at])
                elif isinstance(at, str):
                    found = union(found, dict(value.keywords).get(at, UNKNOWN))
                else:
                    found = union(found, *value.items) if value.items else found
            elif isinstance(value, Obj):
                method = self.special(value, "__getitem__")
                if method is not None:
                    found = union(found, frame.enter(method, Arguments((UNKNOWN,)), expr, None))
                else:
                    found = union(found, self.elements_of((value,)))
        frame.reads(owner, expr, found)
        return found

    def _call(self, expr: f.Call, frame: Frame, hint: Address | None) -> Values:
        callees = self.evaluate_in(expr.func, frame)
        arguments = self.arguments(expr, frame)
        if not callees:
            if frame.follows:
                protocols.of_a_string(self, expr, arguments, frame)
            frame.unknown_call(expr, arguments)
            return UNKNOWN
        found = UNKNOWN
        for number, callee in enumerate(callees):
            place = hint
            if number and isinstance(callee, Cls):  # one of several classes: its instance is not that of the first
                key = (frame.function.module.name, expr.at[0], callee.cls.qualname)
                place = Address("site", None, key, frame.repeats())
            found = union(found, self.call(callee, arguments, frame, expr, place))
        return found

    def arguments(self, expr: f.Call, frame: Frame) -> Arguments:
        """The evaluated arguments of a call, with packs spread out."""
        if not expr.args:
            return Arguments((), (), expr)
        positional: list[Values] = []
        keywords: list[tuple[str, Values]] = []
        is_open = False
        for arg in expr.args:
            values = self.evaluate_in(arg.value, frame)
            if arg.star == 0:
                if arg.keyword is None:
                    positional.append(values)
                else:
                    keywords.append((arg.keyword, values))
            else:
                packs = [value for value in values if isinstance(value, Pack)]
                if len(packs) == 1:
                    if arg.star == 1:
                        positional.extend(packs[0].items)
                    else:
                        keywords.extend(packs[0].keywords)
                else:
                    is_open = True
        return Arguments(tuple(positional), tuple(keywords), expr, is_open)

    def _lambda(self, expr: f.Lambda, frame: Frame, hint: Address | None) -> Values:
        return (Fn(frame.function.module.functions[expr.function], None, frame.closure),)

    def _display(self, expr: f.Display, frame: Frame, hint: Address | None) -> Values:
        items = [self.evaluate_in(item, frame) for item in expr.items]
        if expr.kind == "tuple":
            if any(isinstance(item, f.Starred) for item in expr.items):
                return UNKNOWN
            return (Pack(tuple(items)),)
        made = self.allocate(f"builtins.{expr.kind}", frame, expr, hint)
        values = items[1::2] if expr.kind == "dict" else items
        if any(values):
            self.put(made.address, union(UNKNOWN, *values))
        frame.made(made, Arguments(), expr)
        return (made,)

    def _starred(self, expr: f.Starred, frame: Frame, hint: Address | None) -> Values:
        return self.elements_of(self.evaluate_in(expr.value, frame))

    def _comprehension(self, expr: f.Comprehension, frame: Frame, hint: Address | None) -> Values:
        for clause in expr.fors:
            source = self.evaluate_in(clause.iter, frame)
            given = self.iterated(source, frame, clause.iter)
            frame.begin_iteration(source, given, clause.iter)
            frame.bind(clause.target, given)
            for test in clause.tests:
                self.evaluate_in(test, frame)
        values = [self.evaluate_in(each, frame) for each in expr.elements]
        for _ in expr.fors:
            frame.end_iteration()
        kind = "list" if expr.kind == "generator" else expr.kind
        made = self.allocate(f"builtins.{kind}", frame, expr, hint)
        if values[-1]:
            self.put(made.address, values[-1])
        if expr.kind != "generator":
            frame.made(made, Arguments(), expr)
        return (made,)

    def _boolop(self, expr: f.BoolOp, frame: Frame, hint: Address | None) -> Values:
        found = UNKNOWN
        before = frame.doubts()
        for value in expr.values:
            values = self.evaluate_in(value, frame, hint)
            if values and value is not expr.values[-1] and frame.follows:
                protocols.ask(self, values, protocols.TRUTH, frame, value)
            found = union(found, tuple(v for v in values if not (isinstance(v, Lit) and not v.value)))
            if frame.decided(value) is (expr.op == "or"):
                break  # what follows is not looked at
            frame.doubt(value)
        frame.settle(before)
        return found

    def _ifexp(self, expr: f.IfExp, frame: Frame, hint: Address | None) -> Values:
        self.test(expr.test, frame)
        truth = frame.decided(expr.test)
        if truth is not None:
            return self.evaluate_in(expr.body if truth else expr.orelse, frame, hint)
        with frame.arm(expr.test, True):
            body = self.evaluate_in(expr.body, frame, hint)
        with frame.arm(expr.test, False):
            return union(body, self.evaluate_in(expr.orelse, frame, hint))

    def _walrus(self, expr: f.Walrus, frame: Frame, hint: Address | None) -> Values:
        values = self.evaluate_in(expr.value, frame, hint)
        frame.bind(expr.target, values)
        return values

    def _await(self, expr: f.Await, frame: Frame, hint: Address | None) -> Values:
        frame.awaits(expr.value)
        return frame.suspends(expr, self.evaluate_in(expr.value, frame, hint))

    def _yield(self, expr: f.Yield, frame: Frame, hint: Address | None) -> Values:
        values = self.evaluate_in(expr.value, frame) if expr.value is not None else NOTHING
        return frame.suspends(expr, values)

    def _compare(self, expr: f.Compare, frame: Frame, hint: Address | None) -> Values:
        left = self.evaluate_in(expr.left, frame)
        right = self.evaluate_in(expr.right, frame)
        if expr.op in ("in", "not in"):
            for value in right:
                method = self.special(value, "__contains__") if isinstance(value, Obj) else None
                if method is not None:
                    frame.enter(method, Arguments((UNKNOWN,)), expr, None)
                elif isinstance(value, Obj) and isinstance(value.type, Class) and frame.follows:
                    for base in self.program.hierarchy.library_bases(value.type)[:1]:
                        protocols.mixed_in(self, value, base, "__contains__", Arguments((left,)), frame, expr)
        elif left and frame.follows:
            protocols.compared(self, expr, left, right, frame)
        return UNKNOWN

    def _not(self, expr: f.Not, frame: Frame, hint: Address | None) -> Values:
        self.test(expr.value, frame)
        return UNKNOWN

    def _binop(self, expr: f.BinOp, frame: Frame, hint: Address | None) -> Values:
        left = self.evaluate_in(expr.left, frame)
        right = self.evaluate_in(expr.right, frame)
        if expr.op == "%" and right and frame.follows:
            protocols.filled_in(self, expr.left, right, frame, expr)
        if any(isinstance(v, Obj) and v.type in types.CONTAINERS for v in left):
            made = self.allocate("builtins.list", frame, expr, hint)
            self.put(made.address, union(self.elements_of(left), self.elements_of(right)))
            return (made,)
        return UNKNOWN

    def _other(self, expr: f.Other, frame: Frame, hint: Address | None) -> Values:
        for part in expr.parts:
            values = self.evaluate_in(part, frame)
            if values and expr.kind == "fstring" and frame.follows:
                protocols.ask(self, values, protocols.FORMAT, frame, part)
        return UNKNOWN

    def test(self, expr: f.Expr, frame: Frame) -> Values:
        """The values of an expression whose truth decides what comes next."""
        values = self.evaluate_in(expr, frame)
        if values and frame.follows:
            protocols.ask(self, values, protocols.TRUTH, frame, expr)
        return values

    def iterated(self, values: Values, frame: Frame, node: f.Expr) -> Values:
        """What a `for` over the values binds: keys of a dict are unknown; `__iter__` of the program's classes is
        run."""
        found = UNKNOWN
        for value in values:
            if isinstance(value, Obj):
                if value.type in types.DICTS:
                    continue
                method = self.special(value, "__iter__")
                if method is not None:
                    found = union(
                        found, self.elements_of(frame.enter(method, Arguments(), node, None))
                    )
                    continue
            found = union(found, self.elements_of((value,)))
        return found


_MEANINGS: dict[type, Callable[..., Values]] = {
    f.Attr: Evaluator._attr, f.Item: Evaluator._item, f.Call: Evaluator._call, f.Const: Evaluator._const,
    f.Lambda: Evaluator._lambda, f.Display: Evaluator._display, f.Starred: Evaluator._starred,
    f.Comprehension: Evaluator._comprehension, f.Compare: Evaluator._compare, f.BoolOp: Evaluator._boolop,
    f.Not: Evaluator._not, f.BinOp: Evaluator._binop, f.IfExp: Evaluator._ifexp, f.Walrus: Evaluator._walrus,
    f.Await: Evaluator._await, f.Yield: Evaluator._yield, f.Other: Evaluator._other,
}  # fmt: skip
