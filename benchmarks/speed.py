"""How fast threadlint is, told as ratios of processor time within one run.

    python benchmarks/speed.py                              Django 5.2 and the standard library, all measures
    python benchmarks/speed.py --project name=DIR ...       other projects instead
    python benchmarks/speed.py --measure parse --measure memory

Run it with the Python that threadlint is installed in. Everything it needs is fetched with pip into `--workspace`
(a temporary folder unless given). Each ratio compares commands that take turns, and is the median over the rounds.

    parse     a cold run in one process ÷ `libcst.parse_module` of exactly the files that this run parsed
    cold      the cost of a byte of a cold file ÷ the cost of a byte of a parsed one, in percent
    ruff      a run with a warm cache ÷ `ruff check --no-cache`: with nothing changed since the last run (the findings
              are recalled), and with one file changed (it is parsed, and the program linked and judged anew)
    flake8, pylint, flake8-async
              the other tool ÷ a cold run; pylint with only its four rules about threads, flake8-async with only ASYNC
    memory    peak resident memory of a cold run in one process, in megabytes

Before anything is measured the package is compiled to bytecode, as pip does when it installs one: an editable
installation under `PYTHONDONTWRITEBYTECODE` would compile it in every run.

A command that takes more than a minute is run once. One that is stopped at `--limit` seconds counts with what it had
spent until then: its ratio is a lower bound and printed with `>`.
"""
from __future__ import annotations

import argparse
import compileall
import json
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from cost import Command, Cost, interleaved, typical
from projects import Peers, django, peers, standard_library

import threadlint as threadlint_package

HERE = Path(__file__).resolve().parent
THREAD_RULES_OF_PYLINT = "bad-thread-instantiation,useless-with-lock,consider-using-with,deprecated-method"
THREADLINT = (sys.executable, "-m", "threadlint", "check", "--isolated", "--quiet", "--output-format", "json")
FOUND_OR_NOT = frozenset({0, 1})
ANY_PYLINT_VERDICT = frozenset(range(32))


@dataclass(frozen=True)
class Row:
    """One line of the table. `at_most` tells which side of the target is the good one; without a target the row is for
    information."""

    project: str
    measure: str
    measured: float
    unit: str
    target: float | None
    at_most: bool
    detail: str
    bound: bool = False

    @property
    def met(self) -> bool:
        """Whether the target, if there is one, is reached."""
        if self.target is None:
            return True
        return self.measured <= self.target if self.at_most else self.measured >= self.target


@dataclass(frozen=True)
class Bench:
    """Everything a measure needs to know."""

    workspace: Path
    rounds: int
    limit: float
    tools: Callable[[], Peers]

    def compare(self, *commands: Command) -> dict[str, list[Cost]]:
        """Costs of commands that take turns, over all the rounds."""
        return interleaved(commands, self.rounds, self.limit, partial(print, file=sys.stderr))


def threadlint(name: str, folder: Path, *flags: str) -> Command:
    """A run of threadlint on a folder, from inside it."""
    return Command(name, (*THREADLINT, *flags, "."), folder, FOUND_OR_NOT)


def ratio(over: Sequence[Cost], under: Sequence[Cost]) -> float:
    """The median of the ratios of the rounds; a tool that was stopped has fewer rounds than the other."""
    return statistics.median(a.cpu / b.cpu for a, b in zip(over, under, strict=False))


def parsed_files(folder: Path) -> list[Path]:
    """The files that a run on this folder parses."""
    told = subprocess.run(
        [sys.executable, HERE / "parsed_files.py"], cwd=folder, check=True, capture_output=True, text=True
    )
    return [folder / line for line in told.stdout.splitlines()]


def size(files: Sequence[Path]) -> int:
    """Bytes in all."""
    return sum(f.stat().st_size for f in files)


