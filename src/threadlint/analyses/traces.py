"""How a root gets to an event: the calls on the way, and where each lock that is held then was taken."""
from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..model import facts as f
from ..model.finding import Step
from ..model.place import Place
from ..program.program import Program
from ..program.symbols import last_name
from ..program.values import Address, Fn
from .execution import Activation, Edge, Event, Hold, Root, execution
from .execution.done_callbacks import REGISTERS
from .lock_names import lock_names
from .parallel import parallel


class Taken(NamedTuple):
    """A lock taken on the way: by which hold, in which activation."""

    hold: Hold
    activation: Activation


class Trace(NamedTuple):
    """The calls from a root to an event, outermost first, and the locks taken on the way that are still held."""

    root: Root
    event: Event
    edges: tuple[tuple[Activation, Edge], ...]
    taken: tuple[Taken, ...]

    def hold_of(self, lock: Address) -> Hold | None:
        """Where the lock was taken."""
        for taken in reversed(self.taken):
            if taken.hold.lock is lock:
                return taken.hold
        # taken by a call that has returned, or by an attempt
        for hold in (*reversed(self.event.held), *self.event.perhaps):
            if hold.lock is lock:
                return hold
        return None

    def towards(self, hold: Hold) -> tuple[Activation, tuple[int, int], tuple[Activation, ...]]:
        """The statement, in the function that took the lock, that leads to the event: the activation, the place of
        the call (or of the event itself), and the activations entered through it."""
        chain = [activation for activation, _ in self.edges]
        if hold.activation in chain:
            index = len(chain) - 1 - chain[::-1].index(hold.activation)
            while index + 1 < len(self.edges) and _decorates(*self.edges[index]):
                index += 1
            entered = tuple(edge.callee for _, edge in self.edges[index:])
            return self.edges[index][0], self.edges[index][1].at, entered
        for index, (activation, edge) in enumerate(self.edges):  # taken by a call that has returned
            if any(each.lock is hold.lock for each in edge.held):
                return activation, edge.at, tuple(inner.callee for _, inner in self.edges[index:])
        return self.event.activation, self.event.at, ()


    def certain(self, hold: Hold) -> bool:
        """Whether nothing between taking the lock and the event depends on the type of something."""
        for index, (activation, edge) in enumerate(self.edges):
            if activation is hold.activation or any(each.lock is hold.lock for each in edge.held):
                return not any(inner.tested for _, inner in self.edges[index:])
        return True


class Way(NamedTuple):
    """One way from the function that took a lock to an event: the statement there that leads on, the activations
    entered through it, and whether nothing on the way depends on the type of something. `steps`: the place in each
    activation on the way, the event's own last. `if_done`: on the way a callback is registered with a future, and runs
    there only if that is done by then."""

    hold: Hold
    activation: Activation
    at: tuple[int, int]
    entered: tuple[Activation, ...]
    certain: bool
    steps: tuple[tuple[Activation, tuple[int, int]], ...]
    if_done: bool = False


def _registers(caller: Activation, edge: Edge) -> bool:
    """Whether a call is that of a callback by `add_done_callback`."""
    return any(
        event.at == edge.at and event.kind in ("call", "unknown") and isinstance(event.detail.node, f.Call)
        and last_name(event.detail.node) == REGISTERS
        for event in caller.events.values()
    )  # fmt: skip


def _decorates(wrapper: Activation, edge: Edge) -> bool:
    """Whether a call is that of a decorator's inner function to what it decorates."""
    around = wrapper.closure
    return around is not None and any(
        isinstance(value, Fn) and value.function is edge.callee.function
        for values in around.bound.values()
        for value in values
    )


def _counterpart(hold: Hold, inside: tuple[Hold, ...], outside: tuple[Hold, ...]) -> Hold | None:
    """The caller's hold of a lock that the callee was entered with; a subclass may see it under another address."""
    for each in reversed(outside):
        if each.lock is hold.lock:
            return each
    for mine, theirs in zip(inside, outside, strict=False):
        if mine.lock is hold.lock and (mine.at, mine.activation) == (theirs.at, theirs.activation):
            return theirs
    return None


