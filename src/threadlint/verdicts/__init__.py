"""Which findings are shown: selected, not suppressed, sure enough, each once and in order; and what was held back."""
from __future__ import annotations

from .baseline import BaselineError
from .selection import Selection, UnknownRuleError
from .settle import settle
from .suppression import suppressing

__all__ = ["BaselineError", "Selection", "UnknownRuleError", "settle", "suppressing"]
