"""State that several threads touch, and how its changes can break.

Domain. A *location* is a global, a class attribute, a field, or a cell of an enclosing function; accesses of all roots are grouped
by what may be the same location. Two accesses conflict iff one of them changes it, they may run at the same time, no lock is
surely held at both, and neither happens while the object is owned (not yet reachable by others).

What breaks is named by `Break.what`:

- *update*: a read-modify-write (`x += 1`, `d[k] = d.get(k, 0) + 1`) and another change: one of the two is lost;
- *test*: a change that relies on a test, with a change by another thread between the two;
- *lazy*: the test asks whether the thing is there at all, and the change makes it: two threads make two.

Plain writes are not breaks: a store is whole on every build (see `guards` for state that is written without its lock).
`visible` says that a switch point lies between read and write, so that it breaks on every build of today.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from ..knowledge.threads import SHARED_HANDLERS
from ..knowledge.types import CONTAINERS, SHRINKS, SYNCHRONISED
from ..model import facts as f
from ..program.program import Program
from ..program.symbols import Class
from ..program.traverse import walk_expression
from ..program.values import Address, Obj
from .execution import Access, Check, Event, Hold, Root
from .lock_names import Names, lock_names
from .parallel import Occurrence, Parallel, parallel

INIT_LIKE = frozenset({
    "__init__", "__new__", "__del__", "__repr__", "__str__", "__getstate__", "__setstate__", "__post_init__", "__init_subclass__",
    "__copy__", "__deepcopy__", "__reduce__", "__set_name__", "setUp", "setUpClass", "tearDown",
})  # fmt: skip
"""Methods that run before an object can be shared, or when it is not any more."""

CHANGES = frozenset({"write", "augment", "change", "item", "delete"})
Key = tuple[str, ...]


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


class Break(NamedTuple):
    """A change that another thread can break; `against` is an access of that thread. `check` is the test it relies on."""

    what: str
    site: Site
    against: Site
    visible: bool
    check: Check | None


class Shared(NamedTuple):
    """A location, and everything that touches it."""

    key: Key
    location: Address
    sites: list[Site]

    @property
    def changes(self) -> list[Site]:
        return [site for site in self.sites if site.access.how in CHANGES]


class SharedState:
    """The answer: `locations`, and `breaks()`."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.names: Names = program.ask(lock_names)
        self.parallel: Parallel = program.ask(parallel)
        self._owners = self.parallel.execution.explorer.owners
        self._shareable: dict[tuple[Class, bool], bool] = {}
        self.locations: dict[Key, Shared] = {}
        self._collect()

    # --- collecting ---------------------------------------------------------------------------------------------

    def _collect(self) -> None:
        changed = {
            self.names.identity(event.subject)
            for event in self.parallel.execution.events("access")
            if event.detail.how in CHANGES and not event.detail.owned and event.function.name not in INIT_LIKE
        }
        sites: dict[Key, dict[object, Site]] = defaultdict(dict)
        for root in self.parallel.roots:
            if root.domain != "thread" or (root.kind == "entry" and not root.public):
                continue
            for occurrence in self.parallel.occurrences(root, "access"):
                event = occurrence.event
                key = self.names.identity(event.subject)
                if key not in changed or event.detail.owned or event.function.name in INIT_LIKE:
                    continue
                if event.detail.type in SYNCHRONISED:
                    continue
                known = sites[key].get((root, event))
                if known is None:
                    sites[key][root, event] = Site(occurrence, event.subject)
                else:
                    earlier = known.occurrence
                    merged = Occurrence(
                        root, event, earlier.running | occurrence.running, earlier.ended & occurrence.ended
                    )
                    sites[key][root, event] = Site(merged, event.subject)
        for key in sorted(sites):
            found = list(sites[key].values())
            self.locations[key] = Shared(key, found[0].location, found)

    # --- conflicts ----------------------------------------------------------------------------------------------

    def breaks(self) -> Iterator[Break]:
        """Every change that can break, once for each place and kind, with the other thread's best witness."""
        for shared in self.locations.values():
            changes = shared.changes
            done: set[object] = set()
            for site in changes:
                what, check, visible = _kind(site)
                if what is None or (what, site.event.function, site.event.at) in done:
                    continue
                for other in changes:
                    if self.conflict(site, other, self._protecting(site, check)):
                        done.add((what, site.event.function, site.event.at))
                        yield Break(what, site, other, visible, check)
                        break

    def _protecting(self, site: Site, check: Check | None) -> tuple[Hold, ...]:
        """The locks held from the test on to the change."""
        held = site.event.held
        if check is None:
            return held
        return tuple(hold for hold in held if any(hold is before for before in check.held))

    def conflict(self, site: Site, other: Site, held: tuple[Hold, ...] | None = None) -> bool:
        """Whether two accesses can happen at the same time with nothing between them."""
        mine = site.event.held if held is None else held
        if not self._one_place(site, other) or self.common_lock(mine, other.event.held):
            return False
        if not self.parallel.may_run_together(site.occurrence, other.occurrence, locks=False):
            return False
        return self._shared_by(site, other)

    def common_lock(self, mine: tuple[Hold, ...], theirs: tuple[Hold, ...]) -> bool:
        """Whether some lock that excludes is held on both sides."""
        for hold in mine:
            if hold.kind.excludes:
                for also in theirs:
                    if self.names.may_be_same(hold.lock, also.lock):
                        return True
        return False

    def _one_place(self, site: Site, other: Site) -> bool:
        if site.root is other.root and self._own_instance(site.root, site.location):
            return False
        return self.names.may_be_same(site.location, other.location)

    def _own_instance(self, root: Root, location: Address) -> bool:
        """Whether every thread of a root that runs many times has its own object there."""
        start = location.root
        if start.many or any(here.kind == "element" for here in _path(location)):
            return True
        receiver = root.activation.receiver
        if root.kind == "thread" and isinstance(receiver, Obj) and location.within(receiver.address):
            if receiver.address.many or receiver.address.kind == "element":
                return True
            if isinstance(receiver.type, Class):
                bases = self._program.hierarchy.library_bases(receiver.type)
                if "threading.Thread" in bases or "threading.Timer" in bases:
                    return True
                return root.spelling == "handler" and not set(bases) & SHARED_HANDLERS
        return False

    def _shared_by(self, site: Site, other: Site) -> bool:
        """Whether there is evidence that the object itself is shared, not only the code."""
        start = site.location.root
        if start.kind in ("global", "class"):
            return True
        if start.kind == "site":
            return not start.many
        if start.kind != "some" or start.key[1] != "self":
            return False
        if site.root.kind == "thread" or other.root.kind == "thread":
            return True
        return self.meant_to_be_shared(start)

    def meant_to_be_shared(self, start: Address) -> bool:
        """Whether a class shows that its instances are used by several threads: it keeps a lock or thread, one lives in a
        global, or a framework shares it."""
        receiver = next(
            (v.type for v in self._instances(start) if isinstance(v.type, Class)), None
        )
        if receiver is None or receiver.owns_a_docstring_against_threads:
            return False
        known = self._shareable.get((receiver, True))
        if known is None:
            explorer = self.parallel.execution.explorer
            bases = set(self._program.hierarchy.library_bases(receiver))
            known = (
                self.parallel.owns_lock(receiver)
                or bool(bases & SHARED_HANDLERS)
                or any(
                    isinstance(obj.type, Class) and receiver in self._program.hierarchy.mro(obj.type)
                    for address, (obj, *_) in explorer.constructions.items()
                    if address.kind in ("global", "class")
                )
            )
            self._shareable[receiver, True] = known
        return known

    def _instances(self, start: Address) -> Iterator[Obj]:
        for cls in self._program.classes:
            if cls.qualname == start.key[0]:
                yield self._program.static.parameter_receiver(cls)


