"""Rounds: what is run again because reads came too early.

Activations are run in the order in which roots and calls are met, and the heap knows no order of stores: a read can
find nothing where something that matters is stored later. After a round, the activations that this happened to are
forgotten, with all that asked for them, directly or not, and all that stands inside them; the next round meets every
root again, and runs what was forgotten over the heap that is known by then. All others keep what they did. What no
root leads to any more is no part of the answer.
"""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...program.symbols import Function
from .activation import Activation
from .thread_targets import ThreadTargets

if TYPE_CHECKING:
    from ...program.program import Program

MOST_ROUNDS = 2


class Rounds(ThreadTargets):
    """The activations that are known, and which of them the current round has met; see the module's docstring."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.activations: dict[Any, Activation] = {}
        """By what tells them apart (see `contexts`)."""
        self._numbers: dict[Any, int] = {}
        self._contexts: dict[tuple[Function, int | None], int] = {}
        self._met: set[Activation] = set()
        self._functions_met: set[Function] = set()

    def begin_round(self) -> None:
        """Meet the roots anew; what is known of activations stays."""
        self._met.clear()
        self._functions_met.clear()
        self.spawns = []
        self.registrations = []

    def drop_unmet(self) -> None:
        """Activations that nothing has led to in this round are no part of the program's run."""
        if len(self._met) < len(self.activations):
            self.activations = {key: each for key, each in self.activations.items() if each in self._met}

    def renew(self, queues_only: bool = False) -> bool:
        """Forget what another round has to run again; False when it would tell nothing more."""
        early = self.too_early(queues_only)
        if early is None:
            return False
        gone = self._resting_on(early)
        self.activations = {key: each for key, each in self.activations.items() if each not in gone}
        self._contexts.clear()
        for each in self.activations.values():
            self._count(each.function, each.closure)
        self.forget_makings(gone)
        return True

    def _resting_on(self, early: set[Activation]) -> set[Activation]:
        """Activations whose outcome follows from one of these: their callers, and the functions nested in them."""
        dependents: dict[Activation, list[Activation]] = {}
        for each in self.activations.values():
            for callee in each.asked:
                dependents.setdefault(callee, []).append(each)
            if each.closure is not None:
                dependents.setdefault(each.closure, []).append(each)
        pending = sorted(early, key=lambda each: each.number)
        gone = set(pending)
        for each in pending:  # grows while it is read
            for dependent in dependents.get(each, ()):
                if dependent not in gone:
                    gone.add(dependent)
                    pending.append(dependent)
        return gone

    def add(self, key: Any, activation: Activation) -> None:
        """An activation that is about to run for the first time."""
        self.activations[key] = activation
        self._count(activation.function, activation.closure)
        self.meet(activation)

    def meet(self, activation: Activation) -> Activation:
        """A root, or the activation that runs, leads to this one, and so to all that it leads to."""
        if self.running:
            self.running[-1].asked[activation] = None
        if activation not in self._met:
            self._met.add(activation)
            pending = [activation]
            for each in pending:  # grows while it is read
                self._functions_met.add(each.function)
                for event in each.beginning:
                    self.begins(event)
                for callee in each.asked:
                    if callee not in self._met:
                        self._met.add(callee)
                        pending.append(callee)
        return activation

    def has_run(self, function: Function) -> bool:
        """Whether there is an activation of the function in this round."""
        return function in self._functions_met

    def number_of(self, key: Any) -> int:
        """The same for what is run again as it was before: cells of a function are named by it."""
        return self._numbers.setdefault(key, len(self._numbers))

    def contexts_of(self, function: Function, closure: Activation | None) -> int:
        """How many activations of a function there are within one of what it is nested in."""
        return self._contexts.get((function, closure.number if closure is not None else None), 0)

    def _count(self, function: Function, closure: Activation | None) -> None:
        key = (function, closure.number if closure is not None else None)
        self._contexts[key] = self._contexts.get(key, 0) + 1
