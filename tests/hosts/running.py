"""The command line run in this process (quick) or in one of its own (where signals and pipes count)."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from threadlint.hosts.cli.door import threadlint


def run(*args: str, stdin: str | bytes | None = None) -> Result:
    """`threadlint ARGS` in this process."""
    return CliRunner().invoke(threadlint, list(args), input=stdin)


def started(*args: str, cwd: Path | None = None) -> subprocess.Popen[bytes]:
    """`threadlint ARGS` in a process of its own."""
    command = [sys.executable, "-m", "threadlint", *args]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd)


def said(result: Result) -> tuple[int, str]:
    """The exit code, and what stderr says in one line."""
    return result.exit_code, " ".join(result.stderr.split())
