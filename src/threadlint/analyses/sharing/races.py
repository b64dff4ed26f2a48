"""Every race, once: which rule tells it, how sure it is, and at which side.

Breaks and unguarded accesses overlap: the same line can be an update that is lost, and the one place without the lock.
For each location and function one of them is told, the one that says most (`ORDER`). A race between a protected and an
unprotected place is told at the unprotected one.

Confidence. High: both threads are resolved, and a switch point lies in between. Medium: callers are assumed, one step
is not resolved, or a read-modify-write without switch point. Low: both of these at once, as long as nobody said that
threads call; other sequences without switch point (medium where a free-threaded build is a target); values that may as
well be made twice; guards that few of the functions respect.
"""

from __future__ import annotations

from typing import NamedTuple

from ...knowledge.types import DICTS, SETS
from ...model import facts as f
from ...model.finding import Confidence
from ...program.program import Program
from ...program.symbols import Class
from ...program.values import Address, Obj
from ..execution import Hold, Root, execution
from ..lock_names import lock_names
from .breaks import SETTING_UP, Break, breaks
from .guards import Unguarded, exempt, first_value, guards
from .senses import Senses, senses
from .shared_state import Shared, SharedState, Site, shared_state

ORDER = (
    "lazy", "test", "split", "scope", "locks", "unguarded", "outside", "iterate", "drain", "update",
)  # fmt: skip
"""What is told of several races in one function about one location: the first of these."""


FEW_HOLD = 0.6
"""Where fewer of the functions hold the lock, only the user's word that others call them makes the rest suspicious."""

BEGINNING = ("start", "setup", "init", "install", "configure", "launch")
"""Beginnings of names of functions that are called once, before others use what they make."""

ENDING = ("close", "stop", "shutdown", "disconnect", "terminate")
"""Beginnings of names of functions that end an object while others may still use it."""


class Race(NamedTuple):
    """A race to tell. `kind` is one of `ORDER`; `home` is global, attribute or cell; `site` is the side to change,
    `against` the other; `lock` the guard, or what `site` holds in vain, and `other_lock` what `against` holds."""

    kind: str
    home: str
    shared: Shared
    site: Site
    against: Site
    confidence: Confidence
    visible: bool
    found: Break | None = None
    unguarded: Unguarded | None = None
    lock: Address | None = None
    other_lock: Address | None = None


