"""Folders full of files, written in one expression."""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from threadlint.sources import Gathered

HOT = "import threading\nlock = threading.Lock()\n"
COLD = "answer = 42\n"


def grow_tree(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Writes each file below the root; a name that ends in `/` is an empty folder."""
    for name, text in files.items():
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return root


def modules(gathered: Gathered) -> dict[str, str]:
    """The module name of each printed path."""
    return {each.path: each.module for each in sorted(gathered, key=lambda each: each.path)}
