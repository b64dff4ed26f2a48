"""`threadlint clean`: remove what is kept between runs."""
from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from .ending import tell
from .settings import CACHE, CONFIGURATION, Refused, configuration, flags

KEPT = (
    "facts.sqlite3", "facts.sqlite3-wal", "facts.sqlite3-shm", "facts.sqlite3-journal", ".gitignore", "CACHEDIR.TAG",
)  # fmt: skip
"""What threadlint puts into the folder. Nothing else is removed: `cache-dir` may name one with other things in it."""


@click.command("clean", short_help="Remove what is kept between runs.")
@flags(CONFIGURATION, CACHE)
def command(explicit: tuple[str, ...], isolated: bool, **overrides: Any) -> None:
    """Remove the folder in which facts are kept between runs."""
    from ...config.loading import printed

    config = configuration(explicit, isolated, **overrides)
    folder = config.root / config.cache_dir
    tag = folder / "CACHEDIR.TAG"
    if not folder.exists():
        tell(f"nothing to remove at {printed(folder)}\n")
    elif not (tag.is_file() and b"threadlint" in tag.read_bytes()):
        raise Refused(f"`{printed(folder)}` is no cache of threadlint, so it stays")
    else:
        _remove(folder)
        tell(f"removed {printed(folder)}\n")


def _remove(folder: Path) -> None:
    try:
        for name in KEPT:
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise Refused(f"cannot remove `{folder / name}`: {error.strerror}") from None
    with suppress(OSError):  # something else lies in it
        folder.rmdir()
