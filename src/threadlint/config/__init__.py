"""The settings of a project: `[tool.threadlint]` becomes a frozen `Config`.

`load` finds and reads the file; `Config()` are the defaults; `documentation`, `page` and `settings` tell them.
"""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .loading import ConfigError, load
from .options import Config

if TYPE_CHECKING:
    from .telling import documentation, page, settings

__all__ = ["Config", "ConfigError", "documentation", "load", "page", "settings"]


def __getattr__(name: str) -> Any:
    if name in ("documentation", "page", "settings"):
        from . import telling

        return getattr(telling, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
