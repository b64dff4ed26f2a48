"""What the benchmarks run on and against: Django, the standard library and the other tools, in folders of their own."""
from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path

DJANGO = "django==5.2.*"


@dataclass(frozen=True)
class Peers:
    """Interpreters that can run `-m ruff`, `-m pylint`, `-m flake8`, and `-m flake8` with flake8-async installed."""

    plain: Path
    with_async: Path


def standard_library(workspace: Path) -> Path:
    """The Python files of the running interpreter's library, its own tests included, without site-packages."""
    target = workspace / "stdlib"
    if not target.exists():
        source = Path(sysconfig.get_path("stdlib"))

        def leave_out(folder: str, names: list[str]) -> set[str]:
            return {
                n
                for n in names
                if n in {"site-packages", "dist-packages", "__pycache__"}
                or not (n.endswith(".py") or (Path(folder) / n).is_dir())
            }

        shutil.copytree(source, target, ignore=leave_out)
    return target


def django(workspace: Path) -> Path:
    """Django 5.2 as its wheel holds it; fetched with pip, unpacked, never installed."""
    target = workspace / "django"
    if not target.exists():
        wheels = workspace / "wheels"
        pip(Path(sys.executable), "download", "--no-deps", "--only-binary", ":all:", "-d", str(wheels), DJANGO)
        [wheel] = wheels.glob("[Dd]jango-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(target)
    return target


def peers(workspace: Path) -> Peers:
    """The other tools, installed under the workspace: flake8-async apart, so that plain flake8 stays plain."""
    plain = _environment(workspace / "peers", "ruff", "pylint", "flake8")
    with_async = _environment(workspace / "peers-async", "flake8", "flake8-async")
    return Peers(plain, with_async)


def pip(python: Path, *arguments: str) -> None:
    """Run pip quietly; raises CalledProcessError when it fails."""
    subprocess.run([python, "-m", "pip", "--disable-pip-version-check", "-q", *arguments], check=True)


def _environment(folder: Path, *packages: str) -> Path:
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip(python, "install", *packages)
    return python
