"""What a host asks for, and where it is kept."""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ..config import Config

if TYPE_CHECKING:
    from concurrent.futures import Executor


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What a host asks for.

    `paths` are files and folders. `overlay` holds the texts of open buffers by path; the path `-` stands for all of
    them (bytes are decoded as those of a file).
    With `whole` the program is that around the given files, not the files alone (see `sources.gather`). `jobs` is the
    number of worker processes, 0 as many as there are processors; `executor` takes their place. Without `noqa` those
    comments are left to another tool. `cache` False neither reads nor writes the store. `among_alike`: other processes
    judge the same program at this moment.
    """

    paths: tuple[str, ...]
    config: Config
    overlay: Mapping[str, str | bytes] = {}
    whole: bool = False
    force_exclude: bool = False
    jobs: int = 0
    executor: Executor | None = None
    cache: bool = True
    noqa: bool = True
    among_alike: bool = False


def cache_folder(config: Config) -> Path:
    """Where facts are kept: `cache-dir`, else a folder beside the configuration."""
    return config.root / (config.cache_dir or ".threadlint_cache")
