"""A tiny language for threaded programs: what the oracle knows exactly, before any Python text exists.

A name may be that of an object's lock or variable: `checking.guard`; or `first.guard`, `first` being a parameter.
A `Program` has locks, variables, procedures and workers. A worker is a thread, or `copies` identical threads. The
procedure called `main` is the body of the main thread. Lock names in a body may also be parameters of the procedure.
There is no arithmetic and no value: a branch goes both ways, and all that is said of a variable is *read*, *written*.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum


class Form(Enum):
    """How a critical section is spelled. The last three differ in meaning: some ways out leave it taken."""

    WITH = "with"
    FINALLY = "acquire, try, finally, release"
    MANAGER = "a context-manager helper of the program"
    ALIAS = "a local name for the lock, then with"
    STACK = "ExitStack.enter_context"
    SPELLED = "acquire that says in its arguments that it waits, try, finally, release"
    BARE = "acquire, release: a return or exception leaves it taken"
    LEAKY = "a context-manager helper without finally: an exception leaves it taken, a return does not"
    HANDLER = "acquire, try, except that releases and raises, release: a return leaves it taken"


class How(Enum):
    """How an attempt to take a lock is spelled."""

    IF = "the attempt is the condition"
    KEPT = "its outcome is kept in a local, which is the condition"
    GUARD = "if not taken: the other branch, which ends with a return"
    BARE = "the attempt is the condition, and no finally releases: a return or exception leaves it taken"
    EITHER = "both branches are the same; a finally releases if it was taken"


class Gather(Enum):
    """How the ends of tasks are waited for. What a task raised is raised again where its result is asked for."""

    EACH = "the result of each, in the order of submission"
    WAIT = "wait: until all have ended, whatever they raised"
    COMPLETED = "as_completed, and the result of each: until all have ended, or the first one that failed"


class Kind(Enum):
    """What a variable is, which decides how its updates are spelled."""

    NUMBER = "a number"
    TABLE = "a dictionary of numbers"
    LOG = "a list that is only appended to: each change is atomic"
    CACHE = "a dictionary of which one entry is made where it is missing"
    LAZY = "a reference that is None until its first user makes what it stands for"
    STOCK = "a list from which things are taken where there are any"
    RECORD = "a dictionary that one thread makes and others consult as soon as it is there"
    REGISTER = "a dictionary that gets new entries and is iterated"


@dataclass(frozen=True)
class Lock:
    name: str
    reentrant: bool = False
    permits: int = 0
    """A semaphore of so many permits, given back by whoever took them; 0 for a lock."""


@dataclass(frozen=True)
class Variable:
    name: str
    kind: Kind = Kind.NUMBER


@dataclass(frozen=True)
class Section:
    """Take the lock, do the body, release."""

    lock: str
    body: tuple[Statement, ...]
    form: Form = Form.WITH


@dataclass(frozen=True)
class Acquire:
    lock: str


@dataclass(frozen=True)
class Release:
    lock: str


@dataclass(frozen=True)
class Attempt:
    """Take the lock only if it is free (a try or timed acquire); then the body and a release, else the other branch."""

    lock: str
    body: tuple[Statement, ...]
    otherwise: tuple[Statement, ...] = ()
    timed: bool = False
    how: How = How.IF


@dataclass(frozen=True)
class Call:
    procedure: str
    arguments: tuple[str, ...] = ()
    catches: bool = False


@dataclass(frozen=True)
class Update:
    """Read the variable, then write what follows from the value read."""

    variable: str


@dataclass(frozen=True)
class Fetch:
    """Read the variable into a local, for a `Store` later in the same procedure."""

    variable: str


@dataclass(frozen=True)
class Store:
    """Write back what follows from the value that `Fetch` read."""

    variable: str


@dataclass(frozen=True)
class Write:
    """One atomic write that depends on nothing (for a LOG: one atomic append)."""

    variable: str


@dataclass(frozen=True)
class Fill:
    """Make the entry of a CACHE if it is not there: a look, then perhaps a write."""

    variable: str


@dataclass(frozen=True)
class Look:
    """Read the variable; nothing that is done depends on what was read."""

    variable: str


@dataclass(frozen=True)
class Ask:
    """Do the body if the entry of a CACHE, or what a LAZY stands for, is not there."""

    variable: str
    body: tuple[Statement, ...]


@dataclass(frozen=True)
class Make:
    """Make the entry of a CACHE, or what a LAZY stands for."""

    variable: str


@dataclass(frozen=True)
class Take:
    """Take one thing out of a STOCK, because a look said that there is one; or, not `asking`, whatever may be there."""

    variable: str
    asking: bool = True


@dataclass(frozen=True)
class Publish:
    """Make a RECORD: give it away when it is complete, or (`early`) empty, to fill it then."""

    variable: str
    early: bool = False


@dataclass(frozen=True)
class Consult:
    """Use the contents of a RECORD, if it is there."""

    variable: str


@dataclass(frozen=True)
class Grow:
    """Put a new entry into a REGISTER: one atomic step."""

    variable: str


@dataclass(frozen=True)
class Walk:
    """Iterate a REGISTER, one entry after the other; or, as a `snapshot`, in one atomic step."""

    variable: str
    snapshot: bool = False


@dataclass(frozen=True)
class Branch:
    """Either way may be taken."""

    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class Sorted:
    """Do the body with the two objects, given as `low` and `high` in an order that does not depend on the caller."""

    one: str
    other: str
    body: tuple[Statement, ...]


@dataclass(frozen=True)
class Repeat:
    times: int
    body: tuple[Statement, ...]


@dataclass(frozen=True)
class Return:
    """Leave the procedure."""


@dataclass(frozen=True)
class Fail:
    """Raise an exception."""


@dataclass(frozen=True)
class Pause:
    """Something that concerns no shared state."""


@dataclass(frozen=True)
class Start:
    worker: str


@dataclass(frozen=True)
class Join:
    worker: str


@dataclass(frozen=True)
class Glance:
    """Wait for the thread or task with a timeout: whatever comes of it, the text goes on."""

    worker: str


@dataclass(frozen=True)
class Submit:
    """Give the task to its executor, and keep the future."""

    worker: str


@dataclass(frozen=True)
class Result:
    """Wait until the tasks that the same procedure submitted have ended. What one of them raised is raised again (not
    by `WAIT`), unless `catches`."""

    worker: str
    how: Gather = Gather.EACH
    catches: bool = False


@dataclass(frozen=True)
class Pool:
    """Submit the workers that the body starts, and wait for all of them at the end.

    With `serial` there is one thread in the pool, and the tasks run one after the other in the order of submission.
    """

    name: str
    body: tuple[Statement, ...]
    serial: bool = False


@dataclass(frozen=True)
class Signal:
    """Set the event or flag (which nobody clears), or put one item into the queue."""

    channel: str


@dataclass(frozen=True)
class Await:
    """Wait until the event or flag is set, take one item from the queue, or wait at the barrier for all its parties;
    without a timeout."""

    channel: str


@dataclass(frozen=True)
class Send:
    """Put an object into a queue."""

    channel: str
    item: str


@dataclass(frozen=True)
class Receive:
    """Take an object from a queue, without a timeout; it is known under that name from then on."""

    channel: str
    name: str


@dataclass(frozen=True)
class Channel:
    """An event; a queue; with parties, a barrier that so many threads pass together, once; or, with a condition, a flag
    that is set under that lock and waited for with it, held once.

    `alias` is the name of the condition in the text if the lock has a name of its own beside it.
    """

    name: str
    queue: bool = False
    condition: str = ""
    alias: str = ""
    parties: int = 0


@dataclass(frozen=True)
class Executor:
    """A pool of the program that runs so many tasks at once, the others in the order of submission."""

    name: str
    workers: int


Statement = (
    Section | Acquire | Release | Attempt | Call | Update | Fetch | Store | Write | Fill | Branch | Repeat | Return
    | Fail | Sorted | Pause | Start | Join | Glance | Pool | Submit | Result | Signal | Await
    | Look | Ask | Make | Take | Publish | Consult | Grow | Walk | Send | Receive
)  # fmt: skip


@dataclass(frozen=True)
class Procedure:
    name: str
    body: tuple[Statement, ...]
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Worker:
    name: str
    procedure: str
    arguments: tuple[str, ...] = ()
    copies: int = 1
    executor: str = ""
    """The executor whose task it is; nothing for a thread of its own, or a task of a `Pool`."""
    parents: tuple[str, ...] = ()
    """The instances of others that submit it, each as often as there are copies."""

    @property
    def instances(self) -> tuple[str, ...]:
        """The names of its threads."""
        if self.parents:
            return tuple(instance for parent in self.parents for instance in self.instances_of(parent))
        return self._copies()

    def _copies(self) -> tuple[str, ...]:
        return (self.name,) if self.copies == 1 else tuple(f"{self.name}#{i}" for i in range(self.copies))

    def instances_of(self, parent: str) -> tuple[str, ...]:
        """Its instances that the given thread starts or waits for."""
        return tuple(f"{copy}@{parent}" for copy in self._copies()) if self.parents else self.instances


@dataclass(frozen=True)
class Program:
    locks: tuple[Lock, ...]
    variables: tuple[Variable, ...]
    procedures: tuple[Procedure, ...]
    workers: tuple[Worker, ...]
    channels: tuple[Channel, ...] = ()
    executors: tuple[Executor, ...] = ()
    reported: dict[str, str] = field(default_factory=dict)
    """The name under which a lock or variable is reported where it is not its own: instances of a class share one."""

    def report(self, name: str) -> str:
        """The name under which a lock or variable is reported."""
        return self.reported.get(name, name)

    def channel(self, name: str) -> Channel:
        """The channel of that name."""
        return next(c for c in self.channels if c.name == name)

    def procedure(self, name: str) -> Procedure:
        """The procedure of that name."""
        return next(p for p in self.procedures if p.name == name)

    def worker(self, name: str) -> Worker:
        """The worker of that name."""
        return next(w for w in self.workers if w.name == name)

    def lock(self, name: str) -> Lock:
        """The lock of that name."""
        return next(x for x in self.locks if x.name == name)

    def variable(self, name: str) -> Variable:
        """The variable of that name; of an object's variables, any that has the last part of its name."""
        return next(v for v in self.variables if v.name.rpartition(".")[2] == name.rpartition(".")[2])


def within(statements: tuple[Statement, ...]) -> Iterator[Statement]:
    """All statements, also inside sections, branches, loops and pools, in the order of the text."""
    for statement in statements:
        yield statement
        for part in ("then", "body", "otherwise"):
            yield from within(getattr(statement, part, ()))
