"""Import statements, lazy ones included."""
from __future__ import annotations

from typing import Any

import libcst as cst

from ..model import facts as f
from .reader import STATEMENTS, Reader, identifier


def plain(node: Any, r: Reader) -> f.Stmt:
    start = _start(node, r, cst.Import, "import")
    names = tuple([_alias(alias, r) for alias in node.names])
    for alias in names:
        r.scope.binds[alias.asname or alias.name.partition(".")[0]] = None
    return f.Import((start, r.pos), None, 0, names)


def from_(node: Any, r: Reader) -> f.Stmt:
    start = _start(node, r, cst.ImportFrom, "from")
    module = _dotted(node.module, r) if node.module is not None else ""
    if node.module is None:
        for _ in node.relative:
            r.after(".")
    r.after("import")
    if type(node.names) is cst.ImportStar:
        r.after("*")
        names: tuple[f.Alias, ...] = (f.Alias("*"),)
    else:
        names = tuple([_alias(alias, r) for alias in node.names])
        for alias in names:
            r.scope.binds[alias.asname or alias.name] = None
        if node.lpar is not None:
            r.after(")")
    return f.Import((start, r.pos), module, len(node.relative), names)


def _start(node: Any, r: Reader, eager: type[Any], keyword: str) -> int:
    if type(node) is eager:
        return r.start_of(keyword)
    start = r.start_of("lazy")
    r.after(keyword)
    return start


def _alias(node: cst.ImportAlias, r: Reader) -> f.Alias:
    name = _dotted(node.name, r)
    if node.asname is None:
        return f.Alias(name)
    r.after("as")
    return f.Alias(name, r.name(node.asname.name.value, r.pos).id)  # type: ignore[union-attr]


def _dotted(node: Any, r: Reader) -> str:
    parts: list[str] = []
    while type(node) is cst.Attribute:
        parts.append(node.attr.value)
        node = node.value
    parts.append(node.value)
    parts.reverse()
    for part in parts:
        r.after(part)
    return ".".join([identifier(part) for part in parts])


STATEMENTS.update({cst.Import: plain, cst.ImportFrom: from_})
# Older releases of libcst have no lazy imports.
if hasattr(cst, "LazyImport"):
    STATEMENTS.update({cst.LazyImport: plain, cst.LazyImportFrom: from_})
