"""Which code may run at the same time as which other code.

Domain. For each root, the activations that it reaches, each with the sets of threads that may be running because this
root started them (*running*: may-started and not must-joined). Definitions, for events a and b of roots A and B:

- If A starts B (and nobody else does), they run together iff B may be running at a.
- Two threads started by others run together iff one may be running when the other is started; if their starters differ,
  iff the starters' order does not forbid it.
- A root runs beside itself iff it is *many*.
- Entries (public functions of a library) are called by code that is not seen. They run beside every thread of the
  program that they did not start themselves, and beside each other where the question allows it: with
  `assume-threaded`, or, for questions about locks, where the class or module owns one (a lock says: more than one
  thread comes here).

Joins are those that surely wait: `join()` without timeout, leaving `with Executor()`, `result()` (see `execution`).
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from ..program.program import Program
from ..program.symbols import Class, Function, Module
from ..program.values import Address, Lit, Obj
from .execution import Activation, Event, Execution, Root, execution, is_lock

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


class Parallel:
    """The answer: `may_run_together`, and what each root reaches."""

    def __init__(self, program: Program, found: Execution) -> None:
        self._program = program
        self.execution = found
        self._owns_lock: dict[object, bool] = {}
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
        self._starts: dict[Root, set[Root]] | None = None
        self._starters: dict[Root, list[Root]] = {}
        self._descendants: dict[Root, set[Root]] = {}
        self._ancestors: dict[Root, set[Root]] = {}
        self._living: dict[tuple[Root, frozenset[Address], frozenset[Address]], set[Root]] = {}
        self._serial: dict[Root, Address | None] = {}
        self._beside: dict[tuple[Root, Root], bool] = {}
        self._pools = found.explorer.pool_of

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
                    first.function = root.function
                    first.many, first.members = root.many, ()
                    roots.append(first)
                first.members += (root,)
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
                        if leading is None or edge.callee in leading
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
            for caller in self._callers.get(activation, ()):
                if caller not in known:
                    known.add(caller)
                    pending.append(caller)
        return known

    @cached_property
    def _callers(self) -> dict[Activation, list[Activation]]:
        callers: dict[Activation, list[Activation]] = {}
        for activation in self.execution.activations:
            for edge in activation.edges.values():
                callers.setdefault(edge.callee, []).append(activation)
        return callers

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
                        yield Occurrence(root, event, now, (ended - event.running) | event.ended)

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
        found: list[Occurrence] = []
        for event in events:
            for root in self.roots_of(event.activation):
                if root.domain == "thread":
                    found.extend(self._meeting(root, event))
        if len(found) > 1:
            found.sort(key=lambda occurrence: self._rank[occurrence.root])
        return found

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

    # --- who owns locks -----------------------------------------------------------------------------------------

    def owns_lock(self, owner: Class | Module) -> bool:
        """Whether a class (or one above it) or a module keeps a lock."""
        known = self._owns_lock.get(owner)
        if known is None:
            known = self._owns_lock[owner] = self._find_lock(owner)
        return known

    def _find_lock(self, owner: Class | Module) -> bool:
        static = self._program.static
        if isinstance(owner, Module):
            return any(
                isinstance(value, Obj) and is_lock(value)
                for name, bindings in owner.exports.items()
                if any(binding.how == "value" for binding in bindings)
                for value in static.export(owner, name)
            )
        for cls in self._program.hierarchy.mro(owner):
            values = static.parameter_receiver(cls)
            for name in (*cls.attribute_bindings, *cls.body.bindings):
                if any(isinstance(v, Obj) and is_lock(v) for v in static.class_field(cls, name, values)):
                    return True
        return False

    def meant_for_threads(self, function: Function) -> bool:
        """Whether a public function is likely called from several threads: its class or module owns a lock."""
        method = function.method_of
        if method is not None and method.cls is not None:
            return self.owns_lock(method.cls)
        return self.owns_lock(function.module)

    # --- together -----------------------------------------------------------------------------------------------

    def starts(self, root: Root) -> set[Root]:
        """The threads that a root's own code starts."""
        if self._starts is None:
            self._starts = {each: set() for each in self.roots}
            for thread in self.roots:
                for starter in self.starters(thread):
                    self._starts[starter].add(thread)
        return self._starts[root]

    def starters(self, thread: Root) -> list[Root]:
        """The roots whose own code starts a thread."""
        known = self._starters.get(thread)
        if known is None:
            found = {starter for event in thread.spawns for starter in self.roots_of(event.activation)}
            known = self._starters[thread] = sorted(found, key=self._rank.__getitem__)
        return known

    def may_run_together(self, one: Occurrence, other: Occurrence, locks: bool = False) -> bool:
        """Whether two events may happen at the same time on two threads. `locks`: a lock counts as evidence that public
        functions are called from several threads."""
        a, b = one.root, other.root
        if a.domain != "thread" or b.domain != "thread" or self._one_by_one(a, b):
            return False
        if a is b:
            return a.many or (a.kind == "entry" and locks and a.public and self.meant_for_threads(a.function))
        for here, there in ((one, b), (other, a)):
            if self._descends(there, here.root):
                if here.root.many or there in self._alive(here):
                    return True
                if self._started_only_under(there, here.root):
                    return False
        return self.beside(a, b, locks)

    def _one_by_one(self, a: Root, b: Root) -> bool:
        """Whether both are tasks of one pool that has a single worker."""
        pool = self._serial_pool(a)
        return pool is not None and pool is self._serial_pool(b)

    def _serial_pool(self, root: Root) -> Address | None:
        if root not in self._serial:
            pools = {self._pools.get(address) for address in root.addresses}
            pool = pools.pop() if len(pools) == 1 and root.kind != "entry" else None
            if pool is not None:
                made = self.execution.explorer.constructions.get(pool)
                if not pool.single or made is None or made[1].get(0, "max_workers") != (Lit(1),):
                    pool = None
            self._serial[root] = pool
        return self._serial[root]

    def starts_at_all(self, ancestor: Root, thread: Root) -> bool:
        """Whether a root starts a thread, itself or through threads that it starts."""
        return self._descends(thread, ancestor)

    def _descends(self, thread: Root, ancestor: Root) -> bool:
        """Whether a root starts a thread, itself or through threads that it starts."""
        return thread in self._below(ancestor)

    def _below(self, root: Root) -> set[Root]:
        known = self._descendants.get(root)
        if known is None:
            known = self._descendants[root] = set()
            pending = [root]
            for each in pending:
                for thread in self.starts(each):
                    if thread not in known:
                        known.add(thread)
                        pending.append(thread)
        return known

    def _alive(self, here: Occurrence) -> set[Root]:
        """The threads that may be running at an event because its own root started them, or threads started by it
        did."""
        key = (here.root, here.running, here.ended)
        known = self._living.get(key)
        if known is None:
            known = self._living[key] = set()
            for thread in self.starts(here.root):
                if not thread.addresses.isdisjoint(here.running):
                    known |= {thread} | self._below(thread)
                elif not thread.addresses.isdisjoint(here.ended):
                    known |= self._left_behind(thread, frozenset({here.root}))
        return known

    def _left_behind(self, thread: Root, path: frozenset[Root]) -> set[Root]:
        """Threads that may still run when the one that started them has ended."""
        left: set[Root] = set()
        end = thread.activation.exit
        for below in self.starts(thread):
            if below in path:
                continue
            if end is None or not below.addresses.isdisjoint(end.running):
                left |= {below} | self._below(below)
            elif not below.addresses.isdisjoint(end.ended):
                left |= self._left_behind(below, path | {thread})
        return left

    def _started_only_under(self, thread: Root, ancestor: Root) -> bool:
        """Whether nothing starts a thread but this root and threads below it. Public functions that start the same
        thread are taken for alternatives."""
        below = self._below(ancestor) | {ancestor}
        for each in {thread} | (self._below(ancestor) & self._above(thread)):
            for starter in self.starters(each):
                if starter not in below and not (starter.kind == "entry" and ancestor.kind == "entry"):
                    return False
        return True

    def _above(self, thread: Root) -> set[Root]:
        known = self._ancestors.get(thread)
        if known is None:
            known = self._ancestors[thread] = set()
            pending = [thread]
            for each in pending:
                for starter in self.starters(each):
                    if starter not in known:
                        known.add(starter)
                        pending.append(starter)
        return known

    def beside(self, a: Root, b: Root, locks: bool = False) -> bool:
        """Whether two different roots may run at the same time at all."""
        if a.kind == "main" or b.kind == "main":
            return False if a.kind == b.kind else self._main_beside(a, b)
        if a.kind == "entry" and b.kind == "entry":
            if a.many and b.many:
                return True
            return locks and all(r.public and self.meant_for_threads(r.function) for r in (a, b))
        if a.kind == "entry" or b.kind == "entry":
            entry, _thread = (a, b) if a.kind == "entry" else (b, a)
            return entry.public or locks
        key = (a, b)
        if key not in self._beside:
            self._beside[key] = self._beside[b, a] = False
            self._beside[key] = self._beside[b, a] = self._threads_beside(a, b)
        return self._beside[key]

    def _main_beside(self, a: Root, b: Root) -> bool:
        """A module's top level and a thread that it does not start."""
        return False

    def _threads_beside(self, a: Root, b: Root) -> bool:
        """Whether one of two threads may be running when the other is started."""
        if not a.spawns or not b.spawns:
            return True  # started by a framework, at any time
        return self._running_at_start(a, b) or self._running_at_start(b, a)

    def _running_at_start(self, first: Root, second: Root) -> bool:
        for start in self.meetings(second.spawns):
            starter = start.root
            if starter is first or first in self._above(starter):
                continue  # whether it outlives what it starts is asked where the two meet
            if self._descends(first, starter):
                if starter.many or first in self._alive(start):
                    return True
                if self._started_only_under(first, starter):
                    continue
            if self.beside(first, starter):
                return True
        return False


def parallel(program: Program) -> Parallel:
    """Who may run with whom."""
    return Parallel(program, program.ask(execution))
