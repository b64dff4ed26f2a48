"""What the program does when it runs: its thread roots, and every event that a root can reach.

`execution` is the question; its answer is an `Execution`. Roots are

- *main*: the top level of each module, as a script or on import;
- *thread*: a function that some `start()`, `submit()` or the like puts on another thread (a *domain* other than
  "thread" means another process: it shares nothing);
- *entry*: a function that code outside the program may call (public functions and methods), and, marked not public,
  private ones that nothing in the program was seen to call. Functions that a script reaches which itself starts threads
  are known to be used by it, and are no entries; nor are those that the program itself only calls under a lock.

What it does not know is what the evaluator does not know; a call that stays unresolved has no effect.
"""
from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from ...knowledge.frameworks import BACKGROUND
from ...knowledge.types import THREADS
from ...program.evaluate import Arguments
from ...program.symbols import Class, Function, Module
from ...program.values import Fn, Lit, Obj
from .activation import Activation, Edge
from .callbacks import interrupting
from .concern import Concern
from .contexts import deeper
from .events import (
    UNKNOWN_LOCK_TYPE,
    Access,
    Acquire,
    Check,
    Event,
    Hold,
    LibraryCall,
    Spawn,
    is_lock,
    kind_of,
    lock_of,
    one_object,
)
from .explore import Explorer
from .roots import Root
from .rounds import MOST_ROUNDS
from .served import Serving, served
from .several_threads import count_threads
from .under_a_lock import called_under_a_lock
from .unused import unused

if TYPE_CHECKING:
    from ...program.program import Program


class Execution:
    """The answer: roots, activations, and events by kind."""

    def __init__(self, program: Program, explorer: Explorer) -> None:
        self.program = program
        self.explorer = explorer
        self.roots: list[Root] = []
        self.interrupts: list[Root] = []
        """Finalizers and signal handlers: they run on any thread, or on the main one, between any two steps of it."""
        self.closed: set[Function] = set()
        """Functions that a script which starts threads reaches, and those that the program only calls under a lock."""
        self._by_kind: dict[str, list[Event]] | None = None
        self._begun: dict[Activation, list[Root]] | None = None
        self._calls: dict[str, list[Event]] | None = None
        self._entered: dict[tuple[Function, tuple[int, int]], dict[Function, None]] | None = None

    @property
    def activations(self) -> list[Activation]:
        return list(self.explorer.activations.values())

    @cached_property
    def callers(self) -> Mapping[Activation, Sequence[tuple[Activation, Edge]]]:
        """The calls that lead to an activation, each with who calls; once the last round is over."""
        found: dict[Activation, list[tuple[Activation, Edge]]] = {}
        for caller in self.explorer.activations.values():
            for edge in caller.edges.values():
                found.setdefault(edge.callee, []).append((caller, edge))
        return found

    def roots_of(self, activation: Activation) -> list[Root]:
        """The roots that lead to an activation, the nearest first."""
        before = {activation}
        pending = [activation]
        for each in pending:
            for caller, _ in self.callers.get(each, ()):
                if caller not in before:
                    before.add(caller)
                    pending.append(caller)
        if self._begun is None:
            self._begun = defaultdict(list)
            for root in self.roots:
                self._begun[root.activation].append(root)
        return [root for each in pending for root in self._begun.get(each, ())]

    def events(self, kind: str) -> list[Event]:
        """Every event of a kind, over all activations."""
        if self._by_kind is None:
            self._by_kind = defaultdict(list)
            for activation in self.explorer.activations.values():
                for event in activation.events.values():
                    self._by_kind[event.kind].append(event)
        return self._by_kind.get(kind, [])

    def calls(self, *names: str) -> list[Event]:
        """Calls of library functions or methods by canonical name, once for each place, in order of place."""
        if self._calls is None:
            self._calls = defaultdict(list)
            seen: set[tuple[str, Function, tuple[int, int]]] = set()
            for event in self.events("call"):
                key = (event.subject, event.function, event.at)
                if key not in seen:
                    seen.add(key)
                    self._calls[event.subject].append(event)
        found = [event for name in names for event in self._calls.get(name, ())]
        return sorted(found, key=lambda event: (event.function.module.name, event.at))

    def entered(self, function: Function, at: tuple[int, int]) -> list[Function]:
        """The functions of the program that a call was seen to enter: the run knows what callers pass and keep."""
        if self._entered is None:
            self._entered = defaultdict(dict)
            for activation in self.explorer.activations.values():
                for edge in activation.edges.values():
                    self._entered[activation.function, edge.at][edge.callee.function] = None
        return list(self._entered.get((function, at), ()))

    @property
    def call_names(self) -> list[str]:
        """Every library name that is called somewhere."""
        self.calls()
        return sorted(self._calls or ())


