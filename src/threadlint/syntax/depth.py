"""How deep a text nests, before the native parser (which recurses without a guard) is let near it.

placeholder
"""
from __future__ import annotations

from typing import NamedTuple

STACK_FOR_DEEP_TEXTS = 512 * 1024 * 1024


class Nesting(NamedTuple):
    """Whether a text needs a large stack, or why it is refused and at which offset."""

    is_deep: bool = False
    refusal: str | None = None
    offset: int = 0


def nesting(text: str) -> Nesting:
    return Nesting()
