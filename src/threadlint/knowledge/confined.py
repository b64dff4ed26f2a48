"""Library types whose objects belong to one thread."""

from __future__ import annotations

from typing import NamedTuple


class Confined(NamedTuple):
    """What happens elsewhere, in words; `lifted_by` is a keyword of the maker that, when false, lifts it; `free` are
    methods that any
    thread may call."""

    harm: str
    lifted_by: str | None = None
    free: frozenset[str] = frozenset()


_SQLITE = Confined("raises `sqlite3.ProgrammingError`", "check_same_thread", frozenset({"interrupt"}))

CONFINED: dict[str, Confined] = {
    "sqlite3.Connection": _SQLITE,
    "sqlite3.Cursor": _SQLITE,
}
"""By canonical name of the type."""
