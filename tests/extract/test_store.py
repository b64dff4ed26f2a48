"""A store saves time or does nothing; it never harms a run."""
from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from threadlint.extract import store as module
from threadlint.extract.store import NAME, Store


def keys(count: int, start: int = 0) -> list[bytes]:
    return [f"{i:032}".encode() for i in range(start, start + count)]


def test_what_was_put_is_got_by_another_store(tmp_path: Path) -> None:
    entries = {key: key * 10 for key in keys(1200)}
    Store(tmp_path / "cache").put_many(entries)
    assert Store(tmp_path / "cache").get_many([*entries, b"unknown"]) == entries


def test_no_directory_keeps_nothing() -> None:
    store = Store(None)
    store.put_many({b"a": b"b"})
    assert store.get_many([b"a"]) == {}
    store.clear()


def test_the_directory_is_no_business_of_others(tmp_path: Path) -> None:
    Store(tmp_path / "cache").put_many({b"a": b"b"})
    assert (tmp_path / "cache" / ".gitignore").read_text() == "*\n"
    assert (tmp_path / "cache" / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")


def test_clearing_forgets(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put_many({b"a": b"b"})
    store.clear()
    assert not (tmp_path / NAME).exists()
    assert store.get_many([b"a"]) == {}
    store.put_many({b"c": b"d"})
    assert store.get_many([b"c"]) == {b"c": b"d"}


@pytest.mark.parametrize("content", [b"", b"no database at all" * 500, b"SQLite format 3\0" + b"x" * 5000])
def test_a_broken_file_is_thrown_away(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    store = Store(tmp_path)
    assert store.get_many([b"a"]) == {}
    store.put_many({b"a": b"b"})
    assert Store(tmp_path).get_many([b"a"]) == {b"a": b"b"}


def test_a_file_that_is_broken_in_the_middle_harms_nobody(tmp_path: Path) -> None:
    entries = {key: os.urandom(3000) for key in keys(200)}
    store = Store(tmp_path)
    store.put_many(entries)
    store.close()
    content = bytearray((tmp_path / NAME).read_bytes())
    content[4096:-4096] = os.urandom(len(content) - 8192)
    (tmp_path / NAME).write_bytes(content)
    for _ in range(2):
        store = Store(tmp_path)
        store.get_many(entries)
        store.put_many({b"a": b"b"})
        store.close()
    assert Store(tmp_path).get_many([b"a"]) in ({}, {b"a": b"b"})


def test_the_file_of_another_version_is_thrown_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store(tmp_path).put_many({b"a": b"b"})
    monkeypatch.setattr(module, "_EDITION", 12345)
    assert Store(tmp_path).get_many([b"a"]) == {}
    Store(tmp_path).put_many({b"a": b"new"})
    assert Store(tmp_path).get_many([b"a"]) == {b"a": b"new"}
    monkeypatch.setattr(module, "_EDITION", 0)
    assert Store(tmp_path).get_many([b"a"]) == {}


def test_a_file_in_the_way_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("not a directory")
    store = Store(tmp_path / "cache")
    store.put_many({b"a": b"b"})
    assert store.get_many([b"a"]) == {}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_cannot_be_written_is_read(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put_many({b"a": b"b"})
    store.close()
    tmp_path.chmod(0o555)
    try:
        store = Store(tmp_path)
        assert store.get_many([b"a"]) == {b"a": b"b"}
        store.put_many({b"c": b"d"})
        store.close()
    finally:
        tmp_path.chmod(0o755)


def test_a_store_that_can_only_be_read_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    store.put_many({b"a": b"b"})
    store.close()

    def refuse(directory: Path) -> None:
        raise PermissionError(directory)

    monkeypatch.setattr(module, "_prepare", refuse)
    store = Store(tmp_path)
    assert store.get_many([b"a"]) == {b"a": b"b"}
    store.put_many({b"c": b"d"})
    assert store.get_many([b"c"]) == {}


def test_a_locked_store_is_not_waited_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    Store(tmp_path).put_many({b"a": b"b"})
    other = sqlite3.connect(tmp_path / NAME, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    waits: list[float] = []
    connect = sqlite3.connect

    def noting(*arguments: Any, timeout: float, **options: Any) -> sqlite3.Connection:
        waits.append(timeout)
        return connect(*arguments, timeout=timeout, **options)

    monkeypatch.setattr(sqlite3, "connect", noting)
    store = Store(tmp_path)
    store.put_many({b"c": b"d"})
    assert store.get_many([b"c"]) == {}
    assert set(waits) == {0.1}
    monkeypatch.undo()
    other.execute("ROLLBACK")
    other.close()
    assert Store(tmp_path).get_many([b"a"]) == {b"a": b"b"}


def test_the_file_stays_bounded_and_keeps_what_is_new(tmp_path: Path) -> None:
    store = Store(tmp_path, largest=300_000)
    for turn in range(10):
        store.put_many({key: os.urandom(1000) for key in keys(100, turn * 100)})
    kept = store.get_many(keys(1000))
    assert len(kept) < 300 and set(keys(100, 900)) <= kept.keys()
    store.close()
    assert (tmp_path / NAME).stat().st_size < 600_000


_WRITER = """
import sys
from pathlib import Path
from typing import Any
from threadlint.extract.store import Store
mine = int(sys.argv[2])
for turn in range(20):
    store = Store(Path(sys.argv[1]))
    store.put_many({f"{mine} {turn} {i}".encode(): b"x" * 500 for i in range(20)})
    assert len(store.get_many([f"{mine} {turn} {i}".encode() for i in range(20)])) == 20
    store.close()
"""


def test_several_processes_write_at_once(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path), str(n)], stderr=subprocess.PIPE)
        for n in range(4)
    ]
    for writer in writers:
        _, errors = writer.communicate(timeout=60)
        assert writer.returncode == 0, errors.decode()
    everything = [f"{n} {turn} {i}".encode() for n in range(4) for turn in range(20) for i in range(20)]
    assert len(Store(tmp_path).get_many(everything)) == len(everything)


def test_an_interrupted_writer_leaves_all_or_nothing(tmp_path: Path) -> None:
    code = textwrap.dedent(
        """
        import os, sys
        from pathlib import Path
        from threadlint.extract.store import Store
        class Entries(dict):
            def items(self):
                for i in range(1000):
                    yield f"{i}".encode(), os.urandom(2000)
        store = Store(Path(sys.argv[1]))
        store.put_many({b"first": b"1"})
        print("ready", flush=True)
        while True:
            store.put_many(Entries(a=1))
        """
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(0.3)
    process.kill()
    process.wait()
    process.stdout.close()
    found = Store(tmp_path).get_many([b"first", *(f"{i}".encode() for i in range(1000))])
    assert found[b"first"] == b"1" and len(found) in (1, 1001)


def test_an_interrupt_within_a_transaction_undoes_it(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put_many({b"a": b"b"})

    class Interrupting(dict[bytes, bytes]):
        def items(self):  # type: ignore[no-untyped-def]
            yield b"c", b"d"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.put_many(Interrupting({b"x": b"y"}))
    assert store.get_many([b"a", b"c"]) == {b"a": b"b"}


def test_turns_are_taken_one_after_the_other(tmp_path: Path) -> None:
    order: list[str] = []
    trying = threading.Event()

    def second() -> None:
        trying.set()
        with Store(tmp_path).turn():
            order.append("second")

    with Store(tmp_path).turn():
        thread = threading.Thread(target=second)
        thread.start()
        trying.wait()
        time.sleep(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_a_turn_that_does_not_come_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TURN", 0.1)
    with Store(tmp_path).turn(), Store(tmp_path).turn():
        pass


def test_nobody_waits_where_no_file_can_be_locked(tmp_path: Path) -> None:
    with Store(None).turn(), Store(None).turn(), Store(tmp_path / "nowhere").turn():
        pass