def execution(program: Program) -> Execution:
    """Run the program abstractly."""
    deeper()
    collected = gc.isenabled()
    gc.disable()  # what is made here lives as long as the program: looking for garbage costs a third of the time
    try:
        explorer = Explorer(program)
        concern = Concern(program)
        serving = served(program)
        for round_ in range(MOST_ROUNDS + 1):  # what goes through two queues is known one round later
            if round_ and not explorer.renew(queues_only=round_ == MOST_ROUNDS):
                break
            explorer.begin_round()
            concern.begin_round()
            found = Execution(program, explorer)
            entered, scripts = _meet_roots(program, concern, serving, found)
        _close(program, found, entered, scripts)
        _name_threads(program, found, entered, serving)
        count_threads(found)
    finally:
        if collected:
            gc.enable()
    return found


def _meet_roots(
    program: Program, concern: Concern, serving: Mapping[Function, Serving], found: Execution
) -> tuple[list[Root], list[Module]]:
    """One round: run from every root, and from the roots that these show. What was entered as if from outside, and the
    scripts."""
    explorer = found.explorer
    mains = []
    for module in program.modules.values():
        if module.functions:
            activation = explorer.activate(None, Fn(module.top), Arguments(), ())
            if activation is not None:
                mains.append(Root("main", activation, module.name))
    found.roots.extend(mains)
    threads = _threads(explorer, found)
    scripts = [
        root for root in mains if any(e.kind == "spawn" for a in reach(root.activation) for e in a.beginning)
    ]
    closed = {activation.function for root in scripts for activation in reach(root.activation)}
    for root in threads:
        if any(event.function in closed for event in root.spawns):
            closed |= {activation.function for activation in reach(root.activation)}
    found.closed = closed
    entered: list[Root] = []
    concern.touched_by_threads([each for root in threads for each in reach(root.activation)], explorer.owners)
    while of_concern := concern.newly():
        for function in of_concern:
            if function not in closed and function.is_public:
                fresh = _entry(explorer, function, True)
                entered.extend((*fresh, *_handed_out(explorer, fresh)))
        threads = _threads(explorer, found)
        for function in of_concern:
            if not explorer.has_run(function):
                entered.extend(_entry(explorer, function, False))
        threads += _threads(explorer, found)
        concern.touched_by_threads([each for root in threads for each in reach(root.activation)], explorer.owners)
        for root in interrupts(program, explorer):
            concern.touched_by_interrupt(root, explorer.owners)
    functions = {root.function for root in entered}
    for function in serving:
        if function not in functions:
            entered.extend(_entry(explorer, function, True))
    found.roots.extend(entered)
    explorer.drop_unmet()
    found.interrupts = interrupts(program, explorer)
    _threads(explorer, found)
    return entered, [root.function.module for root in scripts]


def _close(program: Program, found: Execution, entered: list[Root], scripts: list[Module]) -> None:
    """Close what nobody outside can call, unless everything is said to be called by threads."""
    if not program.config.assume_threaded:
        found.closed |= _never_run(program, found, entered, scripts)
        found.closed |= called_under_a_lock(program, found.explorer.activations.values())


def _name_threads(
    program: Program, found: Execution, entered: list[Root], serving: Mapping[Function, Serving]
) -> None:
    """Entries that are threads: the `run` of classes that users start, and what a framework runs on its threads."""
    assumed = program.config.assume_threaded
    started = {root.function for root in found.roots if root.kind == "thread"}
    for root in entered:
        own = root.function.cls
        if own is not None and root.function.name == "run" and program.hierarchy.is_a(own, THREADS):
            if root.function in started:
                found.closed.add(root.function)
                continue
            root.kind, root.name = "thread", own.name  # its users start it
            if isinstance(root.activation.receiver, Obj):
                root.addresses.add(root.activation.receiver.address)
        if root.public and assumed and program.config.assumes_threaded(root.function.qualname):
            root.many = True
        how = serving.get(root.function)
        if how is not None and (how.many or root.function not in started):
            root.kind, root.many, root.spelling, root.line = "thread", how.many, how.spelling, how.line


def interrupts(program: Program, explorer: Explorer) -> list[Root]:
    """Roots for the functions that the interpreter calls in the middle of other code."""
    found: list[Root] = []
    for spelling, fn in interrupting(program, explorer):
        activation = explorer.activate(None, fn, Arguments(), ())
        if activation is not None and all(root.activation is not activation for root in found):
            root = Root("interrupt", activation, fn.function.facts.qualname)
            root.spelling = spelling
            found.append(root)
    return found


