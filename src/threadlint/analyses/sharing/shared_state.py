"""State that several threads touch: which places of the program touch the same location, and which of them conflict.

Domain. A *location* is a global, a class attribute, a field, or a cell of an enclosing function; accesses of all roots
are grouped by what may be the same location. Two accesses conflict iff one of them changes it, they may run at the
same
time, no lock is surely held at both, neither happens while the object is owned (not yet reachable by others), nothing
hands the state over between them, and there is evidence that the object is shared and not only the code (see
`instances`).

What breaks where they conflict is the business of `breaks`; state that mostly has a lock is that of `guards`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from ...knowledge.locks import LOCKING_DECORATORS, UNKNOWN_LOCK_TYPE
from ...knowledge.types import SYNCHRONISED
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class, Function
from ...program.values import Address, Obj
from ..execution import Access, Activation, Event, Hold, Root
from ..execution.events import kind_of, lock_of
from ..first_entries import Ways, first_entries
from ..lock_names import Names, lock_names
from ..parallel import Occurrence, Parallel, parallel
from .crowds import Crowds, crowds
from .event_loops import EventLoops, event_loops
from .handovers import Handovers, handovers
from .instances import Instances, instances

INIT_LIKE = frozenset({
    "__init__", "__new__", "__del__", "__repr__", "__str__", "__getstate__", "__setstate__", "__post_init__",
    "__init_subclass__", "__copy__", "__deepcopy__", "__reduce__", "__set_name__", "setUp", "setUpClass", "tearDown",
    "tearDownClass", "__attrs_post_init__",
})  # fmt: skip
"""Methods that run before an object can be shared, or when it is not any more."""

CHANGES = frozenset({"write", "augment", "change", "item", "delete"})
MOST_ENTRIES = 4
"""Of the public functions that lead to an event this many are looked at: they differ in what they started before
only."""

Key = tuple[str, ...]
Locks = tuple[Obj, ...]
"""The locks held at an access, without the places that took them."""


class Site(NamedTuple):
    """One access as one root meets it."""

    occurrence: Occurrence
    location: Address

    @property
    def event(self) -> Event:
        return self.occurrence.event

    @property
    def access(self) -> Access:
        return self.event.detail  # type: ignore[no-any-return]

    @property
    def root(self) -> Root:
        return self.occurrence.root

    @property
    def function(self) -> Function:
        return self.event.activation.function

    @property
    def widened(self) -> bool:
        """Whether it is not known whose object the function works on here."""
        return self.event.activation.widened


class Shared(NamedTuple):
    """A location, and everything that touches it."""

    key: Key
    location: Address
    sites: list[Site]

    @property
    def changes(self) -> list[Site]:
        return [site for site in self.sites if site.access.how in CHANGES]


class SharedState:
    """The answer: `locations`, and `conflict`."""

    def __init__(self, program: Program) -> None:
        self.names: Names = program.ask(lock_names)
        self.parallel: Parallel = program.ask(parallel)
        self._instances: Instances = program.ask(instances)
        self._loops: EventLoops = program.ask(event_loops)
        self._crowds: Crowds = program.ask(crowds)
        self._handovers: Handovers = program.ask(handovers)
        self._hierarchy = program.hierarchy
        self._passing = self.parallel.execution.explorer.passing
        self.locations: dict[Key, Shared] = {}
        self._local: dict[Class, bool] = {}
        self._excluded: dict[tuple[Locks, Address, Locks, Address], bool] = {}
        self._collect()

    # --- collecting ---------------------------------------------------------------------------------------------

    def _collect(self) -> None:
        relevant = self._relevant()
        found: dict[Key, dict[object, Site]] = defaultdict(dict)
        for root, reached in self._walks():
            for activation, ways in reached.items():
                for key, event in relevant.get(activation, ()):
                    occurrence = self.parallel.met(root, event, ways)
                    if self.parallel.never_comes(occurrence):
                        continue
                    alike = (root, event.function, event.at, event.detail.how, event.subject, _locks(event))
                    known = found[key].get(alike)
                    if known is not None:
                        earlier = known.occurrence
                        surer = event if earlier.event.activation.widened else earlier.event
                        occurrence = Occurrence(
                            root, surer, earlier.running | occurrence.running, earlier.ended & occurrence.ended
                        )
                    found[key][alike] = Site(occurrence, event.subject)
        for key in sorted(found):
            sites = list(found[key].values())
            self.locations[key] = Shared(key, sites[0].location, sites)

    def _walks(self) -> Iterator[tuple[Root, dict[Activation, Ways]]]:
        """What runs, and what it leads to: threads and modules, then the first entries."""
        for root in self.parallel.roots:
            if root.kind != "entry" and root.domain == "thread" and root not in self.parallel.unborn:
                yield root, self.parallel.reached(root)
        yield from first_entries(self.parallel, MOST_ENTRIES)

    def _relevant(self) -> dict[object, list[tuple[Key, Event]]]:
        """Accesses of locations that somebody changes after construction, by activation."""
        owners = self.parallel.execution.explorer.owners
        accesses = [
            event
            for event in self.parallel.execution.events("access")
            if not _exempt(event)
            and not ((owner := owners.get(event.subject)) is not None and self._is_of_each_thread(owner))
        ]
        changed = {self.names.identity(event.subject) for event in accesses if event.detail.how in CHANGES}
        relevant: dict[object, list[tuple[Key, Event]]] = defaultdict(list)
        for event in accesses:
            key = self.names.identity(event.subject)
            if key in changed:
                relevant[event.activation].append((key, event))
        return relevant

    def _is_of_each_thread(self, owner: Class) -> bool:
        """Whether each thread has the attributes of a class for itself, or can have them by choice of a subclass."""
        known = self._local.get(owner)
        if known is None:
            family = (owner, *self._hierarchy.subclasses(owner))
            known = self._local[owner] = any(self._hierarchy.is_a(cls, ("threading.local",)) for cls in family)
        return known

    # --- conflicts ----------------------------------------------------------------------------------------------

    def conflict(self, site: Site, other: Site, held: tuple[Hold, ...] | None = None, locks: bool = False) -> bool:
        """Whether two accesses can happen at the same time with nothing between them. `held` are the locks that count
        for the first; `locks`: a lock counts as evidence that public functions are called from several threads."""
        mine = locks_of(site.event.held if held is None else held)
        if self.exclude(mine, site.location, locks_of(other.event.held), other.location):
            return False
        return self.beside(site, other, locks)

    def beside(self, site: Site, other: Site, locks: bool = False) -> bool:
        """Whether two accesses of one object can happen at the same time, whatever locks they hold."""
        passed = self._passed(site, other)
        if passed is False or (passed is None and not self._one_place(site, other)):
            return False
        if self._loops.on_one_loop(site.event, site.root, other.event, other.root):
            return False
        if not self.parallel.may_run_together(site.occurrence, other.occurrence, locks=locks):
            return False
        for main, thread in ((site.root, other.root), (other.root, site.root)):
            if main.kind == "main" and not self.parallel.starts_at_all(main, thread):
                return False  # imports come before the threads that others start
        if self._own_code(site, other) or self._own_code(other, site):
            return False
        if self._started_instead(site.root, other.root) or self._started_instead(other.root, site.root):
            return False
        if _prepares(site, other) or _prepares(other, site):
            return False
        if self._handovers.between(site.occurrence, other.occurrence):
            return False
        sides = (site.location, other.location, site.root, other.root)
        return bool(passed) or self._instances.shared_by(*sides, locks) or self._crowds.meet(*sides)

    def _passed(self, site: Site, other: Site) -> bool | None:
        """Whether a queue made two accesses meet: the giver's, afterwards, and that of the thread that got the object.
        False where each thread has got an object of its own; None where it is another question."""
        if site.event.kind != "access" or other.event.kind != "access":
            return None
        mine, its, passing = site.access.hand, other.access.hand, self._passing
        if mine is None or its is None or (mine.source is None and its.source is None):
            return None
        same = self.names.may_be_same(site.location, other.location)
        if not passing.twice.isdisjoint(site.location.path()):
            return same or None
        if passing.shared(site.location):
            return None
        return same and (passing.leads(mine.to, its.source) or passing.leads(its.to, mine.source))

    def _own_code(self, site: Site, other: Site) -> bool:
        return self._instances.only_the_threads_own(site.event.activation, site.root, other.root)

    def exclude(self, locks: Locks, location: Address, others: Locks, elsewhere: Address) -> bool:
        """Whether a lock that excludes is held on both sides: among `locks` at one location, `others` at the other."""
        if not locks or not others:
            return False
        key = (locks, location, others, elsewhere)
        known = self._excluded.get(key)
        if known is None:
            one = self._instances.is_one(location, elsewhere)
            known = self._excluded[key] = any(
                kind_of(lock).excludes
                and self.protects(lock, location)
                and any(self._may_be_same_lock(lock, also, one) and self.protects(also, elsewhere) for also in others)
                for lock in locks
            )
        return known

    def _may_be_same_lock(self, taken: Obj, also: Obj, exact: bool) -> bool:
        """Whether two locks may be one. Where the two sides may work on two objects, so may their locks: class and
        field
        decide (`exact` says that they work on one). Of a lock whose object is not known the name decides."""
        lock, same = lock_of(taken).address, lock_of(also).address
        if self.names.may_be_same(lock, same):
            return True
        if not exact and self.names.identity(lock) == self.names.identity(same):
            return True
        return any(
            unknown.type == UNKNOWN_LOCK_TYPE and address.kind == "some" and address.key[1] == _last(known)
            for unknown, address, known in ((taken, lock, same), (also, same, lock))
        )

    def protects(self, lock: Obj, location: Address) -> bool:
        """Whether a lock can protect a location at all: that of one instance does not protect what all instances
        share,
        and a lock of tasks does not hold back threads."""
        if kind_of(lock).domain == "task":
            return False
        start = location.root
        if start.kind not in ("global", "class"):
            return True
        owner = lock_of(lock).address.root
        return not owner.many if owner.kind == "site" else owner.kind != "some" or self._instances.only_one(owner)

    def _same_start(self, one: Root, other: Root) -> bool:
        """Whether two roots are one, or one function started at the same place on what is known as two objects."""
        if one is other:
            return True
        if one.kind != "thread" or other.kind != "thread" or one.function is not other.function:
            return False
        places = {(event.function, event.at) for event in one.spawns}
        return any((event.function, event.at) in places for event in other.spawns)

    def _started_instead(self, one: Root, other: Root) -> bool:
        """Whether a method starts the one thread and its override in a subclass the other: no object has both."""
        if one is other or not one.spawns or not other.spawns or one.kind != "thread" or other.kind != "thread":
            return False
        return all(self._overrides(above.function, below.function) for above in one.spawns for below in other.spawns)

    def _overrides(self, above: Function, below: Function) -> bool:
        if above.name != below.name or above.cls is None or below.cls is None or above.cls is below.cls:
            return False
        return "super" not in below.words and above.cls in self._hierarchy.mro(below.cls)

    def _one_place(self, site: Site, other: Site) -> bool:
        if self._same_start(site.root, other.root):
            if self._instances.own_instance(site.root, site.location) or self._instances.own_instance(
                other.root, other.location
            ):
                return False
        return self.names.may_be_same(site.location, other.location)


def _prepares(site: Site, other: Site) -> bool:
    """Whether a function works on an object, or a variable of its own, and then starts the thread for it: a thread that
    runs already was started for another one."""
    if (site.location.kind != "field" and not _is_own_variable(site)) or site.root is other.root:
        return False
    return bool(other.root.spawns) and all(
        spawn.function is site.function and site.event.at < spawn.at and not spawn.repeats
        for spawn in other.root.spawns
    )


def _is_own_variable(site: Site) -> bool:
    """Whether a location is a variable of the function that works on it: each call has its own."""
    key, function = site.location.key, site.function
    own = site.location.kind == "site" and len(key) == 4 and key[1] == function.facts.at[0]
    return own and key[2] in function.binds and key[0] == function.module.name


def locks_of(held: tuple[Hold, ...]) -> Locks:
    """The locks that are held, whoever took them."""
    return tuple([hold.obj for hold in held])


def _locks(event: Event) -> tuple[frozenset[Address], frozenset[Address]]:
    """The locks held at an access and at the test it relies on: contexts that agree in them are alike."""
    check = event.detail.check
    return frozenset(h.lock for h in event.held), frozenset(
        h.lock for h in check.held
    ) if check is not None else frozenset()


def _last(address: Address) -> str:
    key = address.key
    return str(key[-1] if isinstance(key, tuple) else key)


def _exempt(event: Event) -> bool:
    """Accesses that cannot matter: of objects nobody else can reach, in constructors, of synchronised types."""
    access: Access = event.detail
    function = event.function
    return (
        access.owned
        or function.name in INIT_LIKE
        or access.type in SYNCHRONISED
        or (not event.held and not LOCKING_DECORATORS.isdisjoint(function.decorator_names))
        or _is_part_of_a_lock(function)
    )


def _is_part_of_a_lock(function: Function) -> bool:
    """Whether a method takes or gives back a lock of the program's own making that stands on another one: what it notes
    of itself is guarded by that."""
    cls = function.cls
    if cls is None or not {"acquire", "release"} <= cls.methods.keys():
        return False
    if function.name.strip("_") not in ("acquire", "release", "enter", "exit"):
        return False
    return any(
        isinstance(call.func, f.Attr)
        and call.func.attr in ("acquire", "release")
        and not (isinstance(call.func.value, f.Name) and call.func.value.id == function.receiver_name)
        for call in function.text.nodes.get(f.Call, ())
    )


def shared_state(program: Program) -> SharedState:
    """What the program's threads share."""
    return SharedState(program)
