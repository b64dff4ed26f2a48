"""Which findings are shown: selected, not suppressed, sure enough, each once and in order; and what was held back."""
from __future__ import annotations

from .selection import Selection, UnknownRuleError
from .settle import settle

__all__ = ["Selection", "UnknownRuleError", "settle"]
