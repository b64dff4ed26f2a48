"""State that is handed from one thread to another by a signal: written before `set()`, read after `wait()`.

Domain. A *signal* is an Event, a queue, or a flag that is set under a condition and waited for in a loop; one root
alone gives it (sets, puts), once or more, and nobody takes it back. The executor notes it like a thread: after `set()`
it is in `running` (may have been given), after a `wait()` or `get()` without timeout in `ended` (surely been given).
An
access before any `set()` of its root comes before every access behind a `wait()`.

What it does not know: conditions with other predicates, and which of several items of a queue a `get()` gives.
"""

from __future__ import annotations

from ...knowledge.handing import CLEARING, GIVING
from ...model import facts as f
from ...program.program import Program
from ...program.values import Address
from ..execution import Activation, Event, Root
from ..parallel import Occurrence, Parallel, parallel


class Handovers:
    """The answer: `between`."""

    def __init__(self, program: Program) -> None:
        self._parallel: Parallel = program.ask(parallel)
        self._givers: dict[Address, set[Root]] = {}
        self._unfit: set[Address] = set()
        execution = self._parallel.execution
        gives: dict[Activation, list[Address]] = {}
        for event in execution.events("call"):
            address = event.detail.receiver.address if event.detail.receiver is not None else None
            if address is None:
                continue
            if event.subject in GIVING:
                gives.setdefault(event.activation, []).append(address)
            elif event.subject in CLEARING:
                self._unfit.add(address)
        flags = execution.explorer.flags
        for event in execution.events("access") if flags else ():
            if event.subject in flags and event.detail.how in ("write", "delete"):
                value = event.detail.value
                if isinstance(value, f.Const) and value.value is True and event.held:
                    gives.setdefault(event.activation, []).append(event.subject)
                elif not (event.detail.owned or _begins(event)):
                    self._unfit.add(event.subject)
        for activation, addresses in gives.items():
            for root in self._parallel.roots_of(activation):
                for address in addresses:
                    self._givers.setdefault(address, set()).add(root)

    def between(self, one: Occurrence, other: Occurrence) -> bool:
        """Whether a signal orders two occurrences of different roots."""
        return self._before(one, other) or self._before(other, one)

    def _before(self, first: Occurrence, second: Occurrence) -> bool:
        if first.root is second.root or first.root.many:
            return False
        for signal in second.ended:
            givers = self._givers.get(signal)
            if givers == {first.root} and signal not in first.running and signal not in self._unfit:
                return True
        return False


def _begins(event: Event) -> bool:
    """Whether the write makes the flag: in a module's top level, in a constructor, or, of a local that nested functions
    see, in its own function before threads start."""
    if event.function.is_top or event.function.name == "__init__":
        return True
    key = event.subject.key
    own = event.subject.kind == "site" and len(key) == 4 and key[1] == event.function.facts.at[0]
    return own and not event.running


def handovers(program: Program) -> Handovers:
    """The signals of the program."""
    return Handovers(program)
