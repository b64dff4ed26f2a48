"""Print the files that a run on the working directory parses, one path a line: those that are not cold.

    cd PROJECT && python benchmarks/parsed_files.py
"""
from __future__ import annotations

from threadlint.config import load
from threadlint.engine import Request, judge


def main() -> None:
    """Judge the folder as `threadlint check --isolated --no-cache .` does, and name what was read."""
    report = judge(Request(paths=(".",), config=load(None, isolated=True), cache=False))
    print("\n".join(sorted(report.texts.paths)))


if __name__ == "__main__":
    main()
