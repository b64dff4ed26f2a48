"""Logging: which calls write to a log, and which methods of handlers run before such a call returns."""
from __future__ import annotations

from collections.abc import Iterable

LEVELS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log"})

LOG_CALLS = frozenset(
    f"{owner}.{level}" for owner in ("logging", "logging.Logger", "logging.LoggerAdapter") for level in LEVELS
)
"""Calls that hand a record to handlers."""


def run_by_log_calls(bases: Iterable[str]) -> tuple[str, ...]:
    """The methods of a class with these library bases that run on the thread that logs, while it logs."""
    for base in bases:
        if base.startswith("logging.") and base.endswith("Handler"):
            return ("handle", "emit")
        if base == "logging.Filter":
            return ("filter",)
    return ()
