"""Does the time per function stay flat? Generated programs of 1,000, 10,000 and 100,000 functions.

    python benchmarks/linear.py [--sizes 1000,10000,100000] [--shape chains] [--output FILE]

Run it with the Python that threadlint is installed in. Every module is hot, so all of it is parsed, linked and judged.
Each program is judged twice: *cold*, and after *one* small file was added. Nothing else is parsed then, so that what is
left is the reading of facts, the linking and the analyses of the whole program.

    chains    a thread per module calls through twenty functions; some of them take the module's one lock
    locks     classes that each own two locks; methods take one or both; ten modules in a row nest a lock of each
    threads   a pool and threads per module that change state shared under a lock, started and joined

Both times per function of a program may be at most `--growth` times those of the next smaller one.
"""
from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from cost import Command, cost, typical

THREADLINT = (sys.executable, "-m", "threadlint", "check", "--isolated", "--jobs", "1", "--quiet")
PER_MODULE = 100


def chains(number: int, functions: int) -> str:
    """A module whose functions call one another in chains of twenty."""
    lines = ["import threading", "guard = threading.Lock()", "seen = {}"]
    for i in range(functions):
        lines.append(f"def step_{i}(value):")
        if i % 5 == 0:
            lines += ["    with guard:", f"        seen[{i}] = value"]
        last = i % 20 == 19 or i + 1 == functions
        lines.append("    return value" if last else f"    return step_{i + 1}(value + 1)")
    lines += [f"worker = threading.Thread(target=step_0, args=({number},))", "worker.start()", "worker.join()"]
    return "\n".join(lines) + "\n"


def locks(number: int, functions: int) -> str:
    """A module of classes of ten methods with two locks each; ten modules in a row nest one lock of each."""
    following = f"part_{number + 1}"
    lines = ["import threading"]
    for start in range(0, functions, 10):
        name = f"Box{start // 10}"
        lines += [
            f"class {name}:",
            "    def __init__(self):",
            "        self._first = threading.Lock()",
            "        self._second = threading.Lock()",
            "        self._rows = []",
        ]
        for i in range(1, min(10, functions - start)):
            lines.append(f"    def method_{i}(self, row):")
            if i == 9 and start == 0 and number % 10 != 9:
                lines += [
                    f"        from {following} import {name}",
                    "        with self._first:",
                    f"            return {name}().method_9(row)",
                ]
            elif i % 3 == 0:
                lines += ["        with self._first, self._second:", "            self._rows.append(row)"]
            else:
                lines += ["        with self._first:", "            self._rows.append(row)"]
    return "\n".join(lines) + "\n"


def threads(number: int, functions: int) -> str:
    """A module that runs half its functions on threads or a pool."""
    lines = [
        "import threading",
        "from concurrent.futures import ThreadPoolExecutor",
        "guard = threading.Lock()",
        "totals = {}",
    ]
    for i in range(0, functions, 2):
        lines += [
            f"def work_{i}(item):",
            "    with guard:",
            f"        totals[{i}] = totals.get({i}, {number}) + item",
            f"def start_{i}(items):",
        ]
        if i % 4:
            lines += ["    with ThreadPoolExecutor(2) as pool:", f"        return list(pool.map(work_{i}, items))"]
        else:
            lines += [
                f"    workers = [threading.Thread(target=work_{i}, args=(item,)) for item in items]",
                "    for worker in workers: worker.start()",
                "    for worker in workers: worker.join()",
            ]
    return "\n".join(lines) + "\n"


SHAPES: dict[str, Callable[[int, int], str]] = {"chains": chains, "locks": locks, "threads": threads}


def write(folder: Path, shape: str, functions: int) -> int:
    """Write a program of that many functions into an empty folder; returns its lines."""
    lines = 0
    for number in range(functions // PER_MODULE):
        text = SHAPES[shape](number, PER_MODULE)
        (folder / f"part_{number}.py").write_text(text)
        lines += text.count("\n")
    return lines


class Program:
    """A program in a folder, with the store of its facts beside it."""

    def __init__(self, home: Path, name: str) -> None:
        self.folder, self.store = home / name, home / f"{name} store"
        self.folder.mkdir()
        self.added = 0

    def forget(self) -> None:
        """Throw the store away."""
        shutil.rmtree(self.store, ignore_errors=True)

    def add(self) -> None:
        """Add a file that was not there before."""
        self.added += 1
        (self.folder / "added.py").write_text(f"import threading\nguard_{self.added} = threading.Lock()\n")

    def remove(self) -> None:
        """Remove the folder and the store."""
        shutil.rmtree(self.folder)
        self.forget()

    def spent(self, before: Callable[[], None], rounds: int, limit: float) -> float | None:
        """Median processor seconds of a run; None when it was stopped at the limit."""
        argv = (*THREADLINT, "--cache-dir", str(self.store), ".")
        command = Command(self.folder.name, argv, self.folder, frozenset({0, 1}), before)
        costs = [cost(command, limit) for _ in range(rounds)]
        return None if any(c.stopped for c in costs) else typical(costs)


def per_function(seconds: float | None, start: float, functions: int) -> float | None:
    """Microseconds for each function, without those that a start costs."""
    return None if seconds is None else 1e6 * (seconds - start) / functions


def main() -> int:
    """Measure, print the table, and exit 0; 1 when the time per function grows or a run does not end in time."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--sizes", default="1000,10000,100000", help="numbers of functions, in hundreds")
    options.add_argument("--shape", action="append", choices=SHAPES, help="only these (repeatable)")
    options.add_argument("--growth", type=float, default=1.5, help="how much dearer a function may get by a step")
    options.add_argument("--limit", type=float, default=900.0, help="seconds after which a run is stopped")
    options.add_argument("--output", type=Path, help="also write the rows as JSON")
    args = options.parse_args()
    rows, flat = [], True
    print(f"{'shape':8} {'functions':>10} {'lines':>9} {'cold s':>9} {'µs each':>8} {'one s':>9} {'µs each':>8}")
    with tempfile.TemporaryDirectory(prefix="threadlint-linear-") as temporary:
        home = Path(temporary)
        empty = Program(home, "empty")
        empty.add()
        start = [empty.spent(before, 3, args.limit) or 0.0 for before in (empty.forget, empty.add)]
        for shape in args.shape or SHAPES:
            earlier: list[float | None] = [None, None]
            for functions in map(int, args.sizes.split(",")):
                program = Program(home, f"{shape}-{functions}")
                lines, rounds = write(program.folder, shape, functions), 3 if functions <= 10_000 else 1
                seconds = [program.spent(before, rounds, args.limit) for before in (program.forget, program.add)]
                program.remove()
                each = [per_function(*both, functions) for both in zip(seconds, start, strict=True)]
                told = "".join(
                    f" {'stopped':>9} {'':>8}" if s is None or e is None else f" {s:9.2f} {e:8.0f}"
                    for s, e in zip(seconds, each, strict=True)
                )
                print(f"{shape:8} {functions:10,} {lines:9,}{told}", flush=True)
                rows.append(
                    {"shape": shape, "functions": functions, "lines": lines, "seconds": seconds, "us_each": each}
                )
                for now, before in zip(each, earlier, strict=True):
                    flat &= now is not None and (before is None or now <= args.growth * before)
                earlier = each
    print("flat: the time per function does not grow" if flat else "NOT FLAT: it grows, or a run did not end")
    if args.output:
        args.output.write_text(json.dumps({"start": start, "rows": rows}, indent=2) + "\n")
    return 0 if flat else 1


if __name__ == "__main__":
    sys.exit(main())
