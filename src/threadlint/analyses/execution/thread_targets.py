"""Threads and pools as they are made, and what runs when they are started."""
from __future__ import annotations

from typing import TYPE_CHECKING

from ...knowledge.threads import CONSTRUCTORS
from ...model import facts as f
from ...program.evaluate import Arguments
from ...program.symbols import Class
from ...program.values import Address, Fn, Obj, Value
from .activation import Activation
from .declarations import Declarations
from .events import Event
from .library import callables, spread

if TYPE_CHECKING:
    from ...program.program import Program
    from .frame import ActiveFrame


class ThreadTargets(Declarations):
    """Remembers where objects were made, and of threads what they will run."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.pool_of: dict[Address, Address] = {}
        self.specs: dict[Address, tuple[tuple[Fn, Arguments], ...]] = {}
        self.specs_by_site: dict[tuple[str, int], Address] = {}
        self._specs_within: dict[tuple[Activation, Address], tuple[tuple[Fn, Arguments], ...]] = {}
        """Where one helper makes threads for many: what the thread runs that was made in one call of it."""
        self.constructions: dict[Address, tuple[Obj, Arguments, f.Expr, Activation]] = {}
        self.makings: dict[tuple[str, tuple[str, int]], tuple[Obj, Arguments, f.Expr, Activation]] = {}
        """By type and site: every place that makes an object, with the first making seen there."""
        self.spawns: list[Event] = []
        """Where threads are started."""
        self.registrations: list[Event] = []
        """Where functions are given away that may run in the middle of others, see `callbacks`."""

    def begins(self, event: Event) -> None:
        """A root begins by an event."""
        (self.spawns if event.kind == "spawn" else self.registrations).append(event)

    def forget_makings(self, gone: set[Activation]) -> None:
        """Forget what these activations made."""
        lost = [address for address, made in self.constructions.items() if made[3] in gone]
        for address in lost:
            del self.constructions[address]
            self.specs.pop(address, None)
        self.specs_by_site = {site: at for site, at in self.specs_by_site.items() if at in self.constructions}
        self.makings = {site: made for site, made in self.makings.items() if made[3] not in gone}
        self._specs_within = {made: specs for made, specs in self._specs_within.items() if made[0] not in gone}

    def constructed(
        self, obj: Obj, arguments: Arguments, node: f.Expr, frame: ActiveFrame, base: str | None = None
    ) -> None:
        """An object was made; of threads, remember what they will run."""
        kind = base or obj.type
        if base is None:
            self.constructions.setdefault(obj.address, (obj, arguments, node, frame.activation))
            if obj.site is not None:
                self.makings.setdefault((obj.type_name, obj.site), (obj, arguments, node, frame.activation))
                self.specs_by_site.setdefault(obj.site, obj.address)
        spawner = CONSTRUCTORS.get(kind) if isinstance(kind, str) else None
        if spawner is None:
            return
        target = arguments.get(spawner.target, spawner.keyword)
        if target:
            args = arguments.get(spawner.args if isinstance(spawner.args, int) else None, "args")
            keywords = arguments.get(None, "kwargs")
            passed = spread(frame, args, keywords)
            found = callables(target, passed)
            known = self.specs.get(obj.address, ())
            self.specs[obj.address] = known + tuple(each for each in found if each not in known)
            self._specs_within[frame.activation, obj.address] = found
            frame.escape(target)
            for values in passed.positional:
                frame.escape(values)

    def targets_of(self, thread: Obj) -> tuple[tuple[Fn, Arguments], ...]:
        """What runs when a thread is started: `run` of its class, or its target."""
        if isinstance(thread.type, Class):
            exact = thread.address.kind != "some"
            runs = self.program.hierarchy.targets(thread.type, "run", exact)
            if runs:
                return tuple((Fn(run, thread), Arguments()) for run in runs)
        found = self.specs.get(thread.address)
        if found is None and thread.site is not None:
            found = self.specs.get(self.specs_by_site.get(thread.site, thread.address))
        return found or ()

    def made_within(self, activation: Activation, thread: Obj) -> tuple[tuple[Fn, Arguments], ...]:
        """What a thread runs that this call of a function made; nothing for one that comes from elsewhere."""
        return self._specs_within.get((activation, thread.address), ())

    def handed_out(self, callee: Activation, before: Value, now: Value) -> None:
        """A call gives a thread that it made, which its caller knows by another name."""
        if isinstance(before, Obj) and isinstance(now, Obj) and before.address is not now.address:
            specs = self.made_within(callee, before)
            if specs:
                known = self.specs.get(now.address, ())
                self.specs[now.address] = known + tuple(each for each in specs if each not in known)

    def started(self, frame: ActiveFrame, thread: Obj) -> None:
        for target, passed in self.made_within(frame.activation, thread) or self.targets_of(thread):
            frame.escape((target,))
            for values in passed.positional:
                frame.escape(values)
        frame.escape((thread,))
