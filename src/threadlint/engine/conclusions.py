"""What an earlier run concluded about exactly this program.

Right of the store everything is a pure function of the texts and their names, of the configuration and of this
package. So what the rules found is kept under the digest of all of these, cold files included: a run that has nothing
new to look at finds nothing new, and does not link or analyse again. A change of one byte anywhere is another key.
Verdicts are not kept: comments, selection, confidence and baseline are weighed in every run.
"""
from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path

import msgspec

from .. import __version__
from ..config import Config
from ..extract.store import Store
from ..model.facts import Comment
from ..model.finding import Finding
from ..sources import Gathered

WEIGHED_LATER = frozenset({
    "baseline", "cache_dir", "exclude", "extend_exclude", "extend_select", "file", "ignore", "min_confidence", "origin",
    "per_file_ignores", "root", "select", "src", "strict",
})  # fmt: skip
"""Options that no rule and no analysis reads: they say what is looked at, or what is shown of what was found."""


class Conclusions(msgspec.Struct, array_like=True, frozen=True):
    """What the rules found in a program, what failed included, before anything is weighed. `comments` are those that
    may suppress something, by path; `warmed` the names of the modules that looked cold and were read nevertheless."""

    findings: tuple[Finding, ...]
    comments: Mapping[str, tuple[Comment, ...]]
    warmed: tuple[str, ...]


def key_of(gathered: Gathered, config: Config, rules: Iterable[str]) -> bytes:
    """A digest of everything that conclusions follow from. `rules` are the codes of those that are asked."""
    options = {
        name: value
        for name, value in msgspec.to_builtins(config, enc_hook=str).items()
        if name not in WEIGHED_LATER
    }
    known = blake2b(_package(), digest_size=16)
    known.update(msgspec.msgpack.encode([sys.version_info[:3], options, list(rules)]))
    known.update(msgspec.msgpack.encode(
        [(each.path, each.module, each.is_package, each.digest, each.failure) for each in gathered.hot]
    ))  # fmt: skip
    cold = sorted(gathered.cold.values(), key=lambda each: each.path)
    known.update(msgspec.msgpack.encode(
        [(each.path, each.module, each.is_package, each.digest()) for each in cold]
    ))  # fmt: skip
    return known.digest()


def recalled(store: Store, key: bytes) -> Conclusions | None:
    """What is kept under a key; None when there is nothing, or nothing readable."""
    data = store.get_many([key]).get(key)
    if data is None:
        return None
    try:
        return msgspec.msgpack.decode(data, type=Conclusions)
    except msgspec.MsgspecError:
        return None


def keep(store: Store, key: bytes, found: Conclusions) -> None:
    """Keep conclusions for the runs to come."""
    store.put_many({key: msgspec.msgpack.encode(found)})


def _package() -> bytes:
    """The version of this package, and the size and time of each of its files: while it is being worked on, its version
    says little."""
    home = Path(__file__).parents[1]
    files = sorted(_files(str(home)))
    return msgspec.msgpack.encode([__version__, [(path[len(str(home)) :], size, time) for path, size, time in files]])


def _files(folder: str) -> Iterator[tuple[str, int, int]]:
    try:
        entries = list(os.scandir(folder))
    except OSError:  # not in a folder at all, but in an archive
        return
    for entry in entries:
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _files(entry.path)
        elif entry.name.endswith(".py"):
            stat = entry.stat()
            yield entry.path, stat.st_size, stat.st_mtime_ns
