"""Under which name the program imports a file.

A file in a package (a folder with `__init__.py`) is named from the topmost package down. A file outside packages is
named from the nearest root: a configured `src`, a folder `src`, or the given path; a root that is itself a package
counts from where that package lies. In a configured `src`, folders without `__init__.py` are namespace packages and
belong to the name; elsewhere they do if the package imports itself by the longer name, for nothing else tells them from
folders that merely hold packages.
"""
from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import NamedTuple

from ..config import Config
from .discovering import SUFFIXES, Found, printed
from .excluding import lies_in

MOST_LOOKED_AT = 24
MOST_PACKAGES = 8
FIRST_BYTES = 16_384
_INIT = ("__init__.py", "__init__.pyi")


class Named(NamedTuple):
    """A found file and its module. `root` is the folder that the name counts from."""

    found: Found
    module: str
    is_package: bool
    root: str


def name_modules(files: Iterable[Found], config: Config) -> list[Named]:
    """The files with their module names, each name once.

    Of several files with one name the first by path keeps it; a `.py` comes before its stub, and both before any other
    file. The others are named after the place they count from as well (`old.shop.till` besides `shop.till`), along with
    everything that hangs together by relative imports there, so that these still work.
    """
    namer = _Namer(config)
    return _told_apart([namer.name(found) for found in files])


def packages_of(files: Iterable[Found]) -> list[str]:
    """The topmost packages that files lie in."""
    namer = _Namer(Config())
    tops = set()
    for each in files:
        folder = os.path.dirname(each.file)
        outside = namer.outside(folder)
        if outside != folder:
            tops.add(os.path.join(outside, os.path.relpath(folder, outside).split(os.sep)[0]))
    return sorted(tops)


class _Namer:
    def __init__(self, config: Config) -> None:
        self._packages: dict[str, bool] = {}
        self._namespaces: dict[str, str] = {}
        self._prefixes: dict[tuple[str, str, bool], tuple[str, list[str]]] = {}
        self._project = os.path.abspath(config.root)
        roots = {os.path.abspath(path) for path in config.src}
        self._declared = {root if os.path.basename(root) == "src" else self.outside(root) for root in roots}

    def name(self, found: Found) -> Named:
        folder, file = os.path.split(found.file)
        root, parts = self._place(folder, found.given, found.explicit)
        stem = next((file.removesuffix(suffix) for suffix in SUFFIXES if file.endswith(suffix)), file)
        is_package = stem == "__init__" and bool(parts)
        module = ".".join([*parts, *([] if is_package else [stem.replace(".", "_")])])
        return Named(found, module, is_package, root)

    def _place(self, folder: str, given: str, explicit: bool) -> tuple[str, list[str]]:
        key = (folder, given, explicit)
        known = self._prefixes.get(key)
        if known is None:
            root = self._root(folder, given, explicit)
            counted = os.path.relpath(folder, root)
            parts = [] if counted == os.curdir else [part.replace(".", "_") for part in counted.split(os.sep)]
            known = self._prefixes[key] = (root, parts)
        return known

    def _root(self, folder: str, given: str, explicit: bool) -> str:
        above = list(_upwards(folder))
        for at in above:
            if at in self._declared:
                return at
        package = next((at for at in above if self._is_package(at)), None)
        limit = self._limit(folder, given, explicit)
        # A package above the limit does not make a plain folder part of it.
        if package is not None and (package == folder or lies_in(package, limit)):
            return self._namespace(self.outside(package), limit)
        for at in above:
            if os.path.basename(at) == "src" and lies_in(at, limit):
                return at
        return self.outside(limit)

    def _namespace(self, outside: str, limit: str) -> str:
        """The folder that names of the packages in `outside` count from: one further up, when files of one of them
        import it by the longer name."""
        known = self._namespaces.get(outside)
        if known is None:
            known = above = outside
            prefix: list[str] = []
            while above != limit and lies_in(above, limit) and os.path.basename(above).isidentifier():
                prefix.insert(0, os.path.basename(above))
                above = os.path.dirname(above)
                dotted = ".".join(prefix)
                if any(imports_itself_as(f"{dotted}.{os.path.basename(top)}", top) for top in self._tops(outside)):
                    known = above
            self._namespaces[outside] = known
        return known

    def _tops(self, outside: str) -> list[str]:
        tops = (os.path.join(outside, name) for name in sorted(os.listdir(outside)))
        return [top for top in tops if self._is_package(top)][:MOST_PACKAGES]

    def _limit(self, folder: str, given: str, explicit: bool) -> str:
        if not explicit:
            return given
        return self._project if lies_in(folder, self._project) else folder

    def outside(self, folder: str) -> str:
        """The nearest folder, from here upwards, that is no package."""
        while self._is_package(folder):
            above = os.path.dirname(folder)
            if above == folder:
                break
            folder = above
        return folder

    def _is_package(self, folder: str) -> bool:
        known = self._packages.get(folder)
        if known is None:
            known = self._packages[folder] = any(os.path.isfile(os.path.join(folder, name)) for name in _INIT)
        return known


def imports_itself_as(name: str, package: str) -> bool:
    """Whether one of the first files of a package imports it by an absolute name."""
    needle = name.encode()
    wanted = re.compile(rb"^[ \t]*(?:from|import)[ \t]+" + re.escape(needle) + rb"\b", re.MULTILINE)
    looked = 0
    for folder, folders, files in os.walk(package):
        folders.sort()
        for file in sorted(files):
            if file.endswith(".py"):
                try:
                    with open(os.path.join(folder, file), "rb") as opened:
                        first = opened.read(FIRST_BYTES)
                        if needle in first and wanted.search(first):
                            return True
                except OSError:
                    continue
                looked += 1
                if looked >= MOST_LOOKED_AT:
                    return False
    return False


def _upwards(folder: str) -> Iterable[str]:
    while True:
        yield folder
        above = os.path.dirname(folder)
        if above == folder:
            return
        folder = above


def _told_apart(named: list[Named]) -> list[Named]:
    owners: dict[str, Named] = {}
    losers: list[Named] = []
    for each in sorted(named, key=_precedence):
        if owners.setdefault(each.module, each) is not each:
            losers.append(each)
    if not losers:
        return named
    # Where more than `__init__` files collide, two trees are copies of each other: all of one is renamed. Otherwise
    # they are parts of one package spread over several roots, and only the colliding files are.
    copies = {
        (each.root, each.module.partition(".")[0])
        for each in losers
        if not each.is_package and each.root != owners[each.module].root
    }
    renamed = {each.found.file for each in losers}
    renamed |= {each.found.file for each in named if (each.root, each.module.partition(".")[0]) in copies}
    taken = {each.module for each in named if each.found.file not in renamed}
    here = os.getcwd()
    result = []
    for each in named:
        if each.found.file in renamed:
            each = each._replace(module=_free(each, taken, here))
            taken.add(each.module)
        result.append(each)
    return result


def _precedence(each: Named) -> tuple[int, str]:
    file = each.found.file
    return (0 if file.endswith(".py") else 1 if file.endswith(".pyi") else 2), each.found.path


def _free(each: Named, taken: set[str], here: str) -> str:
    if each.found.file.endswith(".pyi"):
        candidates = [f"{each.module}-stub"]
    else:
        place = printed(each.root, here) if each.root != here else ""
        prefix = ".".join(part.replace(".", "_") for part in place.split("/") if part)
        candidates = [f"{prefix}.{each.module}"] if prefix else []
    number = 2
    while candidates[-1:] == [] or candidates[-1] in taken:
        candidates.append(f"{each.module}-{number}")
        number += 1
    return candidates[-1]
