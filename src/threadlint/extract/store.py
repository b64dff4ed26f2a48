"""The store of facts: a file of SQLite, by digest of the text.

A store can only save time. Whatever is wrong with it (locked for long, broken, read-only, disk full, written by another
version), the run goes on as if there were none: what is broken is thrown away, what cannot be written is not.
"""
from __future__ import annotations

import importlib.util
import sqlite3
import sys
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from .. import __version__
from ..model.facts import SCHEMA

NAME = "facts.sqlite3"
TURNS = "turns.sqlite3"
LARGEST = 200 * 1024 * 1024
"""Bytes that the file may grow to; then the entries that were not used for longest go."""

PATIENCE = 2.0
"""Seconds to wait for another process that is writing."""

TURN = 120.0
"""Seconds to wait for another process that is working on the same; then everybody works for himself."""

_AT_ONCE = 500
_DAY = 86_400
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# This directory is a cache of threadlint and can be deleted.\n"


class Store:
    """Encoded facts by digest, in `directory`; None keeps nothing. Safe for several threads and processes at once."""

    def __init__(self, directory: Path | None, *, largest: int = LARGEST) -> None:
        self.directory = directory
        self._largest = largest
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._tried = directory is None
        self._writable = False

    @property
    def keeps(self) -> bool:
        """Whether what is put here may be found again: there is a folder, and it can be written."""
        with self._using() as connection:
            return connection is not None and self._writable

    def get_many(self, digests: Iterable[bytes]) -> dict[bytes, bytes]:
        """The entries that are there. Reading an entry keeps it from being evicted soon."""
        wanted = list(dict.fromkeys(digests))
        found: dict[bytes, bytes] = {}
        with self._using() as connection:
            if connection is None:
                return found
            today = int(time.time()) // _DAY
            stale: list[bytes] = []
            for some in _batches(wanted):
                marks = ",".join("?" * len(some))
                rows = connection.execute(f"SELECT digest, facts, used FROM facts WHERE digest IN ({marks})", some)
                for digest, data, used in rows:
                    found[digest] = zlib.decompress(data)
                    if used < today:
                        stale.append(digest)
            if stale and self._writable:
                with _transaction(connection):
                    connection.executemany("UPDATE facts SET used = ? WHERE digest = ?", ((today, d) for d in stale))
        return found

    def put_many(self, entries: Mapping[bytes, bytes]) -> None:
        """Keep entries; they are all written or none is."""
        if not entries or not self.keeps:
            return
        today = int(time.time()) // _DAY
        packed = [(digest, zlib.compress(data, 1), today) for digest, data in entries.items()]
        with self._using() as connection:
            if connection is None or not self._writable:
                return
            with _transaction(connection):
                connection.executemany("INSERT OR REPLACE INTO facts (digest, facts, used) VALUES (?, ?, ?)", packed)
            self._evict(connection)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until no other process that asked for a turn is inside, so that what it will have put can be got. A
        process that ends for whatever reason is not inside any more; where no file can be locked nobody waits."""
        connection: sqlite3.Connection | None = None
        if self.directory is not None:
            with suppress(sqlite3.Error, OSError):
                connection = sqlite3.connect(self.directory / TURNS, timeout=TURN, isolation_level=None)
                connection.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            if connection is not None:
                connection.close()

    def clear(self) -> None:
        """Forget everything and delete the file."""
        with self._lock:
            self._close()
            self._tried = self.directory is None
            if self.directory is not None:
                _delete(self.directory / NAME)
                _delete(self.directory / TURNS)

    def close(self) -> None:
        """Let go of the file. The store opens it again when it is asked for something."""
        with self._lock:
            self._close()
            self._tried = self.directory is None

    def __del__(self) -> None:
        connection = getattr(self, "_connection", None)
        if connection is not None:
            connection.close()

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection | None]:
        """The open database, or None. What goes wrong inside ends the use of the store, not the run."""
        with self._lock:
            if not self._tried:
                self._tried = True
                self._open()
            try:
                yield self._connection
            except (sqlite3.Error, zlib.error, OSError) as error:
                if not isinstance(error, sqlite3.OperationalError):
                    self._throw_away()
                else:
                    # Locked, full or read-only: no reason to delete what others may still read.
                    self._close()

    def _throw_away(self) -> None:
        self._close()
        if self.directory is not None and self._writable:
            _delete(self.directory / NAME)

    def _open(self) -> None:
        assert self.directory is not None
        path = self.directory / NAME
        try:
            _prepare(self.directory)
            self._writable = True
            try:
                self._connection = _opened(path)
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                _delete(path)
                self._connection = _opened(path)
        except (sqlite3.Error, OSError):
            self._writable = False
            self._connection = _opened_to_read(path)

    def _evict(self, connection: sqlite3.Connection) -> None:
        def size() -> int:
            pages, free, page = (
                connection.execute(f"PRAGMA {what}").fetchone()[0]
                for what in ("page_count", "freelist_count", "page_size")
            )
            return int((pages - free) * page)

        if size() <= self._largest:
            return
        with _transaction(connection):
            goal = self._largest * 3 // 4
            kept = 0
            doomed: list[tuple[int]] = []
            # The newest are kept until three quarters of the space are used.
            newest_first = "SELECT rowid, length(facts) FROM facts ORDER BY used DESC, rowid DESC"
            for row, length in connection.execute(newest_first):
                kept += length + 64
                if kept > goal:
                    doomed.append((row,))
            connection.executemany("DELETE FROM facts WHERE rowid = ?", doomed)
        with suppress(sqlite3.OperationalError):
            connection.execute("VACUUM")


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        if connection.execute("PRAGMA user_version").fetchone()[0] != _edition():
            connection.execute("PRAGMA journal_mode = WAL")
            with _transaction(connection):
                if connection.execute("PRAGMA user_version").fetchone()[0] != _edition():
                    connection.execute("DROP TABLE IF EXISTS facts")
                    connection.execute("CREATE TABLE facts (digest BLOB UNIQUE NOT NULL, facts BLOB, used INTEGER)")
                    connection.execute(f"PRAGMA user_version = {_edition()}")
        # A crash of the machine may cost the last entries, never the consistency of the file.
        connection.execute("PRAGMA synchronous = NORMAL")
    except BaseException:
        connection.close()
        raise
    return connection


def _opened_to_read(path: Path) -> sqlite3.Connection | None:
    """A store that cannot be written (a shared or mounted one) can still be read."""
    try:
        if not path.is_file() or path.with_name(f"{NAME}-wal").exists():
            return None
        from urllib.parse import quote

        uri = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        if connection.execute("PRAGMA user_version").fetchone()[0] == _edition():
            return connection
        connection.close()
    except (sqlite3.Error, OSError):
        pass
    return None


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _prepare(directory: Path) -> None:
    if not directory.is_dir():
        directory.mkdir(parents=True, exist_ok=True)
    for name, content in ((".gitignore", "*\n"), ("CACHEDIR.TAG", _TAG)):
        if not (directory / name).exists():
            (directory / name).write_text(content, "utf-8")


def _delete(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):
            path.with_name(path.name + suffix).unlink()


def _batches(digests: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for at in range(0, len(digests), _AT_ONCE):
        yield digests[at : at + _AT_ONCE]


def _edition() -> int:
    """A number for everything but the text that facts depend on: schema, this package, the parser, and the Python that
    words the syntax errors."""
    global _EDITION
    if _EDITION == 0:
        parser = b""
        # Not importlib.metadata: it costs more than opening the store.
        spec = importlib.util.find_spec("libcst")
        if spec is not None and spec.origin is not None:
            with suppress(OSError):
                parser = Path(spec.origin).with_name("_version.py").read_bytes()
        about = f"{SCHEMA} {__version__} {sys.version_info[:2]} ".encode() + parser
        _EDITION = zlib.crc32(about) >> 1 or 1
    return _EDITION


_EDITION = 0
