"""What a thread leaves behind for the code that started it, and whether anybody is told that it is done.

Domain. For a life, the *roots* that its start begins; what those change (shared locations that are not owned), and
whether they tell somebody: an event, condition, barrier, semaphore, queue or future that they set, notify or fill.
A *reader* is a place in the function that starts or joins the thread, behind that statement, where such a location
is read.
"""

from __future__ import annotations

from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function
from ...program.values import Address
from ..execution import Activation, Event, Root, execution, reach
from ..lifecycle.lifetimes import Life
from ..mentions import STATEMENTS, mentions
from .filled_containers import FilledContainers, filled_containers

_CHANGES = frozenset({"write", "augment", "change", "item"})
_TELLING = frozenset({
    "set", "notify", "notify_all", "notifyAll", "put", "put_nowait", "set_result", "set_exception", "task_done",
    "call_soon_threadsafe", "run_coroutine_threadsafe", "send", "sendall", "shutdown",
})  # fmt: skip
_TELLERS = ("threading.", "queue.", "multiprocessing.", "concurrent.", "asyncio.", "socket.")


class Reader(NamedTuple):
    """A place that reads what a thread changes: `location`, or what only the thread was given to fill (then it is the
    thread's own address)."""

    function: Function
    at: f.Span
    location: Address


class Results:
    """The answer, for each life on demand."""

    def __init__(self, program: Program) -> None:
        self._found = program.ask(execution)
        self._where = program.ask(mentions)
        self._filled: FilledContainers = program.ask(filled_containers)
        self._by_address: dict[Address, list[Root]] = {}
        self._by_site: dict[tuple[str, int], list[Root]] = {}
        for root in self._found.roots:
            if root.kind == "thread":
                for address in sorted(root.addresses, key=Address.order):
                    self._by_address.setdefault(address, []).append(root)
                for event in root.spawns:
                    site = getattr(event.detail.obj, "site", None)
                    if site is not None and root not in self._by_site.setdefault(site, []):
                        self._by_site[site].append(root)

    def roots(self, life: Life) -> list[Root]:
        """The threads that begin when this one is started."""
        found = list(self._by_address.get(life.obj.address, ()))
        if life.obj.site is not None:
            found.extend(root for root in self._by_site.get(life.obj.site, ()) if root not in found)
        return found

    def starts(self, life: Life) -> list[Event]:
        """The places that start it."""
        return [
            event
            for root in self.roots(life)
            for event in root.spawns
            if event.subject is life.obj.address or getattr(event.detail.obj, "site", None) == life.obj.site
        ]

    def changed(self, life: Life) -> frozenset[Address]:
        """The shared locations that it changes."""
        found: set[Address] = set()
        for activation in self._activations(life):
            for event in activation.events.values():
                if event.kind == "access" and event.detail.how in _CHANGES and not event.detail.owned:
                    found.add(event.subject)
        return frozenset(found)

    def tells(self, life: Life) -> bool:
        """Whether it tells anybody that it got somewhere, or code that is not known might."""
        for activation in self._activations(life):
            for event in activation.events.values():
                if event.kind == "call" and _tells(event.subject):
                    return True
                if event.kind == "unknown" and getattr(event.subject, "attr", "") in _TELLING:
                    return True
        return False

    def readers(self, life: Life, function: Function, after: int) -> list[Reader]:
        """Where `function`, behind an offset, reads what the thread changes."""
        changed = self.changed(life)
        found: dict[tuple[int, int], Reader] = {}
        if function is life.function:
            for filled in self._filled.readers(life, after):
                found[filled.at] = Reader(function, filled.at, life.obj.address)
        if not changed:
            return [found[at] for at in sorted(found)]
        for activation in self._found.activations:
            if activation.function is function:
                for event in activation.events.values():
                    if (
                        event.kind == "access"
                        and event.at[0] > after
                        and event.subject in changed
                        and event.detail.how in ("read", "iterate")
                    ):
                        found.setdefault(event.at, Reader(function, event.at, event.subject))
        for name, location in self._own_names(function, changed):
            for node in function.text.names.get(name, ()):
                above = self._where.parent(function, node)
                if node.at[0] > after and not (isinstance(above, (f.Assign, f.AugAssign)) and above.value is not node):
                    found.setdefault(node.at, Reader(function, node.at, location))
        return [found[at] for at in sorted(found)]

    def later_readers(self, life: Life) -> list[Reader]:
        """Where the main thread, in whatever function, reads what the thread changes, while the thread may run."""
        changed = self.changed(life)
        if not changed:
            return []
        every = (address for root in self.roots(life) for address in root.addresses)
        addresses = {life.obj.address, *(a for a in every if a.kind == "site" and a.key[:2] == life.obj.site)}
        own = set(self._activations(life))
        later: dict[Activation, None] = {}
        found: dict[tuple[str, f.Span], Reader] = {}

        def look(activation: Activation, event: Event) -> None:
            if event.kind == "access" and event.subject in changed and event.detail.how in ("read", "iterate"):
                key = (activation.function.module.name, event.at)
                found.setdefault(key, Reader(activation.function, event.at, event.subject))

        for root in self._found.roots:
            for activation in reach(root.activation) if root.kind == "main" else ():
                for event in activation.events.values():
                    if not addresses.isdisjoint(event.running):
                        look(activation, event)
                for edge in activation.edges.values():
                    if not addresses.isdisjoint(edge.running):
                        later.update((each, None) for each in reach(edge.callee))
        for activation in later:
            if activation not in own:
                for event in activation.events.values():
                    look(activation, event)
        return [found[key] for key in sorted(found)]

    def looks_first(self, readers: list[Reader]) -> bool:
        """Whether the first of some readers is a test: then the code knows that the result may not be there."""
        return bool(readers) and self._is_test(readers[0])

    def _is_test(self, reader: Reader) -> bool:
        function = reader.function
        for node in function.text.nodes_at(reader.at):
            inner = node
            for each in self._where.around(function, node):
                if isinstance(each, (f.If, f.While, f.IfExp, f.Assert)):
                    return each.test is inner
                if isinstance(each, STATEMENTS):
                    return False
                inner = each
        return False

    def _own_names(self, function: Function, changed: frozenset[Address]) -> list[tuple[str, Address]]:
        """The function's own variables among the locations: its globals for a top level, its cells for others."""
        found = []
        for address in sorted(changed, key=Address.order):
            if address.kind == "global" and function.is_top and address.key[0] == function.module.name:
                found.append((address.key[1], address))
            elif (
                address.kind == "site"
                and len(address.key) == 4
                and address.key[:2] == (function.module.name, function.facts.at[0])
            ):
                found.append((address.key[2], address))
        return found

    def _activations(self, life: Life) -> list[Activation]:
        return [activation for root in self.roots(life) for activation in reach(root.activation)]


def _tells(name: str) -> bool:
    """Whether a library call tells another thread something. Giving back a lock does not."""
    if name.endswith(("Semaphore.release", "Barrier.wait")):
        return True
    return name.startswith(_TELLERS) and name.rpartition(".")[2] in _TELLING


def thread_results(program: Program) -> Results:
    """What the threads of this program leave behind."""
    return Results(program)
