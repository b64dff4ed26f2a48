"""Finds the texts of a program, names them, reads those that may concern threads and keeps the others at hand.

`gather(paths, config)` is what the engine asks for. Its `Gathered` holds `hot`, the list of each `Source` to parse, and
`cold`, the other files by module name, of which nothing is known but their bytes. The engine links what is hot, and
then asks for more until nothing is missing: `grow(words)` when hot modules define names that make other files
interesting (their thread-like classes, locks, decorators), `demand(modules)` when an analysis wanted cold ones. Both
move files from `cold` to `hot` and return them. `given` names the paths to be judged: more may be analysed.

Whatever is wrong with one file is told by `Source.failure`, one line that names no path. Only a given path that does
not exist raises (`MissingPathError`).
"""
from __future__ import annotations

from .discovering import Discovery, Found, MissingPathError, discover
from .gathering import ColdSource, Gathered, gather, screen_again
from .naming import Named, name_modules
from .reading import read
from .rewriting import rewrite
from .screening import screen

__all__ = [
    "ColdSource",
    "Discovery",
    "Found",
    "Gathered",
    "MissingPathError",
    "Named",
    "discover",
    "gather",
    "name_modules",
    "read",
    "rewrite",
    "screen",
    "screen_again",
]
