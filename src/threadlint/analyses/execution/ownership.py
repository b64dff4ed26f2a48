"""Ownership: the state of one run of a function, and which objects nobody else can reach yet.

What a function makes is its own until it lets it escape: by storing it where others look, by passing it to code that is
not seen, or by handing it to a thread. What hangs off an object goes with it.
"""
from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING

from ...model import facts as f
from ...program.evaluate import Frame
from ...program.values import Address, Fn, Obj, Pack, Partial, Values
from .activation import Activation
from .handing_over import lose
from .state import State

if TYPE_CHECKING:
    from .explore import Explorer


class OwningFrame(Frame):
    """A frame that runs, and knows what it owns."""

    __slots__ = (
        "activation",
        "awaited",
        "exits",
        "explorer",
        "fresh",
        "iterated",
        "loops",
        "muted",
        "snapshots",
        "state",
        "tested",
        "used",
    )
    evaluator: Explorer

    def __init__(self, explorer: Explorer, activation: Activation) -> None:
        super().__init__(explorer, activation.function, activation.receiver)
        self.explorer = explorer
        self.activation = activation
        self.state = State(activation.held, activation.entry_owned)
        self.state.got = activation.entry_got
        self.state.names.update(activation.bound)
        self.exits: list[tuple[str, State]] = []
        """How paths left the block being run: (return | raise | break | continue, state)."""
        self.snapshots: list[list[State]] = []
        """For each `try` around: states at which an exception may leave its body."""
        self.loops = 0
        self.muted = 0
        self.tested = 0
        """How many branches around ask for the type of something."""
        self.awaited: f.Expr | None = None
        self.used = True
        self.iterated: list[frozenset[Address]] = []
        """For each loop around: the objects that its target stands for, one by one."""
        self.fresh: set[Address] = set()
        """Objects made in the current iteration of the innermost loop."""

    def go_on_from(self, state: State | None) -> None:
        """What follows starts from this state; None where no path gets there: then nothing of the block is run."""
        self.state = state  # type: ignore[assignment]  # who ends or joins paths asks for None, statements never meet it

    @property
    def closure(self) -> Activation:
        return self.activation

    def repeats(self) -> bool:
        return self.loops > 0

    def owns(self, address: Address) -> bool:
        """Whether nobody else can reach the object at an address, or what it hangs off."""
        owned = self.state.owned
        here: Address | None = address
        while here is not None:
            if here in owned:
                return True
            here = here.base
        return False

    def escape(self, values: Values) -> None:
        """The values can be reached by others from now on."""
        owned = self.state.owned
        if not owned and not self.state.got:
            return
        gone: set[Address] = set()
        captured: set[Address] = set()
        pending = list(values)
        while pending:
            value = pending.pop()
            if isinstance(value, Obj):
                gone |= self._given_up_with(value)
            elif isinstance(value, Fn):
                if value.receiver is not None:
                    pending.append(value.receiver)
                if isinstance(value.closure, Activation):
                    for held in (*value.closure.cells.values(), *value.closure.bound.values()):
                        for each in held:
                            captured |= self._given_up_with(each) if isinstance(each, Obj) else set()
            elif isinstance(value, Pack):
                pending.extend(v for item in value.items for v in item)
            elif isinstance(value, Partial):
                pending.append(value.function)
                pending.extend(v for item in value.args for v in item)
        if gone or captured:
            self.give_up(gone | captured, captured - gone)

    def _given_up_with(self, obj: Obj) -> set[Address]:
        """What only this thread could reach of an object and what it hangs off."""
        got = {address for address, _ in self.state.got}
        return {here for here in obj.address.path() if here in self.state.owned or here in got}

    def give_up(self, gone: set[Address], captured: Set[Address]) -> None:
        """Others can reach objects, and what hangs off them; those that are captured only in functions of the
        program."""
        handed_on = (self.activation.escaped - self.activation.captured) | (gone - captured)
        self.activation.captured = (self.activation.captured | captured) - handed_on
        if self.state.owned:
            self._drag_along(gone)
            self.state.owned -= gone
        if self.state.got:
            lose(self.state, gone)
        self.activation.escaped |= gone

    def _drag_along(self, gone: set[Address]) -> None:
        """What hangs off objects that can be reached can be reached itself."""
        tenants, owned = self.evaluator.tenants, self.state.owned
        pending = list(gone)
        for owner in pending:
            for address in tenants.get(owner, ()):
                if address in owned and address not in gone:
                    gone.add(address)
                    pending.append(address)