def _path(address: Address) -> Iterator[Address]:
    here: Address | None = address
    while here is not None:
        yield here
        here = here.base


def _kind(site: Site) -> tuple[str | None, Check | None, bool]:
    """What a change relies on: (update | test | lazy | None, the test, whether a switch point lies between)."""
    access = site.access
    check = access.check
    if access.how == "augment":
        return "update", None, access.visible
    if check is not None and check.form in ("copy", "item", "value") and access.visible:
        return "update", check, True
    if check is None:
        return None, None, False
    calls = access.value is not None and any(isinstance(n, (f.Call, f.Await)) for n in walk_expression(access.value))
    if access.how == "write" and check.form in ("none", "hasattr", "truth"):
        if _makes_something(access.value):
            return "lazy", check, calls
        return None, None, False
    if access.how == "item" and check.form in ("membership", "item") and access.method != "del":
        return ("lazy" if calls else "test"), check, calls
    if access.how in ("change", "item") and (access.method in SHRINKS or access.method == "del"):
        safe = access.method in ("discard", "clear") or _has_default(access.value)
        return (None if safe else "test"), check, False
    if access.how == "change" and check.form == "membership" and access.type in CONTAINERS and "set" not in access.type.lower():
        return "test", check, False
    return None, None, False


def _makes_something(value: f.Expr | None) -> bool:
    """Whether an assigned expression makes a new object (and does not only flip a flag)."""
    return isinstance(value, (f.Call, f.Display, f.Comprehension, f.BoolOp, f.IfExp, f.Await))


def _has_default(value: f.Expr | None) -> bool:
    return isinstance(value, f.Call) and len(value.args) > 1


def shared_state(program: Program) -> SharedState:
    """What the program's threads share."""
    return SharedState(program)
