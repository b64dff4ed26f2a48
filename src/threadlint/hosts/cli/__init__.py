"""The command line. Each command is a file of this package and is imported when it is called.

`main` is what the console script runs; `run` does the same for callers that live on and gives them the exit code (see
`ending`).
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from .ending import INTERRUPTED, interrupted, leave


def main() -> NoReturn:
    """Run the command that the process was started for, and end the process."""
    import gc

    gc.disable()  # the process ends before garbage could become a burden
    leave(run())


def run(args: Sequence[str] | None = None) -> int:
    """Run one command with these arguments (those of the process by default) and return the exit code. Never raises."""
    try:
        from .door import threadlint

        threadlint.main(args=args, prog_name="threadlint")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 2
    except KeyboardInterrupt:  # while the commands were being imported
        interrupted()
        return INTERRUPTED
