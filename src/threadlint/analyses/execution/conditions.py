"""Conditions: what is known where a test came out one way.

A test can be decided by the text alone or by a literal that the caller passed (`self.look(reload=False)`), it can tell
what a name may be (`isinstance`), and it can tell whether a lock was taken (`if lock.acquire(timeout=1):`).
"""
from __future__ import annotations

from typing import TYPE_CHECKING

from ...model import facts as f
from ...program.symbols import Class, last_name
from ...program.traverse import walk_expression
from ...program.values import Cls, Ext, Fn, Lit, Obj, Value
from .declarations import compares_with_none
from .events import takes_again
from .marks import taken_again
from .state import State

if TYPE_CHECKING:
    from .frame import ActiveFrame


def constant_truth(test: f.Expr) -> bool | None:
    """True or False for conditions that are decided by the text (`while True`, `if TYPE_CHECKING`)."""
    if isinstance(test, f.Const) and test.kind in ("bool", "int", "none"):
        return bool(test.value)
    if last_name(test) == "TYPE_CHECKING" and isinstance(test, (f.Name, f.Attr)):
        return False
    if isinstance(test, f.Compare) and test.op == "==" and isinstance(test.left, f.Name) and test.left.id == "__name__":
        return True
    return None


def decided(frame: ActiveFrame, test: f.Expr) -> bool | None:
    """The outcome of a test that the text decides, or a literal that the caller passed for a parameter."""
    if isinstance(test, f.Name):
        given = _passed(frame, test)
        return None if given is None else bool(given.value)
    if isinstance(test, f.Compare) and isinstance(test.left, f.Name) and compares_with_none(test):
        given = _passed(frame, test.left)
        return None if given is None else (given.value is None) == (test.op == "is")
    if isinstance(test, f.Not):
        inner = decided(frame, test.value)
        return None if inner is None else not inner
    if isinstance(test, f.BoolOp):
        parts = [decided(frame, value) for value in test.values]
        if test.op == "and":
            return False if False in parts else (None if None in parts else True)
        return True if True in parts else (None if None in parts else False)
    return constant_truth(test)


def _passed(frame: ActiveFrame, name: f.Name) -> Lit | None:
    """The literal that the caller passed, or did not replace, for a parameter that nothing else binds."""
    if name.id in frame.explorer.switches(frame.function):
        given = frame.activation.bound.get(name.id, ())
        if len(given) == 1 and isinstance(given[0], Lit):
            return given[0]
    return None


def assume_kind(frame: ActiveFrame, test: f.Expr, outcome: bool) -> None:
    """Narrow what names mean in one arm of `a if isinstance(name, T) else b`."""
    if isinstance(test, f.Not):
        assume_kind(frame, test.value, not outcome)
    elif isinstance(test, f.Call) and isinstance(test.func, f.Name) and test.func.id == "isinstance":
        _narrow(frame, test, frame.state, outcome)


def _narrow(frame: ActiveFrame, test: f.Call, state: State, outcome: bool) -> None:
    """`isinstance(name, T)`: where it holds the name is no function, and no object of an unrelated class; else it is
    none of exactly that class."""
    if len(test.args) != 2 or not isinstance(test.args[0].value, f.Name):
        return
    known = state.names.get(test.args[0].value.id)
    if not known:
        return
    frame.muted += 1
    kinds = frame.evaluator.evaluate_in(test.args[1].value, frame)
    frame.muted -= 1
    if len(kinds) != 1 or not isinstance(kinds[0], (Cls, Ext)):
        return
    kept = tuple(value for value in known if _may_be(frame, value, kinds[0], outcome))
    if kept:
        state.names[test.args[0].value.id] = kept


def _may_be(frame: ActiveFrame, value: Value, kind: Cls | Ext, outcome: bool) -> bool:
    """Whether a value can be (or, with outcome False, not be) an instance of a class."""
    if isinstance(value, Fn):
        return not outcome or (isinstance(kind, Ext) and "Callable" in kind.name)
    if not isinstance(value, Obj):
        return True
    exact = value.type is kind.cls if isinstance(kind, Cls) else value.type == kind.name
    if not outcome:
        return not exact
    if isinstance(kind, Cls) and isinstance(value.type, Class):
        hierarchy = frame.explorer.program.hierarchy
        return kind.cls in hierarchy.mro(value.type) or value.type in hierarchy.mro(kind.cls)
    return True


def asks_for_a_type(frame: ActiveFrame, test: f.Expr) -> bool:
    """Whether a test asks for the type of something."""
    if isinstance(test, (f.Name, f.Attr, f.Const)):
        return False
    known = frame.explorer.type_tests.get(id(test))
    if known is None:
        known = frame.explorer.type_tests[id(test)] = any(
            isinstance(node, f.Call) and last_name(node) in ("isinstance", "issubclass")
            for node in walk_expression(test)
        )
    return known


def refine(frame: ActiveFrame, test: f.Expr) -> tuple[State, State]:
    """The states in which a condition, already evaluated, was true and false."""
    yes, no = frame.state.copy(), frame.state
    _assume(frame, test, yes, True)
    _assume(frame, test, no, False)
    return yes, no


def _assume(frame: ActiveFrame, test: f.Expr, state: State, outcome: bool) -> None:
    if isinstance(test, f.Not):
        _assume(frame, test.value, state, not outcome)
    elif isinstance(test, f.BoolOp) and (test.op == "and") == outcome:
        for value in test.values:
            _assume(frame, value, state, outcome)
    elif isinstance(test, f.Walrus):
        _assume(frame, test.value, state, outcome)
    elif isinstance(test, f.Compare) and test.op in ("is", "==") and isinstance(test.right, f.Const):
        if test.right.kind == "bool":
            _assume(frame, test.left, state, outcome == test.right.value)
    elif isinstance(test, f.Call) and isinstance(test.func, f.Name) and test.func.id == "isinstance":
        _narrow(frame, test, state, outcome)
    else:
        hold = frame.explorer.tried.get((test.at, frame.function)) if isinstance(test, f.Call) else None
        if hold is None and isinstance(test, f.Name):
            hold = state.flags.get(test.id)
        if hold is not None:
            state.settle(hold.lock)
            if outcome and hold not in state.held:
                if takes_again(hold, state.held):  # who holds the lock does not get it, however it is asked for
                    state.ended |= {taken_again(hold.lock)}
                state.held = (*state.held, hold)
            elif not outcome and state.holds(hold.lock) is hold:
                state.release(hold.lock)
