"""The code of a notebook as one text."""
from __future__ import annotations

import re
from typing import Any

from .decoding import UnreadableError

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_LINE_MAGIC = re.compile(
    r"(?P<indent>[ \t]*)(?:%{1,2}[A-Za-z]|!{1,2}\S|\?{1,2}[A-Za-z%]|[\w.%]+\?{1,2}[ \t]*(?=[\r\n]|\Z))"
)
_ASSIGNED = re.compile(r"(?P<head>[ \t]*[A-Za-z_][\w., \t]*=[ \t]*)(?:!{1,2}\S|%[A-Za-z])")
_CELL_MAGIC = re.compile(r"[ \t]*%%[A-Za-z]")
_PYTHON_INSIDE = re.compile(r"[ \t]*%%(?:time|timeit|capture|prun|pypy|python3?|snakeviz|memit|mprun)\b")


def code_of(data: bytes | str) -> tuple[str, tuple[int, ...]]:
    """The code cells joined, each ending with a line end, and the offset at which each starts.

    Magics and shell commands are blanked so that the rest parses, with all lines and columns kept: a cell under a magic
    that is not Python (`%%bash`) becomes blank, a line magic `pass`, an assigned one `0`. Raises UnreadableError for
    what is not a notebook.
    """
    import msgspec

    try:
        document = msgspec.json.decode(data)
    except msgspec.DecodeError as error:
        reason = str(error).removeprefix("JSON is malformed: ")
        raise UnreadableError(f"not a notebook: invalid JSON, {reason}") from None
    except UnicodeError:
        raise UnreadableError("not a notebook: invalid JSON, not UTF-8") from None
    if not isinstance(document, dict) or not isinstance(document.get("cells"), list):
        raise UnreadableError("not a notebook of format 4: it has no list `cells`")
    if not _is_python(document.get("metadata")):
        return "", ()
    parts: list[str] = []
    starts: list[int] = []
    at = 0
    for cell in document["cells"]:
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        text = blanked(_source(cell))
        if not text.endswith("\n"):
            text += "\n"
        starts.append(at)
        parts.append(text)
        at += len(text)
    return "".join(parts), tuple(starts)


def blanked(cell: str) -> str:
    """A cell without magics, every other character at its line and column."""
    lines = _LINE.findall(cell)
    first = next((index for index, line in enumerate(lines) if line.strip()), None)
    if first is not None and _CELL_MAGIC.match(lines[first]):
        if not _PYTHON_INSIDE.match(lines[first]):
            return "".join(_blank(line) for line in lines)
        lines[first] = _blank(lines[first])
    index = 0
    while index < len(lines):
        line = lines[index]
        magic, assigned = _LINE_MAGIC.match(line), _ASSIGNED.match(line)
        if magic or assigned:
            lines[index] = _blank(line, magic["indent"], "pass") if magic else _blank(line, assigned["head"], "0")  # type: ignore[index]
            while line.rstrip("\r\n").endswith("\\") and index + 1 < len(lines):
                index += 1
                line = lines[index]
                lines[index] = _blank(line)
        index += 1
    return "".join(lines)


def _blank(line: str, kept: str = "", instead: str = "") -> str:
    body = line.rstrip("\r\n")
    filled = kept + instead if len(kept) + len(instead) <= len(body) else kept + "0"
    return filled.ljust(len(body)) + line[len(body) :] if kept or instead else " " * len(body) + line[len(body) :]


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    if isinstance(source, list):
        return "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""


def _is_python(metadata: object) -> bool:
    if not isinstance(metadata, dict):
        return True
    for section, key in (("kernelspec", "language"), ("language_info", "name")):
        told = metadata.get(section)
        language = told.get(key) if isinstance(told, dict) else None
        if isinstance(language, str):
            return language.lower() in ("python", "ipython", "sage")
    return True
