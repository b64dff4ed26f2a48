"""The words of concurrency: what a text shows when it may concern threads, so that it is worth parsing.

Importing a module means nothing, using it does: `threading.Lock`, `from threading import`, `import threading as t`.
Words count outside comments only, except those that are written in comments. `__del__`, `lru_cache` and `contextvars`
are no signs: they matter in programs whose other signs show, and are common where none does. Nor is a `noqa`, which
holds back nothing where there is nothing. Each needle costs every file its time, the shorter the more.
"""
from __future__ import annotations

from typing import NamedTuple

from .blocking import WAITS
from .frameworks import FRAMEWORKS, HANDLER_METHODS


class Sign(NamedTuple):
    """One way for a text to concern threads: it holds `needle`, the regular expression `after` fits behind it, and
    `before` fits at the end of the part of its line that stands before it. `also`: only if the text holds this too.
    `comment`: counts inside comments as well."""

    needle: str
    after: str = ""
    before: str = ""
    also: str = ""
    comment: bool = False


_USED = r"(?:\.\w|[ \t]+import\b|[ \t]+as\b)"
"""Behind the name of a module: it is used, not only mentioned."""

_WORD = r"(?<![\w.])"
_WITH = r"^[ \t]*(?:async[ \t]+)?with\b.*(?<![a-z])[A-Za-z_]*(?<![bBcd])(?<!un)[lL]$"
"""A line that enters something, up to the second letter of a last word that is a lock, not a block nor a clock."""

_HANDLERS = sorted(
    {name.rpartition(".")[2].removesuffix("Handler") for name in HANDLER_METHODS if name.endswith("Handler")} - {""}
)
_BLOCKING = sorted(
    name for name, wait in WAITS.items() if wait.on in ("io", "time") and name.count(".") == 1 and name.islower()
)

SIGNS: tuple[Sign, ...] = (
    Sign("hread", "ing" + _USED, _WORD + "t$"),
    Sign("hread", _USED, _WORD + "_?t$"),  # _thread, and Python 2's thread
    Sign("hread", r"\w*[ \t]*[(),]", "T$"),  # made, or a base class, under whatever import
    Sign("hread", r"\b", r"\b(?:to|start_new)_t$"),
    Sign("hread", r"pool\(|safe\(", "_t$"),  # run_in_threadpool, call_soon_threadsafe
    Sign("hread", r"lint:", r"#[ \t]*t$", comment=True),
    Sign("concurrent", r"\.futures\b|[ \t]+import\b", _WORD + "$"),
    Sign("multiprocessing", _USED, _WORD + "$"),
    Sign("xecutor", r"[ \t]*\(", r"(?:run_in_e|(?:Thread|Process)PoolE)$"),
    Sign("ueue", r"\.(?:\w*Queue|Empty|Full|ShutDown)\b|[ \t]+import\b", _WORD + "[qQ]$"),
    Sign("ueue", r"\(", r"\bSimpleQ$"),
    Sign(".acquire("),
    Sign(".release("),
    Sign(".notify", r"(?:_all|All)?\(\)"),
    Sign("ock", r"\(", "L$"),  # made, of whatever package
    Sign("ock", r"(?:s\[[^\n\]]*\])?(?:\([^\n)]*\))?(?:[ \t]*[:,]|[ \t]as\b)", _WITH),
    Sign("mutex", r"\b", r"(?:\b|_)$"),
    Sign(".submit("),
    Sign(".add_done_callback("),
    Sign("Handler", r"\b", rf"\b(?:logging\.|{'|'.join(_HANDLERS)})$"),
    Sign("Handler", r"\):", r"^[ \t]*class\b.*\($"),
    Sign("signal.signal("),
    Sign("finalize(", "", r"(?:\bweakref\.|" + _WORD + r")$"),
    Sign("weakref.ref(", r"[^\n]*,[ \t]*\w"),  # with a callback
    Sign("os.fork", r"(?:pty)?\(", _WORD + "$"),
    Sign("PIPE", r"\b", r"(?:\bsubprocess\.|=[ \t]*)$", also=".wait("),
    Sign("GIL_DISABLED", r"\b", r"\bPy_$"),
    Sign("_is_gil_enabled", r"\b"),
    *(Sign(name + "(", "", _WORD + "$", also="async def") for name in _BLOCKING),  # a coroutine that blocks its loop
)

IMPORTED: tuple[Sign, ...] = (
    *(Sign(name, r"\b", r"^[ \t]*(?:from|import)\b.*(?<![\w.])$") for name in FRAMEWORKS),
    Sign("_pb2_grpc", r"\b", _WORD + r"\w+$"),
)
"""Signs that stand at the top of a text or nowhere: imports of frameworks whose threads call the program."""
