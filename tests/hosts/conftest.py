"""A small program to open the doors on."""
from __future__ import annotations

import shutil
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program that the README shows, copied into an empty project that is the working directory."""
    shutil.copytree(EXAMPLES / "bank", tmp_path / "bank", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "threadlint.toml").write_text("")
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "THREADLINT_OUTPUT_FORMAT", "THREADLINT_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path
