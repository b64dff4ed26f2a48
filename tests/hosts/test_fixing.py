"""`--fix`, `--unsafe-fixes` and `--diff`."""

from __future__ import annotations

from pathlib import Path

import pytest

from .running import run

BAD = (
    "import threading\n\n\ndef work():\n    print(1)\n\n\n"
    "t = threading.Thread(target=work())  # now\nt.start()\nt.join()\n"
)
GOOD = BAD.replace("work())", "work)")
UNSAFE = (
    "import threading\n\n\nclass Worker(threading.Thread):\n    def __init__(self):\n        self.n = 1\n\n"
    "    def run(self):\n        print(self.n)\n\n\nw = Worker()\nw.start()\nw.join()\n"
)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "program.py"
    file.write_text(BAD, "utf-8")
    return file


def test_fix_changes_the_file_and_tells_what_is_left(program: Path) -> None:
    result = run("check", "--isolated", "--no-cache", "--fix", ".")
    assert program.read_text("utf-8") == GOOD
    assert result.exit_code == 0
    assert "fixed 1 finding" in result.stderr
    assert "no findings" in result.stdout


def test_diff_changes_nothing_and_exits_with_1(program: Path) -> None:
    result = run("check", "--isolated", "--no-cache", "--diff", ".")
    assert program.read_text("utf-8") == BAD
    assert result.exit_code == 1
    assert "-t = threading.Thread(target=work())  # now\n+t = threading.Thread(target=work)  # now\n" in result.stdout
    assert "would fix 1 finding" in result.stderr


def test_unsafe_fixes_are_applied_only_if_asked_for(program: Path) -> None:
    program.write_text(UNSAFE, "utf-8")
    run("check", "--isolated", "--no-cache", "--fix", ".")
    assert program.read_text("utf-8") == UNSAFE
    result = run("check", "--isolated", "--no-cache", "--fix", "--unsafe-fixes", ".")
    assert "        super().__init__()\n        self.n = 1\n" in program.read_text("utf-8")
    assert result.exit_code == 0


def test_the_encoding_the_mark_and_the_line_ends_stay(program: Path) -> None:
    text = BAD.replace("# now", "# für später").replace("\n", "\r\n")
    program.write_bytes(b"\xef\xbb\xbf" + text.encode("utf-8"))
    run("check", "--isolated", "--no-cache", "--fix", ".")
    assert program.read_bytes() == b"\xef\xbb\xbf" + text.replace("work())", "work)").encode("utf-8")
    latin = "# -*- coding: latin-1 -*-\n" + BAD.replace("# now", "# für später")
    program.write_bytes(latin.encode("latin-1"))
    run("check", "--isolated", "--no-cache", "--fix", ".")
    assert program.read_bytes() == latin.replace("work())", "work)").encode("latin-1")


def test_of_stdin_the_fixed_text_is_printed(program: Path) -> None:
    result = run("check", "--isolated", "--no-cache", "--fix", "-", stdin=BAD)
    assert result.stdout == GOOD
    assert result.exit_code == 0


@pytest.mark.parametrize("held", [b"x = 1\r\n", b"\xef\xbb\xbfx = 1", b"name = '\xff'\n", b""])
def test_of_stdin_without_anything_to_fix_every_byte_is_printed(program: Path, held: bytes) -> None:
    for name in ("-", "calm.py"):
        given = [] if name == "-" else ["--stdin-filename", name]
        result = run("check", "--isolated", "--no-cache", "--fix", *given, "-", stdin=held)
        assert result.stdout_bytes == held


def test_of_stdin_the_file_may_be_spelt_in_any_way(program: Path) -> None:
    for name in ("./m.py", str(program.parent / "m.py")):
        result = run("check", "--isolated", "--no-cache", "--fix", "--stdin-filename", name, "-", stdin=BAD)
        assert result.stdout == GOOD


def test_fixable_findings_are_marked_and_counted(program: Path) -> None:
    program.write_text(BAD + UNSAFE.partition("\n")[2], "utf-8")
    result = run("check", "--isolated", "--no-cache", "--output-format", "concise", ".")
    assert "THR303 [*]" in result.stdout
    assert "1 fixable with --fix (1 more with --unsafe-fixes)" in result.stdout


def test_the_full_format_says_how_a_finding_can_be_fixed(program: Path) -> None:
    result = run("check", "--isolated", "--no-cache", "--output-format", "full", ".")
    assert "= fix: hand over `work` instead of calling it (--fix)" in result.stdout
