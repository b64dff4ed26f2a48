"""A run that is stopped in the middle: from the keyboard, or because nobody reads on."""
from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from threadlint.hosts.cli import ending, outputs

from .running import run, started

STOPPED_WHILE_JUDGING = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # jobs in the background of a shell start without it
from threadlint import engine
from threadlint.hosts.cli import run

judge = engine.judge
def stopped(request):
    report = judge(request)
    print("judging", file=sys.stderr, flush=True)
    signal.sigtimedwait([], 20)
    return report
engine.judge = stopped
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_an_interrupt_ends_with_130_and_leaves_the_file_that_was_there(bank: Path) -> None:
    report = bank / "report.json"
    report.write_text("the report of yesterday")
    command = [sys.executable, "-c", STOPPED_WHILE_JUDGING, "check", "bank", "--output-format", "json:report.json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "judging\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err.strip()) == (130, "", "interrupted")
    assert report.read_text() == "the report of yesterday"
    names = sorted(path.name for path in bank.iterdir())
    assert names == [".threadlint_cache", "bank", "report.json", "threadlint.toml"]


def test_an_interrupt_while_a_file_is_written_leaves_no_half_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "report.txt"
    target.write_text("before")

    def interrupted(path: Path, data: bytes) -> None:
        with path.open("wb") as file:
            file.write(data[:3])
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        outputs.write(target, "after")
    assert [path.name for path in tmp_path.iterdir()] == ["report.txt"]
    assert target.read_text() == "before"


def test_a_file_keeps_its_permissions_and_a_link_its_target(tmp_path: Path) -> None:
    target = tmp_path / "report.txt"
    target.write_text("before")
    target.chmod(0o640)
    (tmp_path / "link").symlink_to(target)
    outputs.write(tmp_path / "link", "after")
    assert target.read_text() == "after"
    assert target.stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "link").is_symlink()


def test_a_device_is_written_into_and_not_replaced() -> None:
    outputs.write(Path(os.devnull), "gone")
    assert not Path(os.devnull).is_file()


@pytest.mark.skipif(os.name != "posix", reason="pipes")
def test_a_closed_pipe_is_no_news(bank: Path) -> None:
    with started("check", "bank", "--output-format", "full") as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
    assert (process.returncode, err) == (1, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux")
def test_a_full_disk_behind_stdout_is_said(bank: Path) -> None:
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "threadlint", "version"]
        found = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert (found.returncode, found.stderr) == (2, b"error: cannot write to stdout: No space left on device\n")


@pytest.mark.skipif(os.name != "posix", reason="shell")
def test_closed_standard_streams_do_not_matter(bank: Path) -> None:
    for closed in (">&-", ">&- 2>&- <&-"):
        command = f"{sys.executable} -m threadlint -q bank {closed}"
        found = subprocess.run(command, shell=True, capture_output=True, check=False)
        assert (found.returncode, found.stderr) == (1, b"")


def test_a_terminal_without_a_character_shows_its_number(bank: Path) -> None:
    command = [sys.executable, "-m", "threadlint", "check", "bank", "--output-format", "full"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    found = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert (found.returncode, found.stderr) == (1, b"")
    assert b"confidence high \\xb7 threadlint rule THR101" in found.stdout


def test_an_interrupt_inside_a_command_ends_with_130(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: object, **more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("threadlint.engine.judge", interrupted)
    result = run("check", "bank")
    assert (result.exit_code, result.stderr.strip()) == (ending.INTERRUPTED, "interrupted")
