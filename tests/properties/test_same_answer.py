"""One program, one answer: whatever the order of files, the number of jobs, the cache, and the door."""
from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from flake8.main.cli import main as flake8
from hypothesis import given, settings
from hypothesis import strategies as st

from threadlint.extract import gather as reading
from threadlint.hosts.cli.door import threadlint

from .programs import told, written

SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=6, deadline=None, derandomize=True)


@contextmanager
def folder() -> Iterator[Path]:
    """An empty folder that is the working directory."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        try:
            yield Path(name)
        finally:
            os.chdir(before)


@FEW
@given(SEEDS, st.randoms(use_true_random=False))
def test_the_order_of_paths_does_not_matter(seed: int, random: Random) -> None:
    with folder():
        files = [str(path.relative_to(Path.cwd())) for path in written(Path.cwd(), seed)]
        in_order = told(sorted(files))
        random.shuffle(files)
        assert told(files) == in_order


@FEW
@given(SEEDS)
def test_a_warm_run_says_what_the_cold_one_said(seed: int) -> None:
    with folder() as here:
        written(here, seed)
        uncached = told(["."])
        cold = told(["."], cache=here / "cache")
        warm = told(["."], cache=here / "cache")
        assert uncached == cold == warm


@FEW
@given(SEEDS)
def test_a_run_over_kept_facts_says_what_the_cold_one_said(seed: int) -> None:
    with folder() as here:
        written(here, seed)
        told(["."], cache=here / "cache")
        (here / "one_more.py").write_text("x = 1\n")  # nothing is recalled, and every fact is at hand
        assert told(["."], cache=here / "cache") == told(["."])


@FEW
@given(SEEDS)
def test_a_cache_filled_by_another_program_says_the_same(seed: int) -> None:
    with folder() as here:
        for number, start in enumerate((seed, seed + 1)):
            written(here / str(number), start)
        first = told(["0"], cache=here / "cache")
        told(["1"], cache=here / "cache")
        told(["."], cache=here / "cache")
        assert told(["0"], cache=here / "cache") == first == told(["0"])


def test_the_number_of_jobs_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "FEWEST_FILES", 1)
    monkeypatch.setattr(reading, "FEWEST_CHARACTERS", 1)
    with folder() as here:
        written(here, 7, count=8)
        assert told(["."], jobs=1) == told(["."], jobs=4) != told(["part0"])


@FEW
@given(SEEDS)
def test_flake8_says_what_the_command_line_says(seed: int) -> None:
    with folder() as here:
        written(here, seed)
        (here / "threadlint.toml").write_text("")
        by_hand = CliRunner().invoke(threadlint, ["check", "-q", "--output-format", "concise", "."]).stdout.splitlines()
        out = io.TextIOWrapper(io.BytesIO())
        with redirect_stdout(out):
            flake8(["--isolated", "-j1", "--select", "THR", "."])
        out.seek(0)
        under_flake8 = [line.removeprefix("./").rstrip("\n") for line in out]
        # flake8 knows no fixes, and says nothing of them.
        assert sorted(under_flake8) == sorted(line.replace(" [*]", "") for line in by_hand)


WARM = """
import json, sys
from threadlint.hosts.cli import run
code = run(["check", ".", "--output-format", "json:report.json"])
print(json.dumps([code, sorted(name for name in sys.modules if name.split(".")[0] in ("libcst", "rich"))]))
"""


def test_a_warm_run_loads_neither_the_parser_nor_the_painter() -> None:
    with folder() as here:
        written(here, 3)

        def answered() -> tuple[int, list[str]]:
            ran = subprocess.run([sys.executable, "-c", WARM], capture_output=True, check=True, text=True)
            return tuple(json.loads(ran.stdout))

        cold, recalled = answered(), answered()
        (here / "one_more.py").write_text("x = 1\n")
        over_kept_facts = answered()
        assert cold[0] == recalled[0] == over_kept_facts[0] in (0, 1)
        assert "libcst" in cold[1]
        assert recalled[1] == over_kept_facts[1] == []