class Races:
    """The answer: `of` the kinds that a rule tells."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._state: SharedState = program.ask(shared_state)
        self._names = program.ask(lock_names)
        self._senses: Senses = program.ask(senses)
        self._free_threaded = bool(program.config.free_threaded)
        best: dict[object, Race] = {}
        for race in (*self._broken(), *self._unguarded()):
            key = (race.shared.key, race.site.function)
            known = best.get(key)
            if known is None or _order(race) < _order(known):
                best[key] = race
        self._races = sorted(
            best.values(), key=lambda race: (race.site.function.module.name, race.site.event.at, race.shared.key)
        )

    def of(self, kind: str, *homes: str) -> list[Race]:
        """The races of one kind, in one of the homes, in order of place."""
        return [race for race in self._races if race.kind == kind and (not homes or race.home in homes)]

    def _unguarded(self) -> list[Race]:
        races = []
        for found in self._program.ask(guards).unguarded():
            site = found.usage.sites[0]
            if self._told_at_the_call(site):
                continue
            sure = found.sure and any(usage.changes for usage in found.locked)
            confidence = Confidence.HIGH if sure else Confidence.MEDIUM
            assumed = self._program.config.assumes_threaded(site.function.qualname)
            if len(found.locked) < FEW_HOLD * found.total and not assumed:
                confidence = Confidence.LOW
            races.append(
                Race(
                    "unguarded",
                    _home(site),
                    found.shared,
                    site,
                    found.against,
                    confidence,
                    True,
                    None,
                    found,
                    found.lock,
                )
            )
        return races

    def _broken(self) -> list[Race]:
        broken = [self._race(found) for found in self._program.ask(breaks).found if not self._exempt(found)]
        return [race for race in broken if race is not None and not self._told_at_the_call(race.site)]

    def _told_at_the_call(self, site: Site) -> bool:
        """Whether the function declares that its callers hold a lock, and here one of them does not."""
        required = self._program.declarations(site.function.module).requires(site.function)
        keys = [hold.lock.key for hold in site.event.held]
        held = {str(key[-1] if isinstance(key, tuple) else key) for key in keys}
        return any(path.rpartition(".")[2] not in held for path in required)

    def _exempt(self, found: Break) -> bool:
        """Whether a function runs before or after the time in which its object is shared: it closes, or it begins."""
        function = found.site.function
        if exempt(function):
            return not self._closes_what_grows(found)
        if found.what == "update":
            return _begins_anew(found.against) or _ends(found.against)
        if found.what not in ("lazy", "test"):
            return False
        if found.against.function.name.lstrip("_").startswith(SETTING_UP):
            return found.against.root.kind == "entry"
        begins = function.name.lstrip("_").startswith(BEGINNING)
        return begins and (found.site.root is not found.against.root or found.site.root.kind == "entry")

    def _closes_what_grows(self, found: Break) -> bool:
        """`for link in self.links: link.close()` without the lock under which others add one: an object with a lock is
        in use by others when it is closed, and a dict or set that grows in the loop breaks it."""
        name = found.site.function.name.lstrip("_")
        if found.what != "iterate" or not name.startswith(ENDING) or found.site.access.type not in DICTS | SETS:
            return False
        if exempt(found.against.function) or any(_guards(hold, found.site) for hold in found.site.event.held):
            return False
        guarding = {self._names.identity(h.lock) for h in found.against.event.held if _guards(h, found.against)}
        return bool(guarding) and guarding.isdisjoint(self._taken_at_the_end(found.site.function.cls))

    def _taken_at_the_end(self, cls: Class | None) -> set[tuple[str, ...]]:
        """The locks under which a class tells itself that it is closed: nobody adds anything from then on."""
        return {
            self._names.identity(event.subject)
            for event in self._program.ask(execution).events("acquire")
            if event.function.cls is cls and event.function.name.lstrip("_").startswith(ENDING)
        }

    def _race(self, found: Break) -> Race | None:
        site, against = found.site, found.against
        kind = "test" if found.what == "clear" else found.what
        mine = [h for h in site.event.held if _guards(h, site)]
        theirs = [h for h in against.event.held if _guards(h, against)]
        lock = other = None
        if mine and found.relies.check is not None and any(hold not in found.held for hold in mine):
            again = [h for h in mine if any(self._names.may_be_same(h.lock, b.lock) for b in found.relies.check.held)]
            if again and self._changed_where_tested(found):
                return None  # a claim of its own, given back later
            if again:
                kind, lock = "split", again[-1].lock
        if lock is None and any(hold in mine for hold in found.held):
            vain = [h for h in found.held if h in mine and self._in_vain(h, site, theirs)]
            mine = [h for h in mine if self._state.protects(h.obj, site.location)]
            if vain:
                kind, lock = "scope", vain[-1].lock
            elif mine and theirs and kind != "iterate":
                kind, lock, other = "locks", mine[-1].lock, theirs[-1].lock
            elif mine and not theirs and kind == "update":  # the other side is the one without a lock
                site, against, lock = against, site, mine[-1].lock
                if exempt(site.function) or self._begins(site, against, lock):
                    return None
            elif mine and not theirs and kind in ("lazy", "test"):  # told as the place without the lock
                if not self._is_outside(found):
                    return None
                kind, site, against, lock = "outside", against, site, mine[-1].lock
        return Race(
            kind,
            _home(site),
            found.shared,
            site,
            against,
            self._confidence(found),
            found.relies.visible,
            found,
            None,
            lock,
            other,
        )

    def _changed_where_tested(self, found: Break) -> bool:
        """Whether the section that tests also changes: what stands later gives back what was taken there."""
        site, check = found.site, found.relies.check
        return check is not None and any(
            other.event.activation is site.event.activation
            and check.at[0] <= other.event.at[0] < site.event.at[0]
            and any(hold is before for hold in other.event.held for before in check.held)
            for other in found.shared.changes
        )

    def _is_outside(self, found: Break) -> bool:
        """Whether a change without the lock under which another thread tests is told though most places need not hold
        it: both threads are known, and the change is no beginning and no end."""
        site, other = found.against, found.site
        return not exempt(site.function) and all(side.root.kind != "entry" for side in (site, other))

    def _begins(self, site: Site, against: Site, lock: Address) -> bool:
        """Whether a place gives a first value, as far as it is not known that the two threads meet there."""
        if all(side.root.kind != "entry" for side in (site, against)):
            return False
        return first_value(site, self._names.identity(lock), self._names)

    def _in_vain(self, hold: Hold, site: Site, theirs: list[Hold]) -> bool:
        """Whether a lock is meant to guard a location, but belongs to one instance and the location to all."""
        if self._state.protects(hold.obj, site.location) or hold.function is not site.function:
            return False
        return any(self._names.may_be_same(hold.lock, other.lock) for other in theirs)

    def _confidence(self, found: Break) -> Confidence:
        relies = found.relies
        resolved = all(side.root.kind != "entry" for side in (found.site, found.against))
        if found.what in ("lazy", "test") and relies.idempotent is True:
            return Confidence.LOW
        if relies.check is not None and self._senses.only_refuses(found.site.function, relies.check.at):
            return Confidence.LOW
        if found.site.widened or found.against.widened:
            return Confidence.LOW  # it is not known whose object the function works on there
        if found.what == "iterate" and found.site.access.method == "snapshot" and "WeakSet" in found.site.access.type:
            return Confidence.LOW
        if not relies.visible:
            if found.what != "update" and not self._free_threaded:
                return Confidence.LOW
            return Confidence.LOW if self._guessed(found) else Confidence.MEDIUM
        sure = resolved and (found.what not in ("lazy", "test") or relies.idempotent is False)
        return Confidence.HIGH if sure else Confidence.MEDIUM

    def _guessed(self, found: Break) -> bool:
        """Whether it is a guess that others come here at all, or that they come with the same object: nobody said that
        callers are threads, and no thread works on its own object there."""
        sides = (found.site, found.against)
        callers = [side for side in sides if side.root.kind == "entry"]
        if callers:
            return not all(self._program.config.assumes_threaded(side.function.qualname) for side in callers)
        start = found.site.location.root
        return start.kind == "some" and not any(_works_on(side.root, start) for side in sides)


def _begins_anew(site: Site) -> bool:
    """`def open(self): … self.pending = 0`: a first value, before the work that updates it begins."""
    name = site.function.name.lstrip("_")  # `open_batch` begins one of many pieces of work, `open` all of it
    opens = name.startswith(SETTING_UP) or name in ("open", "connect", "start", "begin", "reset")
    return opens and site.access.how == "write" and isinstance(site.access.value, f.Const)


def _ends(site: Site) -> bool:
    """`def close(self): … self.pending = 0`: what is thrown away with the object, nobody misses an update of it."""
    name = site.function.name.strip("_")
    ends = name in ("close", "stop", "shutdown", "disconnect", "terminate", "exit", "aclose", "aexit", "destroy")
    return ends and site.access.how == "write" and isinstance(site.access.value, f.Const)


def _works_on(root: Root, start: Address) -> bool:
    receiver = root.activation.receiver
    return isinstance(receiver, Obj) and receiver.address.root is start


def _guards(hold: Hold, site: Site) -> bool:
    """Whether a lock is likely meant for what happens here: taken in this function, or in a method of the same
    class."""
    if not hold.kind.excludes or hold.kind.domain == "task":
        return False
    mine, its = site.function.method_of, hold.function.method_of
    return hold.function is site.function or (mine is not None and its is not None and mine.cls is its.cls)


def _home(site: Site) -> str:
    start = site.location
    if start.kind == "site":
        return "cell"
    return (
        "global" if start.kind == "global" or (start.kind == "element" and start.root.kind == "global") else "attribute"
    )


def _order(race: Race) -> tuple[int, int, tuple[int, int]]:
    shown = 0 if race.confidence is not Confidence.LOW else 1
    return (shown, ORDER.index(race.kind), race.site.event.at)


def races(program: Program) -> Races:
    """The races of the program."""
    return Races(program)
