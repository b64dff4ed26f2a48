"""Which public functions lead to which code: of each place the first few.

A library has hundreds of public functions, and most lead to the same code. Walking all of them costs their number times
what they reach, while the fifth that leads somewhere tells nothing that the first four did not: entries differ only in
what they started before. So a walk stops where as many entries as are looked at have been before: whatever lies
behind has been seen by the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..program.values import Address
from .execution import Activation, Root
from .parallel import MOST_WAYS_OF_AN_ENTRY, Parallel

Ways = set[tuple[frozenset[Address], frozenset[Address]]]


def first_entries(running: Parallel, most: int) -> Iterator[tuple[Root, dict[Activation, Ways]]]:
    """The public functions in order, each with the activations to which fewer than `most` of those before it led, and
    the threads that it may have running and has surely ended there."""
    pools = running.execution.explorer.pool_of
    onward: dict[Activation, tuple[tuple[Activation, frozenset[Address], frozenset[Address]], ...]] = {}
    visits: dict[Activation, int] = {}
    none: frozenset[Address] = frozenset()
    for root in running.roots:
        if root.kind != "entry" or root.domain != "thread" or not root.public:
            continue
        begun = [each.activation for each in root.members if visits.get(each.activation, 0) < most]
        known: dict[Activation, Ways] = {activation: {(none, none)} for activation in begun}
        pending = [(activation, none, none) for activation in begun]
        for activation, now, ended in pending:
            calls = onward.get(activation)
            if calls is None:
                calls = onward[activation] = tuple(
                    dict.fromkeys((edge.callee, edge.running, edge.ended) for edge in activation.edges.values())
                )
            for callee, started, waited in calls:
                after = (now, ended)
                if started or waited:
                    over = waited | {task for task in now if pools.get(task) in waited} if waited else waited
                    after = ((now - over) | started, (ended - started) | waited)
                seen = known.get(callee)
                if seen is None:
                    if visits.get(callee, 0) < most:
                        known[callee] = {after}
                        pending.append((callee, *after))
                elif after not in seen and len(seen) < MOST_WAYS_OF_AN_ENTRY:
                    seen.add(after)
                    pending.append((callee, *after))
        for activation in known:
            visits[activation] = visits.get(activation, 0) + 1
        yield root, known
