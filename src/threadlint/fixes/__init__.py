"""Fixes: text edits on the original source, chosen and applied so that they never get into each other's way.

Most rules say themselves how a finding is cured. What they leave to this floor are changes of whole blocks
(`recipes`): a statement pair that becomes a `with`. Nothing here parses: edits stand on the offsets of the facts.
"""

from __future__ import annotations

from .applying import Applied, applied, apply
from .fixing import Fixed, fixed_texts
from .recipes import completed

__all__ = ["Applied", "Fixed", "applied", "apply", "completed", "fixed_texts"]
