"""What is observed while functions are run abstractly: holds, checks and events."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ...knowledge.locks import LOCKS, ONE_PERMIT, ONE_PERMIT_LOCK, UNKNOWN_LOCK, LockKind
from ...knowledge.locks import UNKNOWN_LOCK_TYPE as UNKNOWN_LOCK_TYPE
from ...model import facts as f
from ...program.evaluate import Arguments
from ...program.symbols import Function
from ...program.values import Address, Fn, Obj, Values, field

if TYPE_CHECKING:
    from .activation import Activation
    from .handing_over import Hand


class Hold:
    """A lock that a thread holds, from one acquisition on. `how` is with, acquire, timed or try; `lock` the address of
    the lock itself (for a Condition made around a lock, of that lock)."""

    __slots__ = ("activation", "at", "how", "lock", "obj", "through")

    def __init__(self, obj: Obj, at: f.Span, how: str, activation: Activation, through: Address | None = None) -> None:
        self.obj = obj
        self.lock = lock_of(obj).address
        self.at = at
        self.how = how
        self.activation = activation
        self.through = through
        """The ExitStack that will release it."""

    @property
    def function(self) -> Function:
        return self.activation.function

    @property
    def kind(self) -> LockKind:
        return kind_of(self.obj)

    def __repr__(self) -> str:
        return f"Hold({self.lock!r} {self.how} {self.at})"


def lock_of(obj: Obj) -> Obj:
    """The lock that taking `obj` takes: the one under a Condition, else itself."""
    while obj.under is not None:
        obj = obj.under
    return obj


def kind_of(obj: Obj) -> LockKind:
    """The kind of the lock that taking `obj` takes."""
    name = lock_of(obj).type_name
    return ONE_PERMIT_LOCK if name == ONE_PERMIT else LOCKS.get(name, UNKNOWN_LOCK)


def task_of(pool: Address, node: f.Expr) -> Address:
    """The address of the tasks that a call makes which gives no future for them."""
    return field(pool, f"task at {node.at[0]}")


def is_lock(obj: Obj) -> bool:
    return obj.type in LOCKS or obj.type == UNKNOWN_LOCK_TYPE


def holds_back_threads(obj: Obj) -> bool:
    """Whether an object is a lock, and not one of tasks, which says nothing about threads."""
    return is_lock(obj) and kind_of(obj).domain != "task"


def one_object(address: Address) -> bool:
    """Whether within one thread the address names one object (no element, no repeated allocation on its path)."""
    here: Address | None = address
    while here is not None:
        if here.kind == "element" or here.many or (here.kind == "some" and vague(here)):
            return False
        here = here.base
    return True


def vague(some: Address) -> bool:
    """Whether an unknown instance may be another one wherever it is met: what calls give, and what constructors were
    given (of `self.parent.parent` both are that)."""
    return some.key[1] in ("return", "an argument") or some.key[0].endswith(".__init__")


def takes_again(hold: Hold, held: tuple[Hold, ...]) -> bool:
    """Whether a thread that holds these locks takes one of them, a plain lock of threads, a second time."""
    again = any(each.lock is hold.lock for each in held)
    return again and hold.kind.reentrant is False and hold.kind.domain == "thread" and one_object(hold.lock)


UNTIMED = ("with", "acquire")
"""Ways of taking a lock that wait until it is there."""


class Check(NamedTuple):
    """A test of shared state whose outcome the code that follows relies on. `form` is none, truth, membership, length,
    hasattr, equality, copy (a local that was read from the place) or listed (a snapshot whose elements are then taken
    out). `others`: the locations that it is about as well, where several objects may be meant."""

    location: Address
    at: f.Span
    form: str
    held: tuple[Hold, ...]
    others: tuple[Address, ...] = ()


class Event:
    """Something that happens in an activation.

    `kind` is acquire, release, access, call, unknown, spawn, yield, await, raise, return or end. `held` are the locks
    surely held just before, `perhaps` those that an attempt may have taken; `running` the threads that this
    activation (or what it called) may have started before and not surely ended, `ended` those it surely ended. What
    else there is depends on the kind, see `Access`, `LibraryCall`, `Spawn`.
    """

    __slots__ = ("activation", "at", "detail", "ended", "held", "kind", "perhaps", "repeats", "running", "subject")

    def __init__(
        self,
        kind: str,
        at: f.Span,
        activation: Activation,
        held: tuple[Hold, ...],
        running: frozenset[Address],
        ended: frozenset[Address],
        subject: Any,
        detail: Any = None,
        repeats: bool = False,
    ) -> None:
        self.kind = kind
        self.at = at
        self.activation = activation
        self.held = held
        self.perhaps: tuple[Hold, ...] = ()
        self.running = running
        self.ended = ended
        self.subject = subject
        self.detail = detail
        self.repeats = repeats

    @property
    def function(self) -> Function:
        return self.activation.function

    def __repr__(self) -> str:
        return f"Event({self.kind} {self.subject!r} at {self.function.qualname}:{self.at})"


class Access(NamedTuple):
    """Detail of an access event, whose subject is the location.

    `how`: read, write, augment (read-modify-write), change (one operation that changes a container), item (assignment
    or deletion of an item), iterate or delete. `owned`: the object is not yet, or not any more, reachable by others.
    `visible`: a switch point lies between the read and the write. `check`: the test that this relies on. `value` is the
    expression that is written. `method`: the container method that changes it. `hand`: how the object was passed from
    thread to thread before.
    """

    how: str
    owned: bool
    visible: bool = False
    check: Check | None = None
    value: f.Expr | None = None
    method: str = ""
    type: str = ""
    hand: Hand | None = None


class Acquire(NamedTuple):
    """Detail of an acquire event, whose subject is the lock's address. `how` is with, acquire, timed or try."""

    obj: Obj
    how: str
    hold: Hold


class LibraryCall(NamedTuple):
    """Detail of a call event, whose subject is the canonical dotted name. `used`: the result goes somewhere."""

    receiver: Obj | None
    arguments: Arguments
    node: f.Expr
    result: Values
    used: bool


class Spawn(NamedTuple):
    """Detail of a spawn event, whose subject is the address of the thread (or pool task). `targets` with their
    arguments run on it; `many`: by one such event any number of them run."""

    targets: tuple[tuple[Fn, Arguments], ...]
    obj: Obj
    what: str
    many: bool
    domain: str
