"""The command line. Each command is a file of this package and is imported when it is called.

`main` is what the console script runs; it never raises and returns the exit code (see `ending`).
"""
from __future__ import annotations

from collections.abc import Sequence

from .ending import INTERRUPTED, interrupted


def main(args: Sequence[str] | None = None) -> int:
    """Run one command with these arguments (those of the process by default) and return the exit code."""
    try:
        from .door import threadlint

        threadlint.main(args=args, prog_name="threadlint")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 2
    except KeyboardInterrupt:  # while the commands were being imported
        interrupted()
        return INTERRUPTED
    return 0