def parse(project: str, folder: Path, bench: Bench) -> Iterator[Row]:
    """A cold run against parsing alone."""
    files = parsed_files(folder)
    listing = bench.workspace / f"{project}.parsed"
    listing.write_text("".join(f"{f}\n" for f in files), "utf-8")
    costs = bench.compare(
        threadlint("cold, one process", folder, "--no-cache", "--jobs", "1"),
        Command("bare parse", (sys.executable, str(HERE / "bare_parse.py"), str(listing)), folder),
    )
    cold, bare = costs["cold, one process"], costs["bare parse"]
    lines = sum(f.read_bytes().count(b"\n") for f in files)
    detail = f"{typical(cold):.2f} s ÷ {typical(bare):.2f} s, {len(files)} files of {lines:,} lines parsed"
    yield Row(project, "cold ÷ bare parse", ratio(cold, bare), "x", 2.0, True, detail)


def cold_bytes(project: str, folder: Path, bench: Bench) -> Iterator[Row]:
    """A cold byte against a parsed one: the whole, the same without the parsed files, and a single cold file. Parsed
    files that make folders packages stay, emptied: without them modules would have to be named by other means."""
    parsed = set(parsed_files(folder))
    cold = [f for f in folder.rglob("*.py") if f not in parsed]
    without, single = bench.workspace / f"{project}-cold", bench.workspace / "single"
    shutil.rmtree(without, ignore_errors=True)
    for file in cold:
        target = without / file.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    for file in parsed:
        target = without / file.relative_to(folder)
        if file.name == "__init__.py" and target.parent.exists():
            target.touch()
    single.mkdir(exist_ok=True)
    (single / "empty.py").write_text("")
    flags = ("--no-cache", "--jobs", "1")
    costs = bench.compare(
        threadlint("whole", folder, *flags),
        threadlint("cold files only", without, *flags),
        threadlint("one empty file", single, *flags),
    )
    whole, only, start = (typical(costs[k]) for k in ("whole", "cold files only", "one empty file"))
    cold_cost, parsed_cost = (only - start) / size(cold), (whole - only) / size(list(parsed))
    detail = (
        f"{cold_cost * 1e9:.1f} ns ÷ {parsed_cost * 1e9:.0f} ns a byte; "
        f"{len(cold)} cold files of {size(cold) / 1e6:.1f} MB in {only - start:.2f} s"
    )
    yield Row(project, "cold byte ÷ parsed byte", 100 * cold_cost / parsed_cost, "%", 1.0, True, detail)


