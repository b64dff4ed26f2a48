"""What a walk over the paths of a function remembers of one lock."""
from __future__ import annotations

from typing import NamedTuple

from ....model import facts as f
from .outcomes import Outcomes

MOST_STATES = 240


class TooManyPathsError(Exception):
    """The walk was given up."""


class State(NamedTuple):
    """One path at one point. `held`: the offsets of acquisitions not yet given back, oldest first; `missing`: the
    offsets of releases that found nothing to release; `known`: outcomes of tests; `via`: where the loop was
    continued last; `spent`: whether something that was taken on this path has been given back."""

    held: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    known: Outcomes = frozenset()
    via: f.Span = (0, 0)
    spent: bool = False


States = dict[State, None]


class Exit(NamedTuple):
    """How a path leaves a block. `kind`: end, return, raise (a statement), exc (anything that can raise), yield (an
    exception thrown in at a yield), break, continue. `since`: acquisitions before this offset are not to blame.
    `name` is the exception's, or tells what a return gives (nothing, true, something)."""

    kind: str
    at: f.Span
    state: State
    since: int = 0
    name: str | None = None


class Effect(NamedTuple):
    """What calling a helper does to the lock: the ways it returns and the ways it raises, as releases that it makes for
    its caller and acquisitions that it leaves."""

    returns: frozenset[tuple[int, int]]
    raises: frozenset[tuple[int, int]]


class Paths:
    """The outcome of a walk."""

    def __init__(self) -> None:
        self.exits: list[Exit] = []
        self.released: dict[int, dict[f.Span, None]] = {}
        """Acquisitions that some path gives back, with the places of those releases."""
        self.again: list[tuple[int, f.Span]] = []
        """Acquisitions met again while they are held, with the place that led back."""
        self.unheld: dict[f.Span, set[bool]] = {}
        """For each release: for the paths that get there, whether something was held. Guarded releases are left out."""
        self.twice: dict[f.Span, None] = {}
        """Releases met on a path that has given back all that it took."""
        self.inside: dict[f.Span, f.Span] = {}
        """Releases inside a `with` over the lock that nothing takes back before it ends, with the `with`."""

    @property
    def lost(self) -> set[int]:
        """Offsets of releases whose lock is not taken back before the function is left."""
        return {offset for each in self.exits for offset in each.state.missing}