class Traces:
    """Shortest call paths, remembered."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._names = program.ask(lock_names)
        self._dead = program.ask(parallel).dead
        self._parents: dict[Root, dict[Activation, tuple[Activation, Edge] | None]] = {}

    def trace(self, root: Root, event: Event) -> Trace:
        """The shortest way from a root to an event."""
        parents = self._parents.get(root)
        if parents is None:
            pending = [each.activation for each in root.members]
            parents = self._parents[root] = dict.fromkeys(pending)
            for activation in pending:
                for edge in activation.edges.values():
                    if edge.callee not in parents and edge.ended.isdisjoint(self._dead):
                        parents[edge.callee] = (activation, edge)
                        pending.append(edge.callee)
        edges: list[tuple[Activation, Edge]] = []
        here = event.activation
        while (step := parents.get(here)) is not None:
            edges.append(step)
            here = step[0]
        edges.reverse()
        root = next((each for each in root.members if each.activation is here), root)
        taken: list[Taken] = []
        wanted = {hold.lock for hold in event.held}
        for activation, edge in edges:
            for hold in edge.held:
                if hold.activation is activation and hold.lock in wanted and all(t.hold is not hold for t in taken):
                    taken.append(Taken(hold, activation))
        for hold in event.held:
            if hold.activation is event.activation and all(t.hold is not hold for t in taken):
                taken.append(Taken(hold, event.activation))
        return Trace(root, event, tuple(edges), tuple(taken))

    def ways(self, event: Event, lock: Address) -> Iterator[Way]:
        """Every place that leads to an event from a function that took the lock, the nearest first."""
        first = next((hold for hold in reversed(event.held) if hold.lock is lock), None)
        if first is None:
            return
        pending: list[tuple[Activation, Hold, tuple[tuple[Activation, Edge], ...]]] = [(event.activation, first, ())]
        met = {event.activation}
        for activation, hold, chain in pending:
            if all(each.lock is not hold.lock for each in activation.held):
                yield self._way(event, hold, chain)
                continue
            for caller, edge in self._program.ask(execution).callers.get(activation, ()):
                if caller in met or not edge.ended.isdisjoint(self._dead):
                    continue
                theirs = _counterpart(hold, activation.held, edge.held)
                if theirs is not None:
                    met.add(caller)
                    pending.append((caller, theirs, ((caller, edge), *chain)))

    def _way(self, event: Event, hold: Hold, chain: tuple[tuple[Activation, Edge], ...]) -> Way:
        index = 0
        while index + 1 < len(chain) and _decorates(*chain[index]):
            index += 1
        certain = not any(edge.tested for _, edge in chain)
        if not chain:
            return Way(hold, event.activation, event.at, (), True, ((event.activation, event.at),))
        entered = tuple(edge.callee for _, edge in chain[index:])
        if_done = any(_registers(*step) for step in chain)
        steps = (*((caller, edge.at) for caller, edge in chain), (event.activation, event.at))
        return Way(hold, chain[index][0], chain[index][1].at, entered, certain, steps, if_done)

    # --- telling ------------------------------------------------------------------------------------------------

    def held_names(self, holds: tuple[Hold, ...]) -> tuple[str, ...]:
        return tuple(self._names.spelling(hold.lock).short for hold in holds)

    def place(self, activation: Activation, at: tuple[int, int]) -> Place:
        return self._program.place(activation.function, at)

    def beginning(self, root: Root) -> Step | None:
        """Where a thread starts; None for what outside code calls."""
        if root.spawns:
            event = root.spawns[0]
            return Step(self.place(event.activation, event.at), f"{root.spelling} `{root.name}` starts here", root.name)
        return None

    def who(self, root: Root) -> str:
        """How a message names the thread."""
        if root.kind == "thread":
            return f"{root.spelling} `{root.name}`"
        if root.kind == "main":
            return "the main thread"
        return f"a caller of `{root.name}`"

    def through(self, entered: tuple[Activation, ...]) -> str:
        """", through `a` and `b`" for the functions entered on the way; at most three are named."""
        names: list[str] = []
        for activation in entered:
            name = f"`{activation.function.facts.qualname}`"
            if name not in names:
                names.append(name)
        if not names:
            return ""
        if len(names) > 3:
            names = [names[0], "…", names[-1]]
        listed = names[0] if len(names) == 1 else ", ".join(names[:-1]) + f" and {names[-1]}"
        return f", through {listed}"

    def acquisition_steps(self, trace: Trace, lock: Address, wanted: str) -> tuple[Step, ...]:
        """A thread takes `lock`, and then goes for what the event wants: the two or three places to look at."""
        who, root = self.who(trace.root), trace.root
        steps: list[Step] = []
        hold = trace.hold_of(lock)
        if hold is None:
            return ()
        mine = self._names.spelling(lock).short
        held = [t.hold for t in trace.taken]
        before = tuple(held[: held.index(hold)]) if hold in held else ()
        steps.append(
            Step(self.place(hold.activation, hold.at), f"{who} takes `{mine}` here", root.name, self.held_names(before))
        )
        activation, at, entered = trace.towards(hold)
        now = self.held_names(tuple(held))
        steps.append(
            Step(self.place(activation, at), f"and then wants `{wanted}`{self.through(entered)}", root.name, now)
        )
        if entered:
            steps.append(Step(self.place(trace.event.activation, trace.event.at), "here", root.name, now))
        return tuple(steps)


def traces(program: Program) -> Traces:
    """Call paths of the program."""
    return Traces(program)
