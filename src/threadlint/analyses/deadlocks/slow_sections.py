"""Critical sections that wait for something slow, of locks that others hold only for a moment.

Definitions. A *section* is a place of the text that takes a lock. It is slow when some execution waits inside it
(`waiting`): without a timeout or with a long one, for a device, another process, another thread, the user, or for a
second and more of sleep. A slow section hurts when the same lock has quick sections elsewhere: their callers expect to
pass at once. A lock all of whose sections are slow has the job of letting one in at a time, and is left alone; so is
one that stands around a connection and little else, and a section that waits only until something has been made that
everybody needs (`made_once`).
"""
from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import NamedTuple

from ...model.facts import Span
from ...program.program import Program
from ...program.symbols import Function
from ...program.values import Lit
from ..execution import Event, Hold, LibraryCall
from ..execution.events import UNTIMED
from ..lock_names import Names, lock_names
from ..traces import traces
from .critical_pairs import critical_pairs
from .made_once import made_once
from .wait_rings import wait_rings
from .waiting import Waiting, waiting

NAP = 1.0
"""Seconds of sleep that count."""
_OF_OTHERS = frozenset({"thread", "future", "futures", "pool", "queue", "tasks", "event", "barrier"})
_SLOW_CALLS = (
    "subprocess.",
    "urllib.",
    "urllib3.",
    "requests.",
    "http.",
    "builtins.input",
    "os.",
    "socket.create_connection",
)
_LIFE = (
    "init", "del", "repr", "str", "getstate", "setstate", "start", "stop", "close", "open", "shutdown", "join", "enter",
    "exit", "connect", "disconnect", "terminate", "restart", "reset", "quit", "setup", "teardown", "destroy", "kill",
    "main", "unschedule", "clear", "remove", "finish", "end", "dispose", "cancel",
)  # fmt: skip
_LIFE_WORDS = frozenset({"start", "stop", "shutdown", "close", "terminate", "teardown", "setup"})
MOST_WAYS = 20
"""Ways to a waiting that are looked at."""
Section = tuple[Function, Span]


class Slow(NamedTuple):
    """A waiting inside a section. `quick` are other sections of the same lock, in other functions. `unhurried`: it
    waits for threads while something is being started or stopped. `certain`: nothing on the way depends on the type of
    something."""

    waiting: Waiting
    hold: Hold
    quick: tuple[Section, ...]
    unhurried: bool
    certain: bool


class SlowSections:
    """The answer: `found`, once for each place that waits."""

    def __init__(self, program: Program) -> None:
        self._names: Names = program.ask(lock_names)
        sections: dict[tuple[str, ...], dict[Section, None]] = defaultdict(dict)
        for pair in program.ask(critical_pairs).all:
            if pair.event.detail.how in UNTIMED:
                sections[self._names.identity(pair.wanted)][pair.function, pair.event.at] = None
        waits = [each for each in program.ask(waiting) if each.held and _slow(each)]
        slow = {(hold.function, hold.at) for each in waits for hold in each.held}
        rings = {(ring.waiting.event.function, ring.waiting.event.at) for ring in program.ask(wait_rings).found}
        seen: set[Section] = set()
        paths = program.ask(traces)
        self.found: list[Slow] = []
        for each in waits:
            event: Event = each.event
            place = (event.function, event.at)
            if place in rings or place in seen or each.wait.on == "condition":
                continue
            hold = each.held[-1]
            places = sections.get(self._names.identity(hold.lock), {})
            quick = tuple(
                section for section in places
                if section not in slow and section[0] not in (hold.function, event.function) and _in_use(section[0])
            )  # fmt: skip
            if quick and (not _wire(each) or len(quick) * 2 >= len(places)):
                ways = list(islice(paths.ways(event, hold.lock), MOST_WAYS))
                if ways and all(made_once((step.function, at) for step, at in way.steps) for way in ways):
                    continue
                seen.add(place)
                own = each.wait.on in ("thread", "process", "event") or event.subject == "os.waitpid"
                unhurried = own and not (_in_use(event.function) and _in_use(hold.function))
                self.found.append(Slow(each, hold, quick, unhurried, any(way.certain for way in ways)))


def _slow(each: Waiting) -> bool:
    """Whether a waiting can last."""
    call: LibraryCall = each.event.detail
    if each.event.subject == "os.waitpid" and call.arguments.get(1) != (Lit(0),):
        return False
    if each.event.subject.startswith("socket.socket.") and each.wait.what != "accept":
        return False  # whether a socket blocks is decided elsewhere
    if each.wait.on == "time":
        return each.seconds is not None and each.seconds >= NAP
    if each.wait.on in _OF_OTHERS or each.wait.on == "process":
        return each.length in ("forever", "long")
    if each.wait.on != "io":
        return False
    if each.length == "unknown":  # a request over the network is slow whatever it is allowed to take
        return str(each.event.subject).startswith(("urllib", "requests.", "http."))
    return each.length in ("forever", "long")


def _wire(each: Waiting) -> bool:
    """Whether it talks over a connection, which has to be done by one at a time."""
    return each.wait.on == "io" and not each.event.subject.startswith(_SLOW_CALLS)


def _in_use(function: Function) -> bool:
    """Whether a section belongs to the daily work: not to making, starting and stopping, where nobody is in a hurry."""
    name = function.name.strip("_").lower()
    return not name.startswith(_LIFE) and _LIFE_WORDS.isdisjoint(name.split("_"))


def slow_sections(program: Program) -> SlowSections:
    """Where a lock is held too long."""
    return SlowSections(program)
