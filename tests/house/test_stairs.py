"""Imports go down the stairs, and files stay rooms."""
from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src"
FILES = sorted((SRC / "threadlint").rglob("*.py"))
ATTICS = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc", "data", "info", "process", "core"}
LIBCST = {"syntax", "extract", "fixes"}
MOST_LINES = 400


@cache
def layers() -> list[set[str]]:
    """The layers of the import-linter contract, highest first."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    (contract,) = settings["contracts"]
    return [{name.strip() for name in layer.split("|")} for layer in contract["layers"]]


def height(module: str) -> int | None:
    """How high a module stands; None for one that is in no layer."""
    stairs = layers()
    for index, layer in enumerate(stairs):
        if any(module == name or module.startswith(f"{name}.") for name in layer):
            return len(stairs) - index
    return None


def imports_of(path: Path) -> list[str]:
    """The absolute names of what a file imports, wherever it does."""
    tree = ast.parse(path.read_text("utf-8"))
    package = list(path.relative_to(SRC).with_suffix("").parts[:-1])
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found += [f"{module}.{alias.name}" for alias in node.names]
    return found


def test_imports_go_down_the_stairs() -> None:
    wrong = []
    for path in FILES:
        module = ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__")
        mine = height(module)
        if mine is not None:
            above = [name for name in imports_of(path) if (height(name) or 0) > mine]
            wrong += [f"{module} imports {name}, which stands above it" for name in above]
    assert not wrong


def test_rules_do_not_import_each_other() -> None:
    wrong = []
    for path in FILES:
        parts = path.relative_to(SRC / "threadlint").parts
        if parts[0] == "rules" and len(parts) == 3:
            wrong += [f"{parts} imports {name}" for name in imports_of(path) if name.startswith("threadlint.rules.")]
    assert not wrong


def test_libcst_is_met_in_its_rooms_only() -> None:
    for path in FILES:
        if path.relative_to(SRC / "threadlint").parts[0] not in LIBCST:
            assert not [name for name in imports_of(path) if name.split(".")[0] == "libcst"], path


def test_a_file_is_one_room() -> None:
    assert not [path.name for path in FILES if path.stem in ATTICS]
    sizes = {path.relative_to(SRC / "threadlint").as_posix(): path.read_text("utf-8").count("\n") for path in FILES}
    assert {name: size for name, size in sizes.items() if size > MOST_LINES} == {}


def test_a_file_says_what_it_is_for() -> None:
    docstrings = {path: ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "" for path in FILES}
    assert not [path for path, docstring in docstrings.items() if not re.match(r"[^\n]{10,}[.:]", docstring)]