def _never_run(program: Program, found: Execution, entered: list[Root], scripts: list[Module]) -> set[Function]:
    """Functions that nothing calls and nothing can call, and those that only such functions call."""
    callers = {
        here: {caller.function for caller, _ in found.callers.get(here, ()) if caller is not here}
        for here in (root.activation for root in entered)
    }
    gone: set[Function] = set()
    never_met = [each for each in program.functions if scripts and not each.is_top and not found.explorer.has_run(each)]
    while True:
        idle = [
            root.function for root in entered if root.function not in gone and callers[root.activation] <= gone
        ]
        more = unused(program, (*idle, *(each for each in never_met if each not in gone)), scripts, gone)
        if not more:
            return gone
        gone |= more


def _entry(explorer: Explorer, function: Function, public: bool) -> list[Root]:
    receiver = None
    cls = function.cls
    if cls is not None and function.receiver_name is not None:
        values = explorer.static.parameter(function, function.receiver_name)
        receiver = values[0] if values else None
    found = []
    for value in explorer.bound(function, receiver, None):  # outside code calls what the decorators made of it
        if isinstance(value, Fn):
            activation = explorer.activate(None, value, Arguments(), ())
            if activation is not None:
                found.append(Root("entry", activation, function.facts.qualname, public))
                found[-1].function = function
    return found


def _handed_out(explorer: Explorer, entries: list[Root]) -> list[Root]:
    """Entries for what public methods give their callers to call: `return lambda: self._listeners.remove(listener)`."""
    found = []
    for entry in entries:
        for value in entry.activation.returns if entry.function.cls is not None else ():
            if not isinstance(value, Fn) or value.closure is not entry.activation or value.function.param_names:
                continue
            activation = explorer.activate(None, value, Arguments(), ())
            if activation is not None:
                found.append(Root("entry", activation, value.function.facts.qualname))
    return found


def _threads(explorer: Explorer, found: Execution) -> list[Root]:
    """Roots for all spawn events seen so far; running them may show further ones."""
    known = {root.activation: root for root in found.roots if root.kind == "thread"}
    fresh: list[Root] = []
    for event in explorer.spawns:  # grows while it is read: running a thread may show further ones
        spawn: Spawn = event.detail
        targets = spawn.targets or explorer.targets_of(spawn.obj)
        chosen = len(targets) > 1 and not isinstance(spawn.obj.type, Class) and spawn.obj.type not in BACKGROUND
        for target, arguments in targets:
            activation = explorer.activate(None, target, arguments, ())
            if activation is None:
                continue
            root = known.get(activation)
            if root is None:
                root = known[activation] = Root("thread", activation, thread_name(explorer, spawn.obj, target))
                root.domain, root.spelling = spawn.domain, spawn.what
                service = BACKGROUND.get(spawn.obj.type_name)
                root.line = event.subject if service is not None and service.serial else None
                fresh.append(root)
                found.roots.append(root)
            if event not in root.spawns:
                root.spawns.append(event)
                if chosen:
                    root.choices.append(event)
            root.addresses.add(event.subject)
            root.many |= spawn.many
    return fresh


def thread_name(explorer: Explorer, obj: Obj, target: Fn) -> str:
    """`name=` of the thread when it is a literal, else the name of what runs on it."""
    made = explorer.constructions.get(obj.address)
    if made is not None:
        for value in made[1].get(None, "name") or ():
            if isinstance(value, Lit) and isinstance(value.value, str):
                return value.value
    function = target.function
    if function.name == "run" and function.cls is not None:
        return function.cls.name
    return "lambda" if function.name == "<lambda>" else function.name


def reach(start: Activation, at_once: bool = False) -> dict[Activation, Edge | None]:
    """Every activation that one leads to by calls, each with the call by which it was first met. `at_once`: without
    coroutines, which run later, on a loop."""
    found: dict[Activation, Edge | None] = {start: None}
    pending = [start]
    for activation in pending:
        for edge in activation.edges.values():
            if edge.callee not in found and not (at_once and edge.callee.function.facts.is_async):
                found[edge.callee] = edge
                pending.append(edge.callee)
    return found


__all__ = [
    "UNKNOWN_LOCK_TYPE", "Access", "Acquire", "Activation", "Check", "Edge", "Event", "Execution", "Hold",
    "LibraryCall", "Root", "Spawn", "execution", "is_lock", "kind_of", "lock_of", "one_object", "reach",
]  # fmt: skip
