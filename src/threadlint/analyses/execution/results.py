"""Results that are gone through: `for page in pool.map(fetch, urls)`, `for future in as_completed(futures)`.

The waiting is where they are gone through, not where the call stands that gives them. Behind a loop that goes on to its
end all the tasks have ended.
"""
from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ...knowledge.types import COMPLETED, RESULTS
from ...model import facts as f
from ...program.values import UNKNOWN, Obj, Values
from .events import LibraryCall
from .library import end, end_of_each
from .marks import done

if TYPE_CHECKING:
    from .frame import ActiveFrame


def wait_for_results(frame: ActiveFrame, source: Values, node: f.Expr) -> list[Obj]:
    """The results of tasks among the values, also numbered ones; who goes through them here waits for each."""
    found: list[Obj] = []
    for value in source if not frame.muted else ():
        made = frame.explorer.constructions.get(value.address) if isinstance(value, Obj) else None
        if made is not None and made[0].type in (RESULTS, COMPLETED):
            results, arguments, call, _ = made
            found.append(results)
            told = LibraryCall(results, arguments, call, UNKNOWN, True)
            frame.note("call", node.at, f"{results.type_name}.__next__", told, results)
    return found


def end_all(frame: ActiveFrame, through: Iterable[Obj]) -> None:
    """All tasks have ended whose results, among the objects, were gone through."""
    for each in through if frame.state is not None else ():
        if each.type == RESULTS:
            end(frame, each.address)
            if each.address in frame.state.ended:
                frame.state.ended |= {done(each.address)}
        elif each.type == COMPLETED:
            end_of_each(frame, (each,))
