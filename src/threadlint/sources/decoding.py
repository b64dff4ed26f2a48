"""Bytes become text by the rules of Python: byte-order mark, coding cookie, UTF-8 otherwise."""
from __future__ import annotations

import codecs
import re

BOM = codecs.BOM_UTF8
_COOKIE = re.compile(rb"[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n)")


class UnreadableError(ValueError):
    """A text that Python would refuse to read; the message is one line that says why and where."""


def cookie(data: bytes) -> str | None:
    """The encoding named in the first two lines (PEP 263), as it is written."""
    at = len(BOM) if data.startswith(BOM) else 0
    found = _COOKIE.match(data, at)
    if found is None:
        first = _BLANK.match(data, at)
        found = _COOKIE.match(data, first.end()) if first else None
    return found[1].decode("ascii", "replace") if found else None


def decode(data: bytes) -> str:
    """The text without its byte-order mark, line ends as they are. Raises UnreadableError."""
    named = cookie(data)
    encoding = _encoding(named, data.startswith(BOM))
    body = data[len(BOM) :] if data.startswith(BOM) else data
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        start = error.start + len(data) - len(body)
        line = data.count(b"\n", 0, start) + 1
        raise UnreadableError(
            f"byte 0x{data[start]:02x} at position {start} (line {line}) is not {_display(encoding)}"
        ) from None
    except UnicodeError:
        raise UnreadableError(f"cannot be decoded as {_display(encoding)}") from None
    if "\0" in text:
        raise UnreadableError(_null(text.index("\0"), text))
    return text


def encoding_of(data: bytes) -> str:
    """The encoding that a text is stored in, its byte-order mark aside. Raises UnreadableError."""
    return _encoding(cookie(data), data.startswith(BOM))


def plain(data: bytes) -> bool:
    """Whether the bytes are certainly readable as they stand: ASCII or UTF-8, no null, no cookie of another encoding.
    A fraction of the cost of decoding, for files that nobody may ever ask for."""
    if b"\0" in data:
        return False
    named = cookie(data)
    if named is not None and _normal(named) != "utf-8":
        return False
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def of_buffer(text: str) -> str:
    """The text of an open buffer, without a byte-order mark. Raises UnreadableError."""
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        raise UnreadableError(_null(text.index("\0"), text))
    return text


def _encoding(named: str | None, marked: bool) -> str:
    if named is None:
        return "utf-8"
    normal = _normal(named)
    try:
        found = codecs.lookup(normal)
    except (LookupError, ValueError):
        raise UnreadableError(f"unknown encoding `{named}`") from None
    if not getattr(found, "_is_text_encoding", True):
        raise UnreadableError(f"unknown encoding `{named}`")
    if marked and found.name != "utf-8":
        raise UnreadableError(f"the byte-order mark says UTF-8, the coding cookie `{named}`")
    return normal


def _normal(named: str) -> str:
    """The name as the tokenizer reads it: `utf-8-unix` and `latin-1-dos` are what editors write."""
    lower = named.lower().replace("_", "-")
    if lower == "utf-8" or lower.startswith("utf-8-"):
        return "utf-8"
    for latin in ("latin-1", "iso-8859-1", "iso-latin-1"):
        if lower == latin or lower.startswith(latin + "-"):
            return "iso-8859-1"
    return named


def _display(encoding: str) -> str:
    return "UTF-8" if encoding == "utf-8" else f"`{encoding}`"


def _null(at: int, text: str) -> str:
    return f"null byte at position {at} (line {text.count(chr(10), 0, at) + 1})"
