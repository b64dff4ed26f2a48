"""Marks: what a path has surely behind it, besides threads that have ended; kept among those (`Event.ended`).

Like them a mark holds where paths meet only if it holds on each, goes from a caller to what it calls, and comes back
from a call.
"""
from __future__ import annotations

from ...program.values import Address

_AGAIN = "taken again"


def taken_again(lock: Address) -> Address:
    """A plain lock was taken by its holder: nobody gets here, unless somebody else gives such a lock back."""
    return Address("site", None, (_AGAIN, lock))


def is_taken_again(mark: Address) -> bool:
    """Whether a mark says that a plain lock was taken by its holder."""
    return mark.kind == "site" and mark.key[0] == _AGAIN


def submitted(task: Address) -> Address:
    """A task was handed to its pool."""
    return Address("site", None, ("submitted", task))


def done(task: Address) -> Address:
    """A task was handed to its pool and has ended. When a pool is closed its tasks have ended, also those that were
    never handed to it."""
    return Address("site", None, ("done", task))
