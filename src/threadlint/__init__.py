"""threadlint reads a whole Python program and tells where its threads can hang, lose data or lose their exceptions."""
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor
    from os import PathLike

    from .config import Config
    from .model.report import Report

__version__ = "0.1.0"
__all__ = ["__version__", "check"]


def check(
    paths: Sequence[str | PathLike[str]],
    config: Config | None = None,
    executor: Executor | None = None,
    *,
    cache: bool = True,
) -> Report:
    """Judge the program in files and folders.

    `config` None means the configuration found from the working directory upwards. `executor` is where the texts are
    parsed: any `concurrent.futures.Executor`, also one of other machines; by default worker processes when many files
    are new. Raises FileNotFoundError for a path that does not exist, ValueError for a broken configuration.
    """
    from .config import load
    from .engine import Request, judge

    chosen = config if config is not None else load(None)
    return judge(Request(paths=tuple(map(str, paths)), config=chosen, executor=executor, cache=cache))
