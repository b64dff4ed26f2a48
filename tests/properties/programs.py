"""Random threaded programs of several modules, as folders."""
from __future__ import annotations

from pathlib import Path
from random import Random

from tests.oracle.generator import generate_program
from tests.oracle.layout import choose_layout
from tests.oracle.rendering import render

from threadlint.config import Config
from threadlint.engine import Request, judge
from threadlint.reports import versioned_json
from threadlint.reports.manner import Manner


def written(folder: Path, seed: int, count: int = 3) -> list[Path]:
    """Some random programs side by side, each a package of its own; the files."""
    files: list[Path] = []
    for number in range(count):
        random = Random(f"properties {seed} {number}")
        program = generate_program(random)
        package = folder / f"part{number}"
        package.mkdir(parents=True)
        for name, text in render(program, choose_layout(program, random), str(seed)).items():
            (package / name).write_text(text, "utf-8")
            files.append(package / name)
    return files


def told(paths: list[str], *, cache: Path | None = None, jobs: int = 1, **settings: object) -> str:
    """What is said of a program, byte for byte, without how much of it had to be parsed."""
    config = Config(cache_dir=cache or Path("nowhere"), **settings)  # type: ignore[arg-type]
    return versioned_json.render(
        judge(Request(paths=tuple(paths), config=config, jobs=jobs, cache=cache is not None)), Manner()
    )
