"""Facts of a text that has none, with the best place and reason that can be had."""
from __future__ import annotations

import ast
import warnings

from ..model import facts as f
from ..model.place import LineMap
from ..syntax import SyntaxFailure


def failed(text: str, failure: SyntaxFailure) -> f.ModuleFacts:
    """Facts that only say why there are none. Where Python also rejects the text, it knows the place and reason better
    than the parser does."""
    better = _as_python_says(text) if failure.message.startswith("invalid syntax") else None
    found = better or failure
    at = min(max(found.offset, 0), len(text))
    message = " ".join(found.message.split()).encode("utf-8", "replace").decode()
    return f.ModuleFacts((), (), (), None, f.Failure(message, (at, at)))


def _as_python_says(text: str) -> SyntaxFailure | None:
    try:
        # Where an executor reads in threads, the others may miss a warning about the program meanwhile, no more.
        with warnings.catch_warnings():  # threadlint: ignore[THR223]
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        lines = LineMap(text)
        line = min(max(error.lineno or 1, 1), len(lines.starts))
        offset = lines.starts[line - 1] + max((error.offset or 1) - 1, 0)
        return SyntaxFailure(error.msg or "invalid syntax", offset)
    except (ValueError, RecursionError, MemoryError):
        pass
    return None
