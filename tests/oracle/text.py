"""Text in the making: lines, and the function that they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

STEP = "    "


@dataclass
class Scope:
    """The function whose body is written: where it stands, and what it must declare `global` or `nonlocal`."""

    module: str
    cls: str | None = None
    nested: bool = False
    main: bool = False
    declared: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)
    lists: dict[tuple[str, ...], str] = field(default_factory=dict)

    def fresh(self, name: str) -> str:
        """A local name that this function does not use yet."""
        chosen, n = name, 2
        while chosen in self.taken:
            chosen, n = f"{name}{n}", n + 1
        self.taken.add(chosen)
        return chosen


def indented(lines: Sequence[str]) -> list[str]:
    """The lines, one step further in."""
    return [STEP + line if line else line for line in lines]
