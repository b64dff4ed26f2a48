"""Methods of threads, timers and pools that are named in a statement of their own and not called: `t.join`.

Domain. The lives of the program whose text shows such a statement. It does nothing, and says what was meant. Where
the method is called as well, the statement is a slip without consequence, and nothing is said.
"""

from __future__ import annotations

from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function
from .lifetimes import Life, lifetimes


class Uncalled(NamedTuple):
    """The method `name` of `life` is named by `node` in a function, and called nowhere."""

    life: Life
    name: str
    function: Function
    node: f.Attr


class UncalledMethods:
    """The answer: `of(name)` are the places where a method of that name is named and not called."""

    def __init__(self, program: Program) -> None:
        self._found: dict[str, list[Uncalled]] = {}
        seen: set[tuple[str, f.Span]] = set()
        for life in program.ask(lifetimes).all:
            for use in life.fate.of("bare"):
                key = (use.function.module.name, use.node.at)
                if key not in seen and not life.is_done(use.name):
                    seen.add(key)
                    self._found.setdefault(use.name, []).append(Uncalled(life, use.name, use.function, use.node))

    def of(self, name: str, *kinds: str) -> list[Uncalled]:
        """The places where a method of lives of these kinds is named and called nowhere."""
        return [each for each in self._found.get(name, ()) if each.life.kind in kinds]


def uncalled_methods(program: Program) -> UncalledMethods:
    """The methods of threads, timers and pools that are named and not called."""
    return UncalledMethods(program)
