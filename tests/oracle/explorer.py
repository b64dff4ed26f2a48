"""Every interleaving of a program, and so the exact truth about it.

A state is where each thread stands, who owns each lock and how often, which reads are pending and which of those
another thread has overwritten since, and what each channel holds. States are remembered; the automata are acyclic, so
the search ends. Steps that can only help others and disturb nobody (release, start, signal, a join whose thread has
ended, a fork) are taken at once, alone: they commute with all that the others do, so no outcome is lost. The tests
compare this with the search that takes no such shortcut.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from .automaton import END, FAILED, Automata, Node, automata, leaks
from .language import Kind, Program

UNSTARTED = -1

QUESTIONS: Final = ("cycles", "selves", "waits", "pools", "leaks", "lost", "acts", "half", "walks")
"""Lock-order deadlocks · self-deadlocks · waiting for a thread or signal under a lock · pools that wait for themselves
· locks that are never given back · lost updates · tests that are not true any more · things seen half made ·
iterations of what grows."""


@dataclass(frozen=True)
class State:
    """Where all threads stand, in the order of `Automata.entries`."""

    at: tuple[int, ...]
    owners: tuple[tuple[int, ...], ...]
    """Per lock: who holds it, in order; as often as it has taken it."""
    pending: frozenset[tuple[int, str]] = frozenset()
    """(thread, variable): read, and not yet written back."""
    stale: frozenset[tuple[int, str]] = frozenset()
    """The pending reads that another thread has overwritten."""
    channels: tuple[int, ...] = ()
    """The items in each channel, or how many have come to a barrier; 1 for an event that is set, a cache whose entry is
    made, and a record that is empty; 2 for a record that is filled."""
    queues: tuple[tuple[int, ...], ...] = ()
    """Per executor: the tasks that were submitted and have not begun, in that order."""
    sent: tuple[tuple[str, ...], ...] = ()
    """The objects in each channel, the oldest first."""
    received: frozenset[tuple[int, str, str]] = frozenset()
    """(thread, name, object): what a thread has last received under a name."""


class TooManyStatesError(Exception):
    """The program is too large to explore."""


@dataclass
class Truth:
    """What can happen in a program, exactly.

    `cycles`: the sets of two or more locks on which threads wait for each other in a ring. `selves`: plain locks that
    a thread waits for while it holds them. `waits`: the locks of rings in which a thread also waits for another's end
    or signal; of executors too, where workers wait for locks and for tasks. `pools`: the executors of which a task
    waits for another that never gets a worker, because all workers wait. `leaks`: the locks that some way out of a
    procedure leaves taken, whoever calls it. `lost`: the variables of which an update can be lost. `acts`: those on
    which a thread acts although another has made its test untrue. `half`: those that can be used before they are
    filled. `walks`: those that can grow while they are iterated. `witnesses` tells one schedule for each.
    """

    cycles: set[frozenset[str]] = field(default_factory=set)
    selves: set[str] = field(default_factory=set)
    waits: set[frozenset[str]] = field(default_factory=set)
    pools: set[str] = field(default_factory=set)
    leaks: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    acts: set[str] = field(default_factory=set)
    half: set[str] = field(default_factory=set)
    walks: set[str] = field(default_factory=set)
    witnesses: dict[object, tuple[str, ...]] = field(default_factory=dict)
    states: int = 0

    def outcomes(self) -> tuple[object, ...]:
        """All of it in one comparable value, without witnesses."""
        return tuple(frozenset(getattr(self, question)) for question in QUESTIONS)


class Machine:
    """The exact meaning of a program, step by step."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.automata: Automata = automata(program)
        self.nodes: tuple[Node, ...] = self.automata.nodes
        self.reached = list(range(len(self.nodes)))
        """The step at which the way to a node ends."""
        for at, node in enumerate(self.nodes):
            self.reached[at] = self.reached[node.ways[0]] if node.verb == "leak" else at
        self.threads = list(self.automata.entries)
        self.index = {name: i for i, name in enumerate(self.threads)}
        self.entry = list(self.automata.entries.values())
        self.locks = {lock.name: i for i, lock in enumerate(program.locks)}
        self.reentrant = [lock.reentrant for lock in program.locks]
        self.permits = [max(lock.permits, 1) for lock in program.locks]
        self.parties = {channel.name: channel.parties for channel in program.channels if channel.parties}
        made = [v.name for v in program.variables if v.kind in (Kind.CACHE, Kind.LAZY, Kind.RECORD)]
        self.channels = {name: i for i, name in enumerate([*(c.name for c in program.channels), *made])}
        self.kinds = {variable.name: variable.kind for variable in program.variables}
        self.queue = [channel.queue for channel in program.channels]
        self.condition = {channel.name: channel.condition for channel in program.channels}
        self.tried = {node.noun for node in self.nodes if node.verb == "try"}
        self._signals: dict[int, frozenset[str]] = {}
        self.executors = {executor.name: i for i, executor in enumerate(program.executors)}
        self.workers = [executor.workers for executor in program.executors]
        self.executor = {
            self.index[instance]: self.executors[worker.executor]
            for worker in program.workers if worker.executor
            for instance in worker.instances
        }  # fmt: skip

    def initial(self) -> State:
        """Only main has started."""
        at = (self.entry[0], *(UNSTARTED for _ in self.threads[1:]))
        owners, empty = ((),) * len(self.locks), ((),) * len(self.queue)
        none = (0,) * len(self.channels)
        return State(at, owners, channels=none, queues=((),) * len(self.executors), sent=empty)

    def node(self, state: State, thread: int) -> Node | None:
        """The next step of a thread; None if it has not started or has ended."""
        at = state.at[thread]
        return self._named(state, thread, self.nodes[at]) if at > FAILED else None

    def _named(self, state: State, thread: int, node: Node) -> Node:
        """The step, on the object that the thread has received under the name in it."""
        for owner, name, item in state.received:
            if owner == thread:
                if node.noun.startswith(f"{name}."):
                    return replace(node, noun=item + node.noun[len(name) :])
                if node.verb == "send" and node.noun.endswith(f" {name}"):
                    return replace(node, noun=node.noun[: -len(name)] + item)
        return node

    def breaks(self, state: State, thread: int) -> str:
        """The question to which the next step of an enabled thread is an answer, if it goes wrong in this state."""
        node = self.node(state, thread)
        assert node is not None
        match node.verb:
            case "restore" if (thread, _kept(node.noun)) in state.stale:
                return "lost"
            case "store" | "take" | "walked" if (thread, node.noun) in state.stale:
                if node.verb == "walked":
                    return "walks"
                return "acts" if self.kinds[node.noun] in (Kind.CACHE, Kind.LAZY, Kind.STOCK) else "lost"
            case "consult" if state.channels[self.channels[node.noun]] == 1:
                return "half"
        return ""

    def free(self, state: State, thread: int, lock: str) -> bool:
        """Could the thread take the lock at once?"""
        i = self.locks[lock]
        owners = state.owners[i]
        return len(owners) < self.permits[i] or (self.reentrant[i] and thread in owners)

    def enabled(self, state: State, thread: int) -> bool:
        """Could the thread take its next step now?"""
        node = self.node(state, thread)
        if node is None:
            return False
        match node.verb:
            case "acquire":
                return self.free(state, thread, node.noun)
            case "join" | "turn" | "gather":
                return self.way(state, node) is not None
            case "begin":
                mine = self.executor[thread]
                first = state.queues[mine][0] == thread
                return first and len(self.running(state, mine)) < self.workers[mine]
            case "wake" if not self.free(state, thread, self.condition[node.noun]):
                return False
            case "await" | "wake":
                return state.channels[self.channels[node.noun]] > 0
            case "pass":
                return state.channels[self.channels[node.noun]] >= self.parties[node.noun]
            case "receive":
                return bool(state.sent[self.channels[node.noun.partition(" ")[0]]])
        return True

    def harmless(self, state: State, thread: int) -> bool:
        """Is the next step of the thread one that commutes with all that others do?"""
        node = self.node(state, thread)
        if node is None:
            return False
        match node.verb:
            case "start":
                return self.index[node.noun] not in self.executor
            case "fork" | "signal" | "arrive":
                return True
            case "release":
                return node.noun not in self.tried
            case "look":
                return self.condition[node.noun] not in self.tried
            case "join" | "turn" | "gather" | "begin" | "pass":
                return self.enabled(state, thread)
        return False

    def way(self, state: State, node: Node) -> int | None:
        """Which way the waiting for the end of others goes; None while it lasts."""
        awaited = [state.at[self.index[name]] for name in node.noun.split()]
        if len(node.ways) > 1 and FAILED in awaited:
            return 1
        return 0 if all(at in (END, FAILED) for at in awaited) else None

    def running(self, state: State, executor: int) -> list[int]:
        """The tasks that the workers of an executor are at."""
        waiting = state.queues[executor]
        return [t for t, its in self.executor.items() if its == executor and state.at[t] > FAILED and t not in waiting]

    def step(self, state: State, thread: int) -> Iterator[tuple[State, int]]:
        """The states that the next step of an enabled thread may lead to, and which way of the node each took."""
        node = self.node(state, thread)
        assert node is not None
        owners, pending, stale, channels, queues, sent, received = (
            state.owners, state.pending, state.stale, state.channels, state.queues, state.sent, state.received,
        )  # fmt: skip
        way = 0
        at = list(state.at)
        match node.verb:
            case "join" | "gather":
                way = self.way(state, node) or 0
            case "fork":
                for choice, target in enumerate(node.ways):
                    at[thread] = self.reached[target]
                    yield State(tuple(at), owners, pending, stale, channels, queues, sent, received), choice
                return
            case "acquire":
                owners = self._taken(owners, thread, node.noun)
            case "try":
                if self.free(state, thread, node.noun):
                    owners = self._taken(owners, thread, node.noun)
                else:
                    way = 1
            case "release":
                owners = self._released(owners, thread, node.noun)
            case "look" if not channels[self.channels[node.noun]]:
                owners, way = self._released(owners, thread, self.condition[node.noun]), 1
            case "wake":
                owners = self._taken(owners, thread, self.condition[node.noun])
            case "check" if channels[self.channels[node.noun]]:
                way = 1
            case "glance" if not channels[self.channels[node.noun]]:
                way = 1
            case "read" | "check" | "ask" | "walk":
                pending |= {(thread, node.noun)}
                stale -= {(thread, node.noun)}
            case "fetch":
                pending |= {(thread, _kept(node.noun))}
                stale -= {(thread, _kept(node.noun))}
            case "walked":
                pending, stale = pending - {(thread, node.noun)}, stale - {(thread, node.noun)}
            case "show" | "fill" | "publish":
                i = self.channels[node.noun]
                channels = (*channels[:i], 1 if node.verb == "show" else 2, *channels[i + 1 :])
            case "send" | "receive":
                channel, _, item = node.noun.partition(" ")
                i = self.channels[channel]
                if node.verb == "receive":
                    received = frozenset(r for r in received if r[:2] != (thread, item)) | {
                        (thread, item, sent[i][0])
                    }
                left = (*sent[i], item) if node.verb == "send" else sent[i][1:]
                sent = (*sent[:i], left, *sent[i + 1 :])
            case "grow":
                stale |= {(t, v) for t, v in pending if v == node.noun and t != thread}
            case "write" | "store" | "take" | "restore":
                mine = _kept(node.noun) if node.verb == "restore" else node.noun
                both = (node.noun, _kept(node.noun))
                stale |= {(t, v) for t, v in pending if v in both and t != thread}
                pending, stale = pending - {(thread, mine)}, stale - {(thread, mine)}
                if node.noun in self.channels:
                    i = self.channels[node.noun]
                    channels = (*channels[:i], 1, *channels[i + 1 :])
            case "start":
                started = self.index[node.noun]
                at[started] = self.entry[started]
                if started in self.executor:
                    i = self.executor[started]
                    queues = (*queues[:i], (*queues[i], started), *queues[i + 1 :])
            case "begin":
                i = self.executor[thread]
                queues = (*queues[:i], queues[i][1:], *queues[i + 1 :])
            case "arrive":
                i = self.channels[node.noun]
                channels = (*channels[:i], channels[i] + 1, *channels[i + 1 :])
            case "signal" | "await":
                i = self.channels[node.noun]
                count = channels[i] + (1 if node.verb == "signal" else -1) if self.queue[i] else 1
                channels = (*channels[:i], count, *channels[i + 1 :])
        at[thread] = self.reached[node.ways[way]]
        yield State(tuple(at), owners, pending, stale, channels, queues, sent, received), way

    def _taken(self, owners: tuple[tuple[int, ...], ...], thread: int, lock: str) -> tuple[tuple[int, ...], ...]:
        i = self.locks[lock]
        return (*owners[:i], tuple(sorted((*owners[i], thread))), *owners[i + 1 :])

    def _released(self, owners: tuple[tuple[int, ...], ...], thread: int, lock: str) -> tuple[tuple[int, ...], ...]:
        i = self.locks[lock]
        left = list(owners[i])
        left.remove(thread)
        return (*owners[:i], tuple(left), *owners[i + 1 :])

    def blocked_by(self, state: State, thread: int, *, final: bool = False) -> tuple[int, ...]:
        """The threads of which one has to go on before this one can: the holders of the lock, the thread that is
        joined, the tasks that the workers of the executor are at; in a final state, those that would give the signal or
        come to the barrier."""
        node = self.node(state, thread)
        if node is None or self.enabled(state, thread):
            return ()
        lock = self.wanted(state, thread)
        if lock is not None:
            return tuple(dict.fromkeys(state.owners[self.locks[lock]]))
        match node.verb:
            case "join" | "turn" | "gather":
                awaited = (self.index[name] for name in node.noun.split())
                return tuple(t for t in awaited if state.at[t] not in (END, FAILED))
            case "begin":
                mine = self.executor[thread]
                running = self.running(state, mine)
                return tuple(running) if len(running) >= self.workers[mine] else ()
            case "await" | "wake" | "pass" if final:
                others = (t for t in range(len(self.threads)) if t != thread and state.at[t] > FAILED)
                return tuple(t for t in others if node.noun in self.signals_after(state.at[t]))
        return ()

    def stuck(self, state: State, *, final: bool = False, serving: str = "") -> dict[int, tuple[int, ...]]:
        """The threads that wait for ever, each with those that it waits for; or that would if an executor had workers
        for all that stand in its queue."""
        after = {t: found for t in range(len(self.threads)) if (found := self.blocked_by(state, t, final=final))}
        served = Node("begin", serving, ())
        for thread in [t for t in after if replace(self.nodes[state.at[t]], ways=()) == served]:
            del after[thread]
        while freed := [t for t, others in after.items() if self._may_go_on(state, t, [o in after for o in others])]:
            for thread in freed:
                del after[thread]
        return after

    def jammed(self, state: State, executor: str, *, final: bool = False) -> bool:
        """Whether some worker of an executor is stuck, and would be if nothing stood in the queue."""
        stuck = self.stuck(state, final=final, serving=executor)
        return any(thread in stuck for thread in self.running(state, self.executors[executor]))

    def _may_go_on(self, state: State, thread: int, stuck: list[bool]) -> bool:
        """Whether a thread that waits for others may go on although some of them never do: a task in a queue, when one
        worker gets free; who asks for results as they come, if one that still runs may raise. Who waits for the end of
        several needs all of them."""
        node = self.nodes[state.at[thread]]
        every = node.verb == "gather" and len(node.ways) == 1
        return not any(stuck) if every else not all(stuck)

    def signals_after(self, at: int) -> frozenset[str]:
        """The signals that a thread may give from there on, or those that it starts, and the barriers to which it may
        come."""
        if at not in self._signals:
            found: set[str] = set()
            todo, seen = [at], {at}
            while todo:
                node = self.nodes[todo.pop()]
                if node.verb in ("signal", "arrive"):
                    found.add(node.noun)
                further = (*node.ways, self.entry[self.index[node.noun]]) if node.verb == "start" else node.ways
                todo += [way for way in further if way not in seen]
                seen.update(further)
            self._signals[at] = frozenset(found)
        return self._signals[at]

    def wanted(self, state: State, thread: int) -> str | None:
        """The lock that the next step of the thread takes, once nothing but its owner prevents it."""
        node = self.node(state, thread)
        if node is None or node.verb not in ("acquire", "wake"):
            return None
        if node.verb == "acquire":
            return node.noun
        return self.condition[node.noun] if state.channels[self.channels[node.noun]] else None

    def rings(self, state: State, *, final: bool = False) -> Iterator[tuple[int, ...]]:
        """The rings of threads that wait for each other for ever, each once."""
        after = self.stuck(state, final=final)

        def extended(path: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
            for following in after[path[-1]]:
                if following == path[0]:
                    yield path
                elif following > path[0] and following not in path and following in after:
                    yield from extended((*path, following))

        for first in after:
            yield from extended((first,))


def _kept(variable: str) -> str:
    """The mark of a value that was read to be used later, whatever the thread does to the variable meanwhile."""
    return f"{variable} kept"


def explore(program: Program, *, limit: int = 60_000, shortcuts: bool = True, witnesses: bool = False) -> Truth:
    """The exact truth about a program. Raises TooManyStatesError if it has more than `limit` states."""
    machine = Machine(program)
    threads = range(len(machine.threads))
    truth = Truth(leaks={program.report(lock) for lock in leaks(program)})
    start = machine.initial()
    came: dict[State, tuple[State, int] | None] = {start: None}
    todo = [start]

    def tell(about: object, state: State) -> None:
        if witnesses and about not in truth.witnesses:
            truth.witnesses[about] = _schedule(machine, came, state)

    while todo:
        state = todo.pop()
        movers = [t for t in threads if machine.enabled(state, t)]
        if shortcuts:
            movers = next(([t] for t in movers if machine.harmless(state, t)), movers)
        for about in _judged(machine, state, not movers, truth):
            tell(about, state)
        for thread in movers:
            broken = machine.breaks(state, thread)
            for successor, _ in machine.step(state, thread):
                if successor not in came:
                    came[successor] = (state, thread)
                    todo.append(successor)
                    if len(came) > limit:
                        raise TooManyStatesError
                if broken:
                    node = machine.node(state, thread)
                    assert node is not None
                    getattr(truth, broken).add(program.report(node.noun))
                    tell((broken, node.noun), successor)
    truth.states = len(came)
    return truth


def _judged(machine: Machine, state: State, final: bool, truth: Truth) -> Iterator[object]:
    """Add to the truth what the rings of a state mean. Where an executor's tasks wait for each other without any lock,
    rings through its queue are no trouble of their own; where only some of its workers do and others wait for locks,
    the executor and the locks are one ring; and where one is stuck for a reason of its own, what stands in the queue
    is that trouble and no other."""
    rings = list(machine.rings(state, final=final))
    queues = {executor for ring in rings for executor in _queues(machine, state, ring)}
    jammed = {executor for executor in queues if machine.jammed(state, executor, final=final)}
    rings = [ring for ring in rings if jammed.isdisjoint(_queues(machine, state, ring))]
    starved: dict[str, frozenset[str]] = {}
    for ring in rings:
        if not any(machine.wanted(state, t) for t in ring):
            for executor in _queues(machine, state, ring):
                running = machine.running(state, machine.executors[executor])
                wanted = {machine.wanted(state, t) for t in running} - {None}
                starved[executor] = frozenset(machine.program.report(lock) for lock in wanted if lock)
    for executor, locks in starved.items():
        if locks:
            truth.waits.add(locks | {executor})
            yield "wait", locks | {executor}
        else:
            truth.pools.add(executor)
            yield "pool", executor
    for ring in rings:
        steps = [machine.wanted(state, t) for t in ring]
        locks = frozenset(machine.program.report(lock) for lock in steps if lock)
        if any(machine.program.lock(lock).permits > 1 for lock in steps if lock):
            continue  # who holds the other permits decides, too: no question asks for that
        if not locks or not starved.keys().isdisjoint(_queues(machine, state, ring)):
            continue
        if None in steps:
            truth.waits.add(locks)
            yield "wait", locks
        elif len(ring) == 1:
            truth.selves.update(locks)
            yield "self", *locks
        else:
            truth.cycles.add(locks)
            yield "cycle", locks


def _queues(machine: Machine, state: State, ring: tuple[int, ...]) -> set[str]:
    """The executors in whose queues tasks of the ring wait."""
    nodes = (machine.nodes[state.at[thread]] for thread in ring)
    return {node.noun for node in nodes if node.verb == "begin"}


def _schedule(machine: Machine, came: dict[State, tuple[State, int] | None], state: State) -> tuple[str, ...]:
    steps: list[str] = []
    while (link := came[state]) is not None:
        before, thread = link
        node = machine.node(before, thread)
        assert node is not None
        steps.append(f"{machine.threads[thread]}: {node.verb} {node.noun}".rstrip())
        state = before
    return tuple(reversed(steps))
