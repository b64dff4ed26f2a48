"""A thread's program as a small acyclic automaton: calls inlined, loops unrolled, one node per visible step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from .language import (
    Acquire,
    Ask,
    Attempt,
    Await,
    Branch,
    Call,
    Consult,
    Fail,
    Fetch,
    Fill,
    Form,
    Gather,
    Glance,
    Grow,
    How,
    Join,
    Kind,
    Look,
    Make,
    Pause,
    Pool,
    Program,
    Publish,
    Receive,
    Release,
    Repeat,
    Result,
    Return,
    Section,
    Send,
    Signal,
    Sorted,
    Start,
    Statement,
    Store,
    Submit,
    Take,
    Update,
    Walk,
    Write,
    within,
)  # fmt: skip

END: Final = 0
"""The node at which a thread has ended."""
FAILED: Final = 1
"""The node at which a task has ended that raised."""
_ALONE: Final[dict[type[Statement], str]] = {
    Look: "peek", Make: "store", Take: "take", Publish: "publish", Grow: "grow", Walk: "peek"
}  # fmt: skip
"""Statements that are one step."""


@dataclass(frozen=True)
class Node:
    """One visible step: `verb` on `noun`, and where it leads. `fork` and `try` have two ways on.

    Verbs: acquire, release, try (first way: taken; second: it was busy), check (first way: not there), read, write,
    store (a write that depends on an earlier read), fetch and restore (the same, with more in between), peek (a read on
    which nothing depends), ask and take (of a stock), grow, walk and walked (the first and the last step of an
    iteration), show and fill (a record, empty and then filled), publish (a full one), glance (first way: it is there),
    consult, send and receive, start and join (of a thread or task; second way: it raised), gather (the same of all, in
    whatever order they end), turn (a pool task waits for the one before it),
    begin (a task waits for a worker of its executor), fork (either way), signal, await, look (first way: the flag is
    set; second: it is not, and the lock is given back), wake (take it again once the flag is set), arrive and pass (at
    a barrier), leak (no step: here the text leaves the lock taken), end.
    """

    verb: str
    noun: str
    ways: tuple[int, ...]


@dataclass(frozen=True)
class _Exits:
    """Where the text at hand leads when it returns, or raises."""

    returning: int
    raising: int


def _resolve(name: str, names: dict[str, str]) -> str:
    """A name, its first part replaced if it is a parameter."""
    head, dot, tail = name.partition(".")
    return names.get(head, head) + dot + tail


class _Builder:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.nodes: list[Node] = [Node("end", "", ()), Node("end", "", ())]
        self.thread = ""
        """The one whose automaton is built."""

    def emit(self, verb: str, noun: str, *ways: int) -> int:
        self.nodes.append(Node(verb, noun, ways))
        return len(self.nodes) - 1

    def block(self, body: tuple[Statement, ...], then: int, exits: _Exits, names: dict[str, str]) -> int:
        """The entry of `body`, given the node that follows it. Built from the end to the beginning."""
        for statement in reversed(body):
            then = self.statement(statement, then, exits, names)
        return then

    def statement(self, statement: Statement, then: int, exits: _Exits, names: dict[str, str]) -> int:
        match statement:
            case Section(lock, body, form):
                lock = _resolve(lock, names)
                inside = _Exits(
                    self.emit("leak" if form in (Form.BARE, Form.HANDLER) else "release", lock, exits.returning),
                    self.emit("leak" if form in (Form.BARE, Form.LEAKY) else "release", lock, exits.raising),
                )
                return self.emit("acquire", lock, self.block(body, self.emit("release", lock, then), inside, names))
            case Acquire(lock):
                return self.emit("acquire", _resolve(lock, names), then)
            case Release(lock):
                return self.emit("release", _resolve(lock, names), then)
            case Attempt(lock, body, otherwise, _, how):
                lock, verb = _resolve(lock, names), "leak" if how is How.BARE else "release"
                inside = _Exits(self.emit(verb, lock, exits.returning), self.emit(verb, lock, exits.raising))
                taken = self.block(body, self.emit("release", lock, then), inside, names)
                return self.emit("try", lock, taken, self.block(otherwise, then, exits, names))
            case Call(procedure, arguments, catches):
                callee = self.program.procedure(procedure)
                bound = dict(zip(callee.parameters, (_resolve(a, names) for a in arguments), strict=True))
                return self.block(callee.body, then, _Exits(then, then if catches else exits.raising), bound)
            case Sorted(one, other, body):
                low, high = sorted((_resolve(one, names), _resolve(other, names)))
                return self.block(body, then, exits, {**names, "low": low, "high": high})
            case Update(variable):
                variable = _resolve(variable, names)
                return self.emit("read", variable, self.emit("store", variable, then))
            case Fetch(variable):
                return self.emit("fetch", _resolve(variable, names), then)
            case Store(variable):
                return self.emit("restore", _resolve(variable, names), then)
            case Fill(variable):
                variable = _resolve(variable, names)
                return self.emit("check", variable, self.emit("store", variable, then), then)
            case Write(variable):
                stock = self.program.variable(variable).kind is Kind.STOCK
                return self.emit("append" if stock else "write", _resolve(variable, names), then)
            case Ask(variable, body):
                return self.emit("check", _resolve(variable, names), self.block(body, then, exits, names), then)
            case Look() | Make() | Take() | Publish() | Consult() | Grow() | Walk():
                return self.sharing(statement, _resolve(statement.variable, names), then)
            case Send(channel, item):
                return self.emit("send", f"{channel} {_resolve(item, names)}", then)
            case Receive(channel, name):
                return self.emit("receive", f"{channel} {name}", then)
            case Branch(yes, no):
                return self.emit("fork", "", self.block(yes, then, exits, names), self.block(no, then, exits, names))
            case Repeat(times, body):
                for _ in range(times):
                    then = self.block(body, then, exits, names)
                return then
            case Return():
                return exits.returning
            case Fail():
                return exits.raising
            case Pause() | Glance():
                return then
            case Start(worker) | Submit(worker):
                for instance in reversed(self.program.worker(worker).instances_of(self.thread)):
                    then = self.emit("start", instance, then)
                return then
            case Join(worker):
                for instance in reversed(self.program.worker(worker).instances_of(self.thread)):
                    then = self.emit("join", instance, then)
                return then
            case Result():
                return self.result(statement, then, exits)
            case Pool(body=body):
                submitted = [s.worker for s in body if isinstance(s, Start)]
                inside = replace(exits)
                joins = tuple(Join(worker) for worker in submitted)
                inside = _Exits(
                    self.block(joins, exits.returning, exits, names), self.block(joins, exits.raising, exits, names)
                )
                return self.block(body, self.block(joins, then, exits, names), inside, names)
            case Signal(channel):
                return self.emit("signal", channel, then)
            case Await(channel) if self.program.channel(channel).condition:
                look = self.emit("look", channel)
                self.nodes[look] = Node("look", channel, (then, self.emit("wake", channel, look)))
                return look
            case Await(channel) if self.program.channel(channel).parties:
                return self.emit("arrive", channel, self.emit("pass", channel, then))
            case Await(channel):
                return self.emit("await", channel, then)
        raise AssertionError(statement)

    def result(self, result: Result, then: int, exits: _Exits) -> int:
        """The steps of waiting for tasks; there is a way on for what they raised if they may."""
        worker = self.program.worker(result.worker)
        instances = worker.instances_of(self.thread)
        raising: tuple[int, ...] = ()
        if result.how is not Gather.WAIT and fails(self.program, worker.procedure):
            raising = (then if result.catches else exits.raising,)
        if result.how is not Gather.EACH:
            return self.emit("gather", " ".join(instances), then, *raising)
        for instance in reversed(instances):
            then = self.emit("join", instance, then, *raising)
        return then

    def sharing(
        self, statement: Look | Make | Take | Publish | Consult | Grow | Walk, variable: str, then: int
    ) -> int:
        """The steps on a variable of which more than reading and writing is known."""
        match statement:
            case Take(asking=True):
                return self.emit("ask", variable, self.emit("take", variable, then))
            case Publish(early=True):
                return self.emit("show", variable, self.emit("fill", variable, then))
            case Consult():
                return self.emit("glance", variable, self.emit("consult", variable, then), then)
            case Walk(snapshot=False):
                return self.emit("walk", variable, self.emit("walked", variable, then))
        return self.emit(_ALONE[type(statement)], variable, then)


@dataclass(frozen=True)
class Automata:
    """All threads of a program over one list of nodes: the entry of each thread, `main` first."""

    nodes: tuple[Node, ...]
    entries: dict[str, int]


def automata(program: Program) -> Automata:
    """The automata of all threads of the program."""
    builder = _Builder(program)
    builder.thread = "main"
    entries = {"main": builder.block(program.procedure("main").body, END, _Exits(END, END), {})}
    before = _predecessors(program)
    for worker in program.workers:
        for instance in worker.instances:
            builder.thread = instance
            leave = _Exits(END, FAILED if worker.executor else END)
            entry = builder.block((Call(worker.procedure, worker.arguments),), END, leave, {})
            if instance in before:
                entry = builder.emit("turn", before[instance], entry)
            if worker.executor:
                entry = builder.emit("begin", worker.executor, entry)
            entries[instance] = entry
    return Automata(tuple(builder.nodes), entries)


def leaks(program: Program) -> frozenset[str]:
    """The locks that some way through a procedure of the program leaves taken."""
    return frozenset(
        builder.nodes[at].noun
        for procedure in program.procedures
        for builder, ways in (_through(program, procedure.name),)
        for at in ways if builder.nodes[at].verb == "leak"
    )  # fmt: skip


def fails(program: Program, procedure: str) -> bool:
    """Whether some way through a procedure ends with an exception."""
    return FAILED in _through(program, procedure)[1]


def _through(program: Program, procedure: str) -> tuple[_Builder, set[int]]:
    """The nodes on all ways through a procedure, whoever calls it."""
    builder = _Builder(program)
    builder.thread = "main"
    todo = [builder.block(program.procedure(procedure).body, END, _Exits(END, FAILED), {})]
    seen = set(todo)
    while todo:
        ways = builder.nodes[todo.pop()].ways
        todo += [way for way in ways if way not in seen]
        seen.update(ways)
    return builder, seen


def _predecessors(program: Program) -> dict[str, str]:
    """For each task of a serial pool, the task before it."""
    before: dict[str, str] = {}
    for procedure in program.procedures:
        for statement in within(procedure.body):
            if isinstance(statement, Pool) and statement.serial:
                tasks = [
                    instance
                    for s in statement.body if isinstance(s, Start)
                    for instance in program.worker(s.worker).instances
                ]  # fmt: skip
                before.update(zip(tasks[1:], tasks, strict=False))
    return before