def ruff(project: str, folder: Path, bench: Bench) -> Iterator[Row]:
    """A warm run against ruff without its cache."""
    cache = bench.workspace / f"{project}-cache"
    shutil.rmtree(cache, ignore_errors=True)
    warm = threadlint("warm", folder, "--cache-dir", str(cache))
    other = Command(
        "ruff",
        (
            str(bench.tools().plain.with_name("ruff")),
            "check",
            "--isolated",
            "--no-cache",
            "--exit-zero",
            "--quiet",
            ".",
        ),
        folder,
    )
    subprocess.run(warm.argv, cwd=folder, stdout=subprocess.DEVNULL, check=False)
    copy = bench.workspace / f"{project}-changing"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    by_size = sorted((copy / file.relative_to(folder) for file in parsed_files(folder)), key=lambda f: f.stat().st_size)
    changing = by_size[len(by_size) // 2]

    def change() -> None:
        with changing.open("a") as file:
            file.write("#\n")

    changed = replace(threadlint("one file changed", copy, "--cache-dir", str(cache)), before=change)
    subprocess.run(changed.argv, cwd=copy, stdout=subprocess.DEVNULL, check=False)
    costs = bench.compare(warm, changed, other)
    for name, measure, target in (
        ("warm", "warm ÷ ruff --no-cache", 3.0),
        ("one file changed", "one file changed ÷ ruff", None),
    ):
        detail = f"{typical(costs[name]):.2f} s ÷ {typical(costs['ruff']):.2f} s"
        yield Row(project, measure, ratio(costs[name], costs["ruff"]), "x", target, True, detail)


def others(project: str, folder: Path, bench: Bench) -> Iterator[Row]:
    """The whole cold run against tools that read every file."""
    tools = bench.tools()
    flake8 = ("-m", "flake8", "--isolated", "--jobs", "1", "--exit-zero")
    pylint = ("-m", "pylint", "--rcfile=", "--persistent=n", "--jobs=1", "--recursive=y", "--disable=all")
    costs = bench.compare(
        threadlint("cold", folder, "--no-cache"),
        Command("flake8", (str(tools.plain), *flake8, "."), folder),
        Command("flake8-async", (str(tools.with_async), *flake8, "--select", "ASYNC", "."), folder),
        Command(
            "pylint",
            (str(tools.plain), "-P", *pylint, f"--enable={THREAD_RULES_OF_PYLINT}", "."),
            folder,
            ANY_PYLINT_VERDICT,
        ),
    )
    cold = costs["cold"]
    for name, target in (("flake8", 1.0), ("flake8-async", 20.0), ("pylint", 1.0)):
        stopped = costs[name][-1].stopped
        detail = f"{typical(costs[name]):.1f} s ÷ {typical(cold):.2f} s"
        yield Row(project, f"{name} ÷ cold", ratio(costs[name], cold), "x", target, False, detail, bound=stopped)


def memory(project: str, folder: Path, bench: Bench) -> Iterator[Row]:
    """Peak memory of a cold run."""
    command = threadlint("memory", folder, "--no-cache", "--jobs", "1")
    peaks = [c.peak_mb for c in bench.compare(command)[command.name]]
    yield Row(project, "peak memory", statistics.median(peaks), "MB", 300.0, True, "one process, cold")


MEASURES = {"parse": parse, "cold": cold_bytes, "ruff": ruff, "others": others, "memory": memory}


def table(rows: Sequence[Row]) -> str:
    """The rows as aligned text."""
    cells = [("project", "measure", "target", "measured", "", "")]
    for r in rows:
        target = "" if r.target is None else f"{'≤' if r.at_most else '≥'} {r.target:g} {r.unit}"
        measured = f"{'> ' if r.bound else ''}{r.measured:.2f} {r.unit}"
        verdict = "" if r.target is None else "met" if r.met else "MISSED"
        cells.append((r.project, r.measure, target, measured, verdict, r.detail))
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells)


def main() -> int:
    """Measure, print the table, and exit 0; 1 when a target is missed."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--project", action="append", metavar="NAME=DIR", help="instead of Django and the stdlib")
    options.add_argument("--measure", action="append", choices=MEASURES, help="only these (repeatable)")
    options.add_argument("--python", type=Path, help="an interpreter that has ruff, pylint, flake8 and flake8-async")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--limit", type=float, default=900.0, help="seconds after which a command is stopped")
    options.add_argument("--workspace", type=Path, help="keep what is fetched and installed here")
    options.add_argument("--output", type=Path, help="also write the rows as JSON")
    args = options.parse_args()
    compileall.compile_dir(Path(threadlint_package.__file__).parent, quiet=1)
    with tempfile.TemporaryDirectory(prefix="threadlint-speed-") as temporary:
        workspace = (args.workspace or Path(temporary)).resolve()
        workspace.mkdir(parents=True, exist_ok=True)
        if args.project:
            chosen = {}
            for name, _, folder in (p.partition("=") for p in args.project):
                chosen[name if folder else Path(name).name] = Path(folder or name).resolve()
        else:
            chosen = {"django": django(workspace), "stdlib": standard_library(workspace)}
        tools = (lambda: Peers(args.python, args.python)) if args.python else partial(peers, workspace)
        bench = Bench(workspace, args.rounds, args.limit, tools)
        rows: list[Row] = []
        for project, folder in chosen.items():
            for name in args.measure or MEASURES:
                print(f"{project}: {name}", file=sys.stderr)
                rows.extend(MEASURES[name](project, folder, bench))
    print(table(rows))
    if args.output:
        about = {"python": platform.python_version(), "machine": platform.machine(), "rounds": args.rounds}
        told = {**about, "rows": [{**asdict(r), "met": r.met} for r in rows]}
        args.output.write_text(json.dumps(told, indent=2) + "\n")
    return 0 if all(r.met for r in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
