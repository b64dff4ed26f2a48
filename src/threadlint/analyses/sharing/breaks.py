"""How changes of shared state can break.

Each kind names what another thread does in the middle (`Break.what`):

- *update*: a read-modify-write (`x += 1`, `d[k] = d.get(k, 0) + 1`, also through a local copy); another change is lost;
- *test*: a change that relies on a test which another thread's change makes untrue (`if q: q.pop()`), or on a list of
  what was there (`for k in list(d): del d[k]`);
- *lazy*: the test asks whether a thing is there at all, and the change makes it: two threads make two;
- *clear*: a thing is used and then set to None: the one that another thread has put there meanwhile is lost;
- *drain*: what is in a container is used, then the container is emptied or replaced: what came in between is gone;
- *iterate*: a container is iterated while another thread changes its size.

A plain write is not a break: a store is whole on every build. `visible` says that a switch point lies in between
(see `switch_points`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from ...knowledge.types import CONTAINERS, DICTS, GROWS, LISTS, SETS, SHRINKS, kind_of_container
from ...model import facts as f
from ...program.program import Program
from ...program.traverse import walk
from ...program.values import Address
from ..execution import Access, Check, Hold, Root
from .filled_before import FilledBefore, filled_before
from .making import Making, making
from .senses import Senses, senses
from .shared_state import Locks, Shared, SharedState, Site, locks_of, shared_state
from .switch_points import SwitchPoints, switch_points

_MISSING = frozenset(
    {"KeyError", "IndexError", "LookupError", "AttributeError", "ValueError", "Exception", "BaseException", "Empty"}
)
SETTING_UP = ("setup", "set_up", "init", "configure", "prepare")
"""Beginnings of names of functions that give an object what it needs, before it does anything."""

Weight = tuple[bool, int, int]
"""How good a witness is, the best first; the last number is its order."""

_SAFE_SHRINKS = frozenset({"discard", "clear"})


class Reliance(NamedTuple):
    """What a change relies on. `idempotent`: making it twice does no harm that anybody could see (None: not known)."""

    what: str
    check: Check | None
    visible: bool
    idempotent: bool | None = False


class Break(NamedTuple):
    """A place that another thread can break; `against` is what that thread does, `held` the locks held from the read
    or
    test on to the change."""

    shared: Shared
    relies: Reliance
    site: Site
    against: Site
    held: tuple[Hold, ...]

    @property
    def what(self) -> str:
        return self.relies.what


class Breaks:
    """The answer: `found`, in order of location and place."""

    def __init__(self, program: Program) -> None:
        self._state: SharedState = program.ask(shared_state)
        self._points: SwitchPoints = program.ask(switch_points)
        self._making: Making = program.ask(making)
        self._filled: FilledBefore = program.ask(filled_before)
        self._senses: Senses = program.ask(senses)
        self.found: list[Break] = [each for shared in self._state.locations.values() for each in self._of(shared)]

    def _of(self, shared: Shared) -> Iterator[Break]:
        kind = container(shared)
        changes: dict[tuple[Root, Locks, Address], list[tuple[Weight, Site]]] = defaultdict(list)
        for number, other in enumerate(shared.changes):
            alike = (other.root, locks_of(other.event.held), other.location)
            changes[alike].append(((*_weight(other), number), other))
        changing = {alike[0] for alike in changes}
        met: dict[Root, list[tuple[Root, Locks, Address]]] = {}
        done: set[object] = set()
        for site in sorted(shared.sites, key=lambda each: each.widened):
            relies = self.reliance(shared, site, kind)
            if relies is None or (relies.what in ("test", "lazy") and self._filled.surely(shared, site)):
                continue
            place = (relies.what, site.function, site.event.at)
            if place in done:
                continue
            held = protecting(site, relies.check)
            best: tuple[Weight, Site] | None = None
            mine = locks_of(held)
            if site.root not in met:
                meeting = {root for root in changing if self._state.parallel.may_meet(site.root, root)}
                met[site.root] = [alike for alike in changes if alike[0] in meeting] if meeting else []
            for alike in met[site.root]:
                if not self._state.exclude(mine, site.location, alike[1], alike[2]):
                    best = self._breaking(shared, relies, site, kind, changes[alike], best)
            if best is not None:
                done.add(place)
                yield Break(shared, relies, site, best[1], held)

    def _breaking(
        self,
        shared: Shared,
        relies: Reliance,
        site: Site,
        kind: str,
        others: list[tuple[Weight, Site]],
        best: tuple[Weight, Site] | None,
    ) -> tuple[Weight, Site] | None:
        """The best witness among changes that no lock keeps apart from a site, if it is better than the one so far."""
        for weight, other in others:
            if best is not None and weight > best[0]:
                continue
            if not matters(relies, site, other, kind) or not self._state.beside(site, other):
                continue
            if self._filled.surely(shared, other):
                continue
            best = weight, other
        return best

    # --- what a place relies on ---------------------------------------------------------------------------------

    def reliance(self, shared: Shared, site: Site, kind: str) -> Reliance | None:
        """What an access relies on; None when one step alone does it."""
        access, check = site.access, site.access.check
        if check is not None and check.form == "listed" and not (access.method in SHRINKS or access.method == "del"):
            check = None
        if access.how == "iterate":
            return Reliance("iterate", None, True)
        if access.how == "augment":
            return Reliance("update", None, access.visible)
        if access.how not in ("write", "change", "item"):
            return None
        if check is not None and check.form in ("copy", "value", "item") and _stores_a_result(access):
            return Reliance("update", check, access.visible or self._between(site, check))
        if check is None:
            return self._drain(shared, site, kind)
        if access.how == "write":
            return self._replacing(shared, site, check, kind)
        if access.how == "item" and access.method != "del":
            return self._filling(site, check, kind)
        if access.method in SHRINKS or access.method == "del":
            return self._taking(site, check)
        if (
            check.form in ("membership", "length")
            and access.how == "change"
            and (
                not (kind in SETS and access.method == "add")  # adding it twice does no harm by itself
                or self._senses.begins_work(site.function, check.at, site.event.at)
            )
        ):
            if access.method in GROWS and access.method not in ("setdefault", "update"):
                return Reliance("test", check, self._between(site, check))
        return None

    def _replacing(self, shared: Shared, site: Site, check: Check, kind: str) -> Reliance | None:
        """`if x is None: x = make()`, and `if x is not None: …; x = other`."""
        value = site.access.value
        visible = self._between(site, check)
        replaces = self._senses.was_there(site.function, check.at, site.event.at)
        if not replaces and check.form in ("none", "hasattr", "truth", "copy") and value is not None and _makes(value):
            if kind and _is_empty(value) and check.form == "truth":
                return self._drain(shared, site, kind)
            if self._making.makes_lock(site.function, value):  # told as a lock that is created lazily
                return None
            return Reliance("lazy", check, visible, self._making.idempotent(site.function, value))
        if check.form in ("none", "hasattr") and isinstance(value, (f.Name, f.Attr)):
            return Reliance("test", check, visible, self._making.idempotent(site.function, value) or False)
        if isinstance(value, f.Const) and value.kind == "none" and visible:
            if self._taken(shared, site, check):
                return Reliance("test", check, True)
            if self._making.is_called(site.function, shared_path(site), check.at[1], site.event.at[0]):
                return Reliance("clear", check, True)
        return self._drain(shared, site, kind)

    def _taken(self, shared: Shared, site: Site, check: Check) -> bool:
        """`if job: run(job); job = None`: what is there is used between the test and its end."""
        for read in shared.sites:
            if read.event.activation is site.event.activation and read.access.how == "read":
                if check.at[1] <= read.event.at[0] < site.event.at[0] and self._making.passes_on(
                    site.function, read.event.at
                ):
                    return True
        return False

    def _filling(self, site: Site, check: Check, kind: str) -> Reliance | None:
        """`if k not in d: d[k] = make()`."""
        if kind in LISTS or check.form == "length":
            return None
        value = site.access.value
        same = self._making.idempotent(site.function, value) if value is not None else None
        return Reliance("test", check, self._between(site, check), same)

    def _taking(self, site: Site, check: Check) -> Reliance | None:
        """`if q: q.pop()`, `if k in d: del d[k]`, `for k in list(d): del d[k]` (between two rounds of a loop any thread
        can run)."""
        access = site.access
        if access.method in _SAFE_SHRINKS or (access.method == "pop" and _has_default(access.value)):
            return None
        if self._points.handled(site.function, site.event.at, _MISSING):
            return None
        return Reliance("test", check, check.form == "listed" or self._between(site, check))

    def _drain(self, shared: Shared, site: Site, kind: str) -> Reliance | None:
        """`send(self.buffer); self.buffer = []`: what others put in between is lost."""
        access = site.access
        empties = access.how == "write" and access.value is not None and _is_empty(access.value)
        if not kind or not (empties or access.method == "clear"):
            return None
        at = site.event.at[0]
        for read in shared.sites:
            if read.event.activation is site.event.activation and read.access.how in ("read", "iterate"):
                start = read.event.at[1]
                if (
                    read.event.at[0] < at
                    and self._used_whole(site, read)
                    and not (empties and self._kept_in_hand(site, read))
                    and self._points.between(site.function, start, at)
                ):
                    if any(hold in read.event.held for hold in site.event.held if hold.kind.excludes):
                        return None
                    check = Check(site.location, read.event.at, "value", read.event.held)
                    return Reliance("drain", check, True)
        return None

    def _kept_in_hand(self, site: Site, read: Site) -> bool:
        """`old = self.buffer; self.buffer = []; send(old)`: what comes in between is in the old one, and used with
        it."""
        names = {
            target.id
            for node in walk(site.function.facts.body)
            if isinstance(node, f.Assign) and node.value is not None and node.value.at == read.event.at
            for target in node.targets
            if isinstance(target, f.Name)
        }
        return bool(names) and any(
            isinstance(node, f.Name) and node.id in names and node.at[0] > site.event.at[0]
            for node in walk(site.function.facts.body)
        )

    def _used_whole(self, site: Site, read: Site) -> bool:
        """Whether a read takes the container as a whole (passed on, iterated, joined), not only its length or
        truth."""
        return self._making.passes_on(site.function, read.event.at) or read.access.how == "iterate"

    def _between(self, site: Site, check: Check) -> bool:
        value = site.access.value
        end = site.event.at[1]
        if value is not None:
            end = max(end, value.at[1])
        own = value if site.access.how == "change" else None
        return self._points.between(site.function, check.at[1], end, own)


def protecting(site: Site, check: Check | None) -> tuple[Hold, ...]:
    """The locks held from the test (or the read) on to the change."""
    held = site.event.held
    if check is None:
        return held
    return tuple(hold for hold in held if any(hold is before for before in check.held))


def container(shared: Shared) -> str:
    """The type of the container at a location; empty for anything else."""
    for site in shared.sites:
        if site.access.type in CONTAINERS:
            return site.access.type
    return ""


def _weight(site: Site) -> tuple[bool, int]:
    """Witnesses are better the surer their object is, the less they hold, and the surer their thread is; callers that
    set up are the worst."""
    kind = 0 if site.root.kind == "thread" else 1 if site.root.kind == "main" else 2
    if kind == 2 and site.function.name.lstrip("_").startswith(SETTING_UP):
        kind = 3
    return site.widened, len(site.event.held) * 4 + kind


def matters(relies: Reliance, site: Site, other: Site, kind: str) -> bool:
    """Whether what the other thread does can break what a place relies on."""
    access = other.access
    how, method = access.how, access.method
    shrinks = method in SHRINKS or method == "del" or how in ("write", "delete")
    fills = how == "item" and method != "del" and kind not in LISTS  # an item of a list was there before
    grows = method in GROWS or method.endswith("=") or fills or how == "write"
    if relies.what == "update":
        if kind:
            return how in ("item", "augment", "write") or method in ("clear", "pop", "popitem")
        return how in ("write", "augment", "delete")
    if relies.what == "iterate":
        iterated, changed = kind_of_container(site.access.type), kind_of_container(access.type)
        if (iterated and changed and iterated != changed) or (site.access.method == "inner" and not changed):
            return False  # one of them is what the other one contains
        if site.access.type in LISTS and "deque" not in site.access.type:
            moves = method in SHRINKS or method in ("insert", "sort", "reverse")
            return (how == "change" and moves) or method == "del"
        if how == "item":
            return method == "del" or access.type in DICTS or not access.type
        return how in ("change",) and method not in ("sort", "reverse", "move_to_end")
    if relies.what == "lazy":
        return how == "write" and not isinstance(access.value, f.Const)
    if relies.what == "clear":
        return how == "write" and not _is_empty_or_constant(access.value) and other.function is not site.function
    if relies.what == "drain":
        return how in ("change", "item", "augment") and grows
    mine = site.access
    if mine.how in ("item", "change") and (mine.method in SHRINKS or mine.method == "del"):
        return shrinks and not (how == "write" and isinstance(access.value, f.Const))
    if mine.how == "write":
        return how == "write"
    return grows


def _is_empty_or_constant(value: f.Expr | None) -> bool:
    return value is None or isinstance(value, f.Const) or _is_empty(value)


def shared_path(site: Site) -> str:
    """The last name of the path that an access writes."""
    key = site.location.key
    return str(key[-1] if isinstance(key, tuple) else key)


def _stores_a_result(access: Access) -> bool:
    """Whether a change puts in what is worked out from others: arithmetic, or a call. What only takes something out
    (`d.pop(k)`) is a call too, and loses nothing that others put in."""
    return access.method not in SHRINKS and isinstance(access.value, (f.BinOp, f.Call, f.IfExp, f.Other))


def _makes(value: f.Expr) -> bool:
    """Whether an assigned expression makes a new object (and does not only flip a flag)."""
    return isinstance(value, (f.Call, f.Display, f.Comprehension, f.BoolOp, f.IfExp, f.Await, f.BinOp))


def _is_empty(value: f.Expr) -> bool:
    """`[]`, `{}`, `None`, `list()`, `deque()`, `""`."""
    if isinstance(value, f.Const):
        return value.kind == "none" or value.value in ("", 0)
    if isinstance(value, f.Display):
        return not value.items
    return (
        isinstance(value, f.Call)
        and not value.args
        and isinstance(value.func, (f.Name, f.Attr))
        and _named_container(value)
    )


def _named_container(call: f.Call) -> bool:
    name = call.func.attr if isinstance(call.func, f.Attr) else call.func.id if isinstance(call.func, f.Name) else ""
    return any(kind.endswith("." + name) for kind in CONTAINERS)


def _has_default(value: f.Expr | None) -> bool:
    return isinstance(value, f.Call) and len(value.args) > 1


def breaks(program: Program) -> Breaks:
    """What can break in the program's shared state."""
    return Breaks(program)
