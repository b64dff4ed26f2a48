"""A file gets a new text, in the encoding it had."""

from __future__ import annotations

import os
import stat
from contextlib import suppress

from .decoding import BOM, decode, encoding_of
from .reading import raw


def encoded(text: str, like: bytes) -> bytes:
    """The bytes of a text, with the byte-order mark and the encoding that `like` has. Raises ValueError where the
    encoding lacks a character."""
    data = text.encode(encoding_of(like))
    return BOM + data if like.startswith(BOM) else data


def rewrite(file: str, before: str, after: str) -> None:
    """Put `after` in the place of `before`, as a whole or not at all. Raises ValueError if the file holds something
    else by now."""
    held = raw(file)
    if decode(held) != before:
        raise ValueError("the file has changed since it was read")
    data = encoded(after, held)
    place = os.path.realpath(file)
    unfinished = os.path.join(os.path.dirname(place), f".{os.path.basename(place)}.{os.getpid()}.unfinished")
    try:
        with open(unfinished, "xb") as out:
            out.write(data)
        with suppress(OSError):
            os.chmod(unfinished, stat.S_IMODE(os.stat(place).st_mode))
        os.replace(unfinished, place)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(unfinished)
