"""How a piece of shared state stands: what keeps its accesses apart, if anything does.

- *apart*: no change of it meets another access: only one thread comes here, or one after the other;
- *own*: the same, but only because nothing says that threads share an instance of its class: public methods change it
  without a lock;
- *guarded*: one lock is held at all places that count (constructors and ends do not), or at most of them;
- *locked*: any two places that meet hold a lock in common, though there is none that all hold;
- *bare*: places without a common lock meet. Whether that breaks anything is told by the rules; single steps do not.
"""

from __future__ import annotations

from typing import NamedTuple

from ...program.program import Program
from ...program.values import Address
from .guards import Guards, decisions, exempt, guards
from .shared_state import Shared, SharedState, Site, shared_state


class Standing(NamedTuple):
    """`what` is apart, own, guarded, locked or bare; of the `total` functions that count, `held` hold `lock`."""

    what: str
    lock: Address | None = None
    held: int = 0
    total: int = 0


class Standings:
    """The answer: `of` a location."""

    def __init__(self, program: Program) -> None:
        self._state: SharedState = program.ask(shared_state)
        self._guards: Guards = program.ask(guards)

    def of(self, shared: Shared) -> Standing:
        """How one location stands."""
        meeting = [(one, other) for one in shared.changes for other in shared.sites if self._meet(one, other)]
        if not meeting:
            return Standing("own" if any(map(_by_a_caller, shared.changes)) else "apart")
        usages = [usage for usage in self._guards.usages(shared) if not exempt(usage.function)]
        guard = self._guards.guard(usages)
        if guard is not None:
            counted = decisions(usages)
            holding = [usage for usage in counted if guard.lock in usage.locks]
            return Standing("guarded", self._guards.address(holding[0], guard.lock), len(holding), len(counted))
        bare = any(self._state.conflict(one, other, locks=True) for one, other in meeting)
        return Standing("bare" if bare else "locked")

    def _meet(self, one: Site, other: Site) -> bool:
        return not exempt(other.function) and self._state.beside(one, other, locks=True)


def _by_a_caller(change: Site) -> bool:
    """Whether code outside the program can bring about a change of some object's attribute without a lock."""
    outside = change.root.kind == "entry" and change.root.public
    return outside and not change.event.held and change.location.kind == "field"


def standings(program: Program) -> Standings:
    """How the program's shared state stands."""
    return Standings(program)
