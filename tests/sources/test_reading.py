"""Bytes become text by Python's rules, and what cannot be read says why in one line."""
from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadlint.model.sources import Source
from threadlint.sources import read
from threadlint.sources.decoding import UnreadableError, decode, plain
from threadlint.sources.reading import LARGEST, digest, source_of


def source(data: bytes | str, path: str = "a.py") -> Source:
    return source_of(data, path, "a")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        ("é = 1\n".encode(), "é = 1\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        (b"\xef\xbb\xbf# coding: utf-8\nx = 1\n", "# coding: utf-8\nx = 1\n"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\nx = 'é'\n"),
        (b"#!/bin/py\n# vim: set fileencoding=cp1252 :\n\x80", "#!/bin/py\n# vim: set fileencoding=cp1252 :\n€"),
        (b"\n# coding: latin-1\n\xe9\n", "\n# coding: latin-1\né\n"),
        (b"\r# coding: latin-1\r\xe9", "\r# coding: latin-1\ré"),
        (b"# coding: utf-8-unix\n\xc3\xa9", "# coding: utf-8-unix\né"),
        (b"# coding: iso-8859-1-dos\n\xe9", "# coding: iso-8859-1-dos\né"),
        ("# coding: euc-jp\n日本\n".encode("euc-jp"), "# coding: euc-jp\n日本\n"),
        (b"x = 1\n# coding: nonsense\n", "x = 1\n# coding: nonsense\n"),
        (b"\n\n# coding: nonsense\n", "\n\n# coding: nonsense\n"),
        (b"x = 'coding: nonsense'\n", "x = 'coding: nonsense'\n"),
        (b"a\r\nb\rc\n\x0cd", "a\r\nb\rc\n\x0cd"),
    ],
)
def test_text_is_decoded_as_python_decodes_it(data: bytes, text: str) -> None:
    read_ = source(data)
    assert (read_.text, read_.failure) == (text, None)
    assert read_.digest == digest(text)


@pytest.mark.parametrize(
    ("data", "failure"),
    [
        (b"x = 1\ny = '\xe9'\n", "byte 0xe9 at position 11 (line 2) is not UTF-8"),
        (b"\xef\xbb\xbfx = '\xff'\n", "byte 0xff at position 8 (line 1) is not UTF-8"),
        (b"# coding: ascii\n\xe9", "byte 0xe9 at position 16 (line 2) is not `ascii`"),
        (b"# coding: nonsense\n", "unknown encoding `nonsense`"),
        (b"# coding: rot13\n", "unknown encoding `rot13`"),
        (b"\xef\xbb\xbf# coding: latin-1\n", "the byte-order mark says UTF-8, the coding cookie `latin-1`"),
        (b"x = 1\n\0y = 2\n", "null byte at position 6 (line 2)"),
        ("x = 1\n".encode("utf-16"), "byte 0xff at position 0 (line 1) is not UTF-8"),
        (b"# coding: undefined\n", "cannot be decoded as `undefined`"),
    ],
)
def test_what_python_would_refuse_is_a_failure_with_its_place(data: bytes, failure: str) -> None:
    read_ = source(data)
    assert (read_.failure, read_.text, read_.hot) == (failure, "", True)
    assert not plain(data)


def test_a_buffer_is_text_already() -> None:
    assert source("\ufeffx = 'é'\n").text == "x = 'é'\n"
    assert source("# coding: latin-1\nx = 'é'\n").text == "# coding: latin-1\nx = 'é'\n"
    assert source("a\0b").failure == "null byte at position 1 (line 1)"


def test_the_digest_is_of_the_text_whatever_it_was_stored_in() -> None:
    text = "# coding: latin-1\nx = 'é'\n"
    assert source(text).digest == source(text.encode("latin-1")).digest
    assert source(text).digest != source(text + " ").digest
    assert len(source("x = '\udc80'").digest) == 16


def test_files_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    (tmp_path / "folder.py").mkdir()
    with open(tmp_path / "large.py", "wb") as large:
        large.truncate(LARGEST + 1)
    assert read("folder.py", "folder.py", "folder").failure == "is a folder, not a file"
    assert read("gone.py", "gone.py", "gone").failure == "no such file"
    assert read("large.py", "large.py", "large").failure == "is larger than 20 MB"
    assert read("folder.py/x.py", "x.py", "x").failure == "no such file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_forbidden_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("")
    (tmp_path / "a.py").chmod(0)
    assert read("a.py", "a.py", "a").failure == "cannot be read: permission denied"


def test_a_broken_disk_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("builtins.open", broken)
    assert read("a.py", "a.py", "a").failure == "cannot be read: input/output error"


@given(st.binary(max_size=80))
def test_bytes_are_plain_only_if_they_can_be_decoded(data: bytes) -> None:
    try:
        text = decode(data)
    except UnreadableError as error:
        assert not plain(data)
        assert "\n" not in str(error)
    else:
        assert "\0" not in text
        assert source(data).text == text


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=80))
def test_every_text_comes_back(text: str) -> None:
    if text.startswith("\ufeff") or "coding" in text:
        return
    assert source(text.encode()).text == text
