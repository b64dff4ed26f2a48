"""A function run abstractly in one context: who it is bound to, what it was passed, which locks its caller holds."""
from __future__ import annotations

from typing import Any, NamedTuple

from ...program.symbols import Function
from ...program.values import Address, Value, Values
from .events import Event, Hold
from .state import NO_ADDRESSES, NOTHING_GOT, Got, State


class Edge(NamedTuple):
    """A call from one activation to another; `held`, `running`, `ended` as in `Event`. `tested`: it stands in a branch
    that asks for the type of something, or goes to a subclass of an unknown object, or to a method whose name some
    instance binds to something else: not every caller may get there. `guessed`: it goes from code that has lost whose
    method it is to what one subclass makes of it: no caller is known to get there."""

    callee: Activation
    at: tuple[int, int]
    held: tuple[Hold, ...]
    running: frozenset[Address]
    ended: frozenset[Address]
    repeats: bool
    tested: bool = False
    guessed: bool = False


class Activation:
    """One context of a function and everything observed in it.

    `held` are the locks held when it is entered; `bound` the values of its parameters. Afterwards `events` and `edges`
    tell what happened, `returns` what it gives, `exit` the state in which it returns normally (None when it never
    does), `at_yield` the locks held at its yields and `before_yield` what has surely ended by then, `escaped` the
    addresses that it made reachable for others (those `captured` only through functions of the program that see them),
    `asked` all activations whose outcome it looked at, `beginning` the events by which other roots begin.
    """

    __slots__ = (
        "asked", "at_yield", "before_yield", "beginning", "bound", "captured", "cells", "closure", "done", "edges",
        "entry_got", "entry_owned", "escaped", "events", "exit", "function", "held", "number", "receiver", "returns",
        "widened",
    )  # fmt: skip

    def __init__(
        self, function: Function, receiver: Value | None, bound: dict[str, Values], closure: Activation | None,
        held: tuple[Hold, ...], owned: frozenset[Address], number: int, got: Got = NOTHING_GOT,
    ) -> None:  # fmt: skip
        self.function = function
        self.receiver = receiver
        self.bound = bound
        self.closure = closure
        self.held = held
        self.entry_owned = owned
        self.entry_got = got
        self.number = number
        self.events: dict[Any, Event] = {}
        self.beginning: list[Event] = []
        self.edges: dict[Any, Edge] = {}
        self.asked: dict[Activation, None] = {}
        self.cells: dict[str, Values] = {}
        self.returns: Values = ()
        self.exit: State | None = None
        self.at_yield: tuple[Hold, ...] | None = None
        self.before_yield = NO_ADDRESSES
        self.escaped: frozenset[Address] = NO_ADDRESSES
        self.captured: frozenset[Address] = NO_ADDRESSES
        self.done = False
        self.widened = False
        """Whether it stands for many contexts: what it is bound to is no more than *some* object."""

    def __repr__(self) -> str:
        return f"Activation({self.function.qualname} holding {self.held})"
