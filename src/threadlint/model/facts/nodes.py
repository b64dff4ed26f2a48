"""Nodes: what expressions and statements of the miniature have in common, and how places are told."""
from __future__ import annotations

import msgspec

Span = tuple[int, int]


class _Node(msgspec.Struct, array_like=True, frozen=True, gc=False, tag=True):
    """A node of the miniature: encoded as an array whose first element is the class name."""
