"""Signals: events, queues and flags under a condition, and where they are given.

Domain. `Event.set` and `Queue.put`, and a flag that some loop or `wait_for` waits for, where it is set under a lock. A
signal is *unfit* for conclusions when it may be taken back: an event that is cleared, a flag that is also written
otherwise.
"""
from __future__ import annotations

from collections import defaultdict

from ...knowledge.handing import CLEARING, GIVING
from ...model import facts as f
from ...program.values import Address
from ..execution import Event, Execution


class Signals:
    """The answer: `gives`, by the signal's address, and `unfit`."""

    def __init__(self, execution: Execution) -> None:
        self.gives: dict[Address, list[Event]] = defaultdict(list)
        self.unfit: set[Address] = set()
        for event in execution.events("call"):
            address = event.detail.receiver.address if event.detail.receiver is not None else None
            if address is None:
                continue
            if event.subject in GIVING:
                self.gives[address].append(event)
            elif event.subject in CLEARING:
                self.unfit.add(address)
        flags = execution.explorer.flags
        for event in execution.events("access") if flags else ():
            if event.subject in flags and event.detail.how in ("write", "delete"):
                value = event.detail.value
                if isinstance(value, f.Const) and value.value is True and event.held:
                    self.gives[event.subject].append(event)
                elif not (event.detail.owned or _begins(event)):
                    self.unfit.add(event.subject)


def _begins(event: Event) -> bool:
    """Whether the write makes the flag: in a module's top level, in a constructor, or, of a local that nested functions
    see, in its own function before threads start."""
    if event.function.is_top or event.function.name == "__init__":
        return True
    key = event.subject.key
    own = event.subject.kind == "site" and len(key) == 4 and key[1] == event.function.facts.at[0]
    return own and not event.running
