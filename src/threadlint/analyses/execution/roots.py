"""Roots: where threads begin."""
from __future__ import annotations

from ...program.values import Address
from .activation import Activation
from .events import Event


class Root:
    """Where a thread begins. `many`: several threads may begin here and run at once. `addresses` are the thread objects
    or tasks (for threads); `spawns` the events that start it. `spelling` is how messages call the thread. A root that
    stands for several alike ones (see `parallel`) has them as `members`. `choices` are spawn events that start one of
    several functions, this one or another: a loop over them need not come here twice. Roots of one `line` run one after
    the other."""

    __slots__ = (
        "activation",
        "addresses",
        "choices",
        "domain",
        "function",
        "kind",
        "line",
        "many",
        "members",
        "name",
        "public",
        "spawns",
        "spelling",
    )

    def __init__(self, kind: str, activation: Activation, name: str, public: bool = True) -> None:
        self.kind = kind
        self.activation = activation
        self.function = activation.function
        self.name = name
        self.public = public
        self.many = False
        self.addresses: set[Address] = set()
        self.spawns: list[Event] = []
        self.choices: list[Event] = []
        self.line: object = None
        self.domain = "thread"
        self.spelling = "thread"
        self.members: tuple[Root, ...] = (self,)

    def near(self) -> list[Activation]:
        """What begins here, and what that calls at once; not coroutines, which run later."""
        near = [self.activation, *(edge.callee for edge in self.activation.edges.values())]
        return [activation for activation in dict.fromkeys(near) if not activation.function.facts.is_async]

    def __repr__(self) -> str:
        return f"Root({self.kind} {self.name})"
