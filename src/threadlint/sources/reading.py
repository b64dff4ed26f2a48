"""One file, or the buffer laid over it, becomes a `Source`."""
from __future__ import annotations

import os
import stat
from hashlib import blake2b

from ..model.sources import Source
from .decoding import UnreadableError, decode, of_buffer
from .notebooks import code_of

LARGEST = 20_000_000
"""Bytes. What is larger is generated data, and would take half an hour to parse."""

NOTEBOOK = ".ipynb"


def raw(file: str) -> bytes:
    """The bytes of a file. Raises UnreadableError."""
    try:
        with open(file, "rb", buffering=0) as opened:
            state = os.fstat(opened.fileno())
            if not stat.S_ISREG(state.st_mode):
                data = _all_of_a_stream(opened.fileno())
            elif state.st_size > LARGEST:
                raise UnreadableError(_too_large())
            else:
                data = opened.readall()
    except IsADirectoryError:
        raise UnreadableError("is a folder, not a file") from None
    except FileNotFoundError:
        raise UnreadableError("no such file") from None
    except OSError as error:
        raise UnreadableError(f"cannot be read: {(error.strerror or str(error)).lower()}") from None
    if len(data) > LARGEST:
        raise UnreadableError(_too_large())
    return data


def text_of(data: bytes | str, notebook: bool) -> tuple[str, tuple[int, ...]]:
    """The text of what a file or buffer holds, and where the cells of a notebook start. Raises UnreadableError."""
    if notebook:
        text, cells = code_of(data)
        return of_buffer(text), cells
    return (of_buffer(data) if isinstance(data, str) else decode(data)), ()


def source_of(data: bytes | str, path: str, module: str, *, is_package: bool = False, hot: bool = True) -> Source:
    """What a file or buffer holds, as a source; with `failure` instead of a text if it cannot be read."""
    try:
        text, cells = text_of(data, path.endswith(NOTEBOOK))
    except UnreadableError as error:
        return failed(path, module, str(error), is_package=is_package)
    return Source(path, module, text, digest(text), hot, is_package, None, cells)


def failed(path: str, module: str, failure: str, *, is_package: bool = False) -> Source:
    """The source of what could not be read. It is hot, for nobody knows what it holds."""
    return Source(path, module, "", digest(""), True, is_package, failure)


def read(file: str | os.PathLike[str], path: str, module: str, *, is_package: bool = False, hot: bool = True) -> Source:
    """The source of a file on disk; `path` is what is printed. Never raises: see `Source.failure`."""
    try:
        data = raw(os.fspath(file))
    except UnreadableError as error:
        return failed(path, module, str(error), is_package=is_package)
    return source_of(data, path, module, is_package=is_package, hot=hot)


def digest(text: str) -> bytes:
    """16 bytes that stand for a text, whatever encoding it was stored in."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _all_of_a_stream(descriptor: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while size <= LARGEST and (part := os.read(descriptor, 1 << 20)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _too_large() -> str:
    return f"is larger than {LARGEST // 1_000_000} MB"
