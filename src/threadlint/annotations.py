"""Words for annotations that threadlint checks; at run time they do nothing.

class Table:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.rows: Annotated[dict[str, Row], GuardedBy("_lock")] = {}
"""

from __future__ import annotations

from typing import Final, final

__all__ = ["GuardedBy"]


@final
class GuardedBy:
    """The annotated attribute or global is only touched by a thread that holds `lock`: the name of an attribute of the
    same object, or of a global of the same module."""

    __slots__ = ("lock",)

    def __init__(self, lock: str) -> None:
        self.lock: Final = lock

    def __repr__(self) -> str:
        return f"GuardedBy({self.lock!r})"
