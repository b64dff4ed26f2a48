"""Objects that a thread gets all of: it is handed a container, and others go on working on what is in there.

Objects made in a loop are many, and one is as good as another: that two threads work on *some* of them says nothing. It
is different where a thread was given a container that holds them (as an argument, through what it closes over, or in a
field of its own object) and does not make them itself: then whatever the other side does to any of them, the thread may
look at that very one.

Not known: which of the objects are taken out of the container meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...knowledge.types import CONTAINERS
from ...program.program import Program
from ...program.symbols import Class
from ...program.values import Address, Obj, Pack, Value, Values, field
from ..execution import Activation, Root
from ..parallel import Parallel, parallel
from .instances import Instances, instances

DEEPEST = 3
"""How many containers may lie in each other."""


class Crowds:
    """The answer: `meet`."""

    def __init__(self, program: Program) -> None:
        self._parallel: Parallel = program.ask(parallel)
        self._explorer = self._parallel.execution.explorer
        self._instances: Instances = program.ask(instances)
        self._held: dict[Root, dict[Address, Class]] = {}

    def meet(self, location: Address, elsewhere: Address, one: Root, other: Root) -> bool:
        """Whether a thread was given a container of the objects at one location by the very root that makes them and
        works on them at the other."""
        return self._given_by(one, location.root, other, elsewhere.root) or self._given_by(
            other, elsewhere.root, one, location.root
        )

    def _given_by(self, thread: Root, seen: Address, maker: Root, worked_on: Address) -> bool:
        if thread is maker or thread.kind != "thread" or thread.domain != "thread":
            return False
        return any(
            _is_one_of(seen, start, cls)
            and _is_one_of(worked_on, start, cls)
            and self._instances.makes(maker, start)
            and not self._instances.makes(thread, start)
            and self._parallel.starts_at_all(maker, thread)
            for start, cls in self._of(thread).items()
        )

    def _of(self, thread: Root) -> dict[Address, Class]:
        known = self._held.get(thread)
        if known is None:
            given = list(_given(thread.activation))
            known = {}
            for values in given:
                for value in values:
                    self._open(value, known, 0)
            for values in given:  # what is also given by itself is one among many
                for value in values:
                    if isinstance(value, Obj):
                        known.pop(value.address, None)
            self._held[thread] = known
        return known

    def _open(self, value: Value, into: dict[Address, Class], depth: int) -> None:
        if not isinstance(value, Obj) or depth > DEEPEST:
            return
        if value.type in CONTAINERS and not value.address.many:  # one container for one thread, others for others
            for held in self._explorer.elements.get(value.address, ()):
                self._take(held, into, depth)
        elif isinstance(value.type, Class) and depth == 0:
            for name in value.type.attribute_bindings:
                for kept in self._explorer.fields.get(field(value.address, name), ()):
                    if isinstance(kept, Obj) and kept.type in CONTAINERS:
                        self._open(kept, into, depth + 1)

    def _take(self, value: Value, into: dict[Address, Class], depth: int) -> None:
        if isinstance(value, Pack):
            for item in value.items:
                for each in item:
                    self._take(each, into, depth)
        elif isinstance(value, Obj):
            if isinstance(value.type, Class) and value.address.many:
                into[value.address] = value.type
            self._open(value, into, depth + 1)


def _is_one_of(address: Address, start: Address, cls: Class) -> bool:
    """Whether an address stands for objects made at `start`, by itself or as callees see them (`Contexts`)."""
    return address is start or (address.kind == "some" and address.key == (cls.qualname, "an argument"))


def _given(activation: Activation) -> Iterator[Values]:
    """What a thread's function can see: its arguments and receiver, and what it closes over."""
    here: Activation | None = activation
    while here is not None:
        yield from here.bound.values()
        if here is not activation:
            yield from here.cells.values()
        here = here.closure


def crowds(program: Program) -> Crowds:
    """Which threads were given many objects at once."""
    return Crowds(program)
