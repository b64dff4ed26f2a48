"""Facts of a text that has none."""
from __future__ import annotations

from ..model import facts as f
from ..syntax import SyntaxFailure


def failed(text: str, failure: SyntaxFailure) -> f.ModuleFacts:
    at = min(max(failure.offset, 0), len(text))
    return f.ModuleFacts((), (), (), None, f.Failure(failure.message, (at, at)))
