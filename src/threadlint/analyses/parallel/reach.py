"""Reach: which activations and events each root leads to, and which threads may be running there.

The sets of threads that may be running because this root started them (*running*: may-started and not must-joined), and
of those that have surely ended, are kept by the ways that lead to an activation. What a function calls that is run for
any of its callers leads to no override of one class alone: those who have that class were not seen to come.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from ...program.program import Program
from ...program.values import Address
from ..execution import Activation, Event, Execution, Root
from .lock_owners import LockOwners

_NONE: frozenset[Address] = frozenset()
MOST_WAYS = 12
MOST_WAYS_OF_AN_ENTRY = 3
"""In how many ways (threads running, threads ended) an activation is looked at per root. What outside code calls runs
beside everything that it did not start itself, so that more ways tell little there."""


class Occurrence(NamedTuple):
    """An event as a root meets it; `running` are the threads started by this root that may be running then."""

    root: Root
    event: Event
    running: frozenset[Address]
    ended: frozenset[Address]


class Reach(LockOwners):
    """What each root meets."""

    def __init__(self, program: Program, found: Execution) -> None:
        super().__init__(program)
        self.execution = found
        self._leading: dict[tuple[str, ...], set[Activation]] = {}
        self._roots_of: dict[Activation, list[Root]] = {}
        self._busy: set[Root] = set()
        self.roots = self._together(found)
        self._reached: dict[
            tuple[Root, tuple[str, ...]], dict[Activation, set[tuple[frozenset[Address], frozenset[Address]]]]
        ] = {}
        self._onward: dict[
            tuple[str, ...], dict[Activation, tuple[tuple[Activation, frozenset[Address], frozenset[Address]], ...]]
        ] = {}
        """The calls of an activation that lead to events of these kinds: callee, threads started and ended by then."""
        self._pools = found.explorer.pool_of
        self.dead: set[Address] = set()
        """What never ends, and marks of what nobody gets past: see `dead_ends`."""
        self.unborn: set[Root] = set()
        """Threads that nobody gets to start."""

    def _together(self, found: Execution) -> list[Root]:
        """The roots, with entries that nothing tells apart put together: those that neither start threads nor wait for
        any and that are equally public, equally many and equally meant for threads."""
        busy = self._before(
            activation
            for activation in found.activations
            if any(edge.running or edge.ended for edge in activation.edges.values())
            or any(event.running or event.ended or event.kind == "spawn" for event in activation.events.values())
        )
        roots: list[Root] = []
        alike: dict[tuple[bool, bool, bool], Root] = {}
        members: dict[Root, list[Root]] = {}
        for root in found.roots:
            if root.kind != "entry":
                roots.append(root)
                if root.activation in busy:
                    self._busy.add(root)
            elif root.function in found.closed:
                continue
            elif root.activation in busy:
                roots.append(root)
                self._busy.add(root)
            else:
                key = (root.public, root.many, self.meant_for_threads(root.function))
                first = alike.get(key)
                if first is None:
                    first = alike[key] = Root("entry", root.activation, root.name, root.public)
                    first.function, first.line = root.function, root.line
                    first.many = root.many
                    members[first] = []
                    roots.append(first)
                members[first].append(root)
        for first, those in members.items():
            first.members = tuple(those)
        return roots

    def reached(
        self, root: Root, *kinds: str
    ) -> dict[Activation, set[tuple[frozenset[Address], frozenset[Address]]]]:
        """The activations that a root leads to, with the (running, ended) sets at their entry; where kinds are given,
        only those from which an event of these kinds can be reached."""
        known = self._reached.get((root, kinds))
        if known is None:
            leading = self._leading_to(kinds) if kinds else None
            begun = [each.activation for each in root.members if leading is None or each.activation in leading]
            known = self._reached[root, kinds] = {activation: {(_NONE, _NONE)} for activation in begun}
            most = MOST_WAYS_OF_AN_ENTRY if root.kind == "entry" else MOST_WAYS
            pending = [(activation, _NONE, _NONE) for activation in begun]
            onward = self._onward.setdefault(kinds, {})
            for activation, running, ended in pending:
                calls = onward.get(activation)
                if calls is None:
                    calls = onward[activation] = tuple({
                        (edge.callee, edge.running, edge.ended): None
                        for edge in activation.edges.values()
                        if not edge.guessed and (leading is None or edge.callee in leading)
                    })  # fmt: skip
                for callee, started, waited in calls:
                    after = (running, ended)
                    if started or waited:
                        after = ((running - self._waited(waited, running)) | started, (ended - started) | waited)
                    seen = known.get(callee)
                    if seen is None:
                        known[callee] = {after}
                        pending.append((callee, *after))
                    elif after not in seen and len(seen) < most:
                        seen.add(after)
                        pending.append((callee, *after))
        return known

    def _leading_to(self, kinds: tuple[str, ...]) -> set[Activation]:
        """Activations from which an event of these kinds can be reached."""
        known = self._leading.get(kinds)
        if known is None:
            known = self._leading[kinds] = self._before(
                event.activation for kind in kinds for event in self.execution.events(kind)
            )
        return known

    def _before(self, ends: Iterable[Activation]) -> set[Activation]:
        """Activations from which one of these can be reached, themselves included."""
        known = set(ends)
        pending = list(known)
        for activation in pending:
            for caller, _ in self.execution.callers.get(activation, ()):
                if caller not in known:
                    known.add(caller)
                    pending.append(caller)
        return known

    def _waited(self, ended: frozenset[Address], running: frozenset[Address]) -> frozenset[Address]:
        """What has surely ended: the threads waited for, and the tasks of the pools that were closed."""
        if not ended:
            return ended
        return ended | {task for task in running if self._pools.get(task) in ended}

    def occurrences(self, root: Root, *kinds: str) -> Iterator[Occurrence]:
        """The events of these kinds that a root can meet."""
        for activation, entries in self.reached(root, *kinds).items():
            for event in activation.events.values():
                if event.kind in kinds:
                    for running, ended in entries:
                        now = (running - self._waited(event.ended, running)) | event.running
                        occurrence = Occurrence(root, event, now, (ended - event.running) | event.ended)
                        if not self.never_comes(occurrence):
                            yield occurrence

    def never_comes(self, occurrence: Occurrence) -> bool:
        """Whether it lies behind a dead end, so that the thread never gets there."""
        return bool(self.dead) and (
            occurrence.root in self.unborn or not occurrence.ended.isdisjoint(self.dead)
        )

    def getting_to(self, event: Event) -> list[Root]:
        """The roots that lead to an event, without those that have a dead end on every way."""
        roots = self.roots_of(event.activation)
        if not self.dead:
            return roots
        return [root for root in roots if not all(map(self.never_comes, self._meeting(root, event)))]

    def is_met(self, event: Event) -> bool:
        """Whether somebody gets to an event."""
        return not self.dead or bool(self.getting_to(event))

    def met(self, root: Root, event: Event, ways: set[tuple[frozenset[Address], frozenset[Address]]]) -> Occurrence:
        """One event as a root meets it over all the ways that lead there: what may be running, what has surely
        ended."""
        now: frozenset[Address] = _NONE
        done: frozenset[Address] | None = None
        for running, ended in ways:
            now |= running - self._waited(event.ended, running)
            behind = ended - event.running
            done = behind if done is None else done & behind
        return Occurrence(root, event, now | event.running, (done or _NONE) | event.ended)

    @cached_property
    def reachable(self) -> set[Activation]:
        """Everything that runs on some thread of this process."""
        known = {each.activation for root in self.roots if root.domain == "thread" for each in root.members}
        pending = list(known)
        for activation in pending:
            for edge in activation.edges.values():
                if edge.callee not in known:
                    known.add(edge.callee)
                    pending.append(edge.callee)
        return known

    def roots_of(self, activation: Activation) -> list[Root]:
        """The roots that lead to an activation: threads first, then modules, then what outside code calls."""
        known = self._roots_of.get(activation)
        if known is None:
            found = {root for before in self._before((activation,)) for root in self._begun.get(before, ())}
            known = self._roots_of[activation] = sorted(found, key=self._rank.__getitem__)
        return known

    def meetings(self, events: Iterable[Event]) -> list[Occurrence]:
        """How the roots of this process meet one of the events, by root as in `roots_of`."""
        found = [each for event in events for each in self.leading(event) if not self.never_comes(each)]
        if len(found) > 1:
            found.sort(key=lambda occurrence: self._rank[occurrence.root])
        return found

    def leading(self, event: Event) -> Iterator[Occurrence]:
        """How the roots of this process meet an event if no dead end keeps them from it."""
        for root in self.roots_of(event.activation):
            if root.domain == "thread":
                yield from self._meeting(root, event)

    def _meeting(self, root: Root, event: Event) -> Iterator[Occurrence]:
        ways = self.reached(root, event.kind).get(event.activation, ()) if root in self._busy else ((_NONE, _NONE),)
        for running, ended in ways:
            now = (running - self._waited(event.ended, running)) | event.running
            yield Occurrence(root, event, now, (ended - event.running) | event.ended)

    @cached_property
    def _begun(self) -> dict[Activation, list[Root]]:
        begun: dict[Activation, list[Root]] = {}
        for root in self.roots:
            for each in root.members:
                begun.setdefault(each.activation, []).append(root)
        return begun

    @cached_property
    def _rank(self) -> dict[Root, tuple[int, int]]:
        first = {"thread": 0, "main": 1}
        return {
            root: (first.get(root.kind, 2 if root.public else 3), index) for index, root in enumerate(self.roots)
        }
