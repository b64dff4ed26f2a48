"""How a wait under a lock is told: what waits, under which lock, and who cannot come."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ...model.finding import Confidence, Step
from ...model.place import Place
from ...program.program import Program
from ...program.values import Address
from ..execution import Root
from ..lock_names import Names, Spelling, lock_names
from ..parallel import Parallel, parallel
from ..traces import Traces, traces
from .wait_rings import Ring
from .waiting import Waiting

_WORDS = {
    "thread": "`join()` waits for {who}",
    "future": "`{what}()` waits for {who}",
    "futures": "`{what}()` waits for {who}",
    "pool": "{call} waits for {who}",
    "queue": "`get()` waits for an item",
    "tasks": "`join()` waits until all items are done",
    "put": "`put()` waits for room",
    "event": "`wait()` waits for the event",
    "barrier": "`wait()` waits at the barrier",
    "condition": "`{what}()` waits on the condition",
}


class Told(NamedTuple):
    """A ring in words. `lock` is the one that is held while waiting, `needed` the one that the `other` wants."""

    at: Place
    label: str
    scope: str
    what: str
    other: str
    lock: Spelling
    needed: Spelling
    subjects: tuple[str, ...]
    steps: tuple[Step, ...]
    notes: tuple[str, ...]
    confidence: Confidence


class WaitStories:
    """Tells rings."""

    def __init__(self, program: Program) -> None:
        self._traces: Traces = program.ask(traces)
        self._names: Names = program.ask(lock_names)
        self._parallel: Parallel = program.ask(parallel)

    def each(self, rings: Iterable[Ring]) -> Iterator[Told]:
        """Rings in words, once for each place and lock."""
        seen: set[tuple[Place, str]] = set()
        for ring in rings:
            told = self.tell(ring)
            if (told.at, told.lock.full) not in seen:
                seen.add((told.at, told.lock.full))
                yield told

    def tell(self, ring: Ring) -> Told:
        """The story of a ring, starting with the thread that waits."""
        paths, names = self._traces, self._names
        event = ring.waiting.event
        trace = paths.trace(ring.waiter.root, event)
        hold = trace.hold_of(ring.hold.lock) or ring.hold
        lock = names.spelling(hold.lock)
        activation, at, entered = trace.towards(hold)
        place = paths.place(activation, at)
        waiter, other = paths.who(trace.root), paths.trace(ring.other.root, ring.need)
        who = paths.who(other.root)
        needed = names.spelling(ring.need.subject)
        kind = ring.waiting.wait
        call = f"`{kind.what}()`" if kind.what.isidentifier() else kind.what
        awaited, other_than = who, who
        if ring.behind is not None:
            awaited, other_than = paths.who(ring.behind[0]), f"{who}, queued before it,"
        elif ring.chain:
            other_than = f"{who}, for which that waits in turn,"
        if ring.chain:
            awaited = self._who_waits(ring.chain[0])
        what = _WORDS[kind.on].format(who=awaited, what=kind.what, call=call)
        steps = [Step(paths.place(hold.activation, hold.at), f"{waiter} takes `{lock.short}` here", trace.root.name)]
        held = paths.held_names(event.held)
        if entered:
            steps.append(
                Step(
                    paths.place(event.activation, event.at),
                    f"and waits here{paths.through(entered)}",
                    trace.root.name,
                    held,
                )
            )
        for further in ring.chain:
            inner = further.event
            told = f"{self._who_waits(further)} waits here in turn"
            steps.append(Step(paths.place(inner.activation, inner.at), told, held=paths.held_names(inner.held)))
        beginning = paths.beginning(other.root)
        if beginning is not None:
            steps.append(beginning)
        under = paths.held_names(ring.need.held)
        steps.append(
            Step(
                paths.place(ring.need.activation, ring.need.at),
                f"{who} wants `{needed.short}` here",
                other.root.name,
                under,
            )
        )
        subjects = {lock.full, needed.full}
        if ring.behind is not None:
            steps.extend(self._queued(*ring.behind))
        if ring.middle is not None:
            steps.extend(self._middle(ring, lock))
        if ring.end is not None:
            steps.append(
                Step(
                    paths.place(ring.end.activation, ring.end.at), "and would end the wait here", other.root.name, under
                )
            )
        return Told(
            place, f"{what}{paths.through(entered)}", activation.function.qualname, what,
            other_than, lock, needed,
            tuple(sorted(subjects)), tuple(step for step in steps if step.at != place), (), self._confidence(ring),
        )  # fmt: skip

    def _who_waits(self, further: Waiting) -> str:
        return self._traces.who(self._parallel.roots_of(further.event.activation)[0])

    def _queued(self, task: Root, pool: Address) -> Iterator[Step]:
        for spawn in task.spawns[:1]:
            told = f"{self._traces.who(task)} waits here for a worker of `{self._names.spelling(pool).short}`"
            yield Step(self._traces.place(spawn.activation, spawn.at), told)

    def _middle(self, ring: Ring, lock: Spelling) -> Iterator[Step]:
        middle = ring.middle
        assert middle is not None
        trace = self._traces.trace(middle.root, middle.event)
        yield from self._traces.acquisition_steps(trace, middle.held, lock.short)

    def _confidence(self, ring: Ring) -> Confidence:
        if ring.hold.kind.reentrant is None or ring.hold.lock.kind == "some":
            return Confidence.LOW
        if not self._traces.trace(ring.waiter.root, ring.waiting.event).certain(ring.hold):
            return Confidence.LOW
        roots = [ring.waiter.root, ring.other.root]
        if all(root.kind in ("thread", "main") for root in roots) and ring.hold.lock.single:
            return Confidence.HIGH
        return Confidence.MEDIUM


def wait_stories(program: Program) -> WaitStories:
    """The teller of the program's waits."""
    return WaitStories(program)
