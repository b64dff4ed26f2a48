"""What a command costs: processor time and peak memory of its whole process tree.

Processor time, unlike the clock on the wall, hardly changes when other work shares the machine, and it does not
flatter a tool for using more cores.
"""
from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Command:
    """A named command line, the exit codes that mean it did its work, and what is done before each run of it, at no
    cost."""

    name: str
    argv: tuple[str, ...]
    folder: Path
    good: frozenset[int] = frozenset({0})
    before: Callable[[], None] | None = None


@dataclass(frozen=True)
class Cost:
    """Seconds of user and system time, peak resident megabytes, and whether the run was stopped at the time limit.

    The cost of a stopped run is what had been spent until then, so a ratio made with it is a lower bound.
    """

    cpu: float
    peak_mb: float
    stopped: bool = False


class CommandError(Exception):
    """A command did not do its work; the text holds its exit code and the end of what it said."""


def cost(command: Command, limit: float = 900.0) -> Cost:
    """Run a command to its end, or to the limit in seconds, and say what it and all its children spent.

    Raises CommandError when the exit code is not one of the good ones.
    """
    if command.before is not None:
        command.before()
    with open(os.devnull, "rb") as nothing, open(os.devnull, "wb") as void:
        process = subprocess.Popen(
            command.argv, cwd=command.folder, stdin=nothing, stdout=void, stderr=subprocess.PIPE, start_new_session=True
        )
        said = bytearray()
        listener = threading.Thread(target=lambda: said.extend(process.stderr.read() if process.stderr else b""))
        listener.start()
        over_limit = threading.Event()

        def stop() -> None:
            over_limit.set()
            os.killpg(process.pid, signal.SIGKILL)

        alarm = threading.Timer(limit, stop)
        alarm.start()
        _, status, usage = os.wait4(process.pid, 0)
        alarm.cancel()
        listener.join()
        process.returncode = os.waitstatus_to_exitcode(status)
    stopped = over_limit.is_set()
    if not stopped and process.returncode not in command.good:
        end = said.decode(errors="replace").strip()[-2000:]
        raise CommandError(f"{command.name}: exit {process.returncode}\n{end}")
    megabyte = 2**20 if sys.platform == "darwin" else 2**10  # Linux counts ru_maxrss in kilobytes, macOS in bytes
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / megabyte, stopped)


def interleaved(
    commands: Sequence[Command], rounds: int, limit: float, tell: Callable[[str], None]
) -> dict[str, list[Cost]]:
    """Run all the commands in turn, `rounds` times over, so that a slow minute of the machine meets each of them.

    A command that reaches the limit, or takes more than a minute, is not run again: one run of that length says enough.
    Returns the costs of each command by its name.
    """
    costs: dict[str, list[Cost]] = {c.name: [] for c in commands}
    for number in range(rounds):
        for command in commands:
            if any(c.stopped or c.cpu > 60 for c in costs[command.name]):
                continue
            spent = cost(command, limit)
            costs[command.name].append(spent)
            tell(f"  round {number + 1}: {command.name} {spent.cpu:.2f} s{' (stopped)' if spent.stopped else ''}")
    return costs


def typical(costs: Sequence[Cost]) -> float:
    """The median of the processor times, in seconds."""
    return statistics.median(c.cpu for c in costs)
