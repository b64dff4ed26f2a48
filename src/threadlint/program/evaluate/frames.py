"""Frames: where an expression is evaluated, and what is made of what happens on the way."""
from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from ...model import facts as f
from ..symbols import Function
from ..values import UNKNOWN, Address, Fn, Obj, Value, Values
from .arguments import Arguments

if TYPE_CHECKING:
    from .expressions import Evaluator

_NO_MATTER: AbstractContextManager[None] = nullcontext()


class Frame:
    """Where an expression is evaluated. Subclasses say what names mean and what calls do."""

    __slots__ = ("evaluator", "function", "receiver")

    def __init__(self, evaluator: Evaluator, function: Function, receiver: Value | None) -> None:
        self.evaluator = evaluator
        self.function = function
        self.receiver = receiver

    @property
    def follows(self) -> bool:
        """Whether special methods that operators and builtins call are of interest here."""
        return False

    @property
    def closure(self) -> Any:
        """What functions defined here close over."""
        return None

    def name(self, node: f.Name) -> Values:
        """The values of a plain name."""
        raise NotImplementedError

    def bind(self, target: f.Expr, values: Values) -> None:
        """Bind a target inside an expression (walrus, comprehension)."""

    def enter(self, fn: Fn, arguments: Arguments, node: f.Expr, hint: Address | None) -> Values:
        """Call a function of the program."""
        raise NotImplementedError

    def external(self, name: str, receiver: Obj | None, arguments: Arguments, node: f.Expr, result: Values) -> Values:
        """A call of a library's function or method gave `result`; a frame may know better."""
        return result

    def reads(self, owner: Values, node: f.Attr | f.Item, found: Values) -> None:
        """An attribute or item of `owner` was read."""

    def unknown_call(self, node: f.Call, arguments: Arguments) -> None:
        """A call of something unknown."""

    def made(self, obj: Obj, arguments: Arguments, node: f.Expr) -> None:
        """An object of the program's class or a library's was made."""

    def repeats(self) -> bool:
        """Whether this place runs more than once for one activation of the function."""
        return False

    def doubt(self, test: f.Expr) -> None:
        """What follows is evaluated only if the test came out in one way."""

    def doubts(self) -> int:
        """How many such tests are in force."""
        return 0

    def settle(self, doubts: int) -> None:
        """Go back to an earlier number of tests in force."""

    def decided(self, test: f.Expr) -> bool | None:
        """The outcome of a test, if it can only be one."""
        return None

    def arm(self, test: f.Expr, outcome: bool) -> AbstractContextManager[None]:
        """Inside, the test is known to have had this outcome."""
        return _NO_MATTER

    def begin_iteration(self, source: Values, given: Values, node: f.Expr) -> None:
        """A comprehension iterates over `source`, which gives `given`."""

    def end_iteration(self) -> None:
        """The innermost iteration is over."""

    def awaits(self, node: f.Expr) -> None:
        """The value of `node` is awaited as soon as it is known."""

    def suspends(self, node: f.Await | f.Yield, values: Values) -> Values:
        """`await` or `yield` with the values of its operand; gives the values of the whole expression."""
        return values if isinstance(node, f.Await) else UNKNOWN
