"""State that is handed from one thread to another by a signal: written before `set()`, read after `wait()`.

Domain. A signal (`parallel.signals`) that one root alone gives, once or more, and nobody takes back. The executor notes
it like a thread: after `set()` it is in `running` (may have been given), after a `wait()` or `get()` without timeout in
`ended` (surely been given). An access before any `set()` of its root comes before every access behind a `wait()`.

What it does not know: conditions with other predicates, and which of several items of a queue a `get()` gives.
"""

from __future__ import annotations

from ...program.program import Program
from ...program.values import Address
from ..execution import Root
from ..parallel import Occurrence, Parallel, parallel


class Handovers:
    """The answer: `between`."""

    def __init__(self, program: Program) -> None:
        together: Parallel = program.ask(parallel)
        self._unfit = together.signals.unfit
        self._givers: dict[Address, set[Root]] = {
            signal: {root for event in events for root in together.getting_to(event)}
            for signal, events in together.signals.gives.items()
        }

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


def handovers(program: Program) -> Handovers:
    """The signals of the program."""
    return Handovers(program)
