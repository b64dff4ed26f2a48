"""Text to facts: `extract` reads one text, `facts_of` many, with a store and worker processes.

Importing this package does not import libcst; the first text that is not in the store does.
"""
from __future__ import annotations

import gc

from ..model.facts import ModuleFacts
from .gather import facts_of
from .store import Store

__all__ = ["Store", "extract", "facts_of"]


def extract(text: str) -> ModuleFacts:
    """The facts of one text. Never raises: what cannot be read is `ModuleFacts.failure`. Depends on the text alone."""
    from ..syntax import SyntaxFailure, on_a_big_stack
    from .failures import failed
    from .module import read

    # Nothing that is built here is garbage before the end.
    collected = gc.isenabled()
    gc.disable()
    try:
        try:
            return read(text)
        except RecursionError:
            # What can be read must not depend on how deep the caller stands.
            return on_a_big_stack(lambda: read(text))
    except SyntaxFailure as failure:
        return failed(text, failure)
    except (RecursionError, MemoryError):
        return failed(text, SyntaxFailure("nested too deeply to be read"))
    finally:
        if collected:
            gc.enable()
