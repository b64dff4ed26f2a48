"""Whatever is wrong is said in one line, with the exit code that scripts rely on."""
from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from threadlint import engine
from threadlint.model.finding import Rule
from threadlint.program.program import Program
from threadlint.rules import LoadedRule, all_rules

from .running import run, said

BROKEN_FILES = {
    "syntax error": (b"import threading\nlock = threading.Lock()\ndef broken(:\n", "broken.py:3:12: "),
    "bad encoding": (b"import threading\nname = '\xff'\n", "broken.py:1:1: THR900 cannot be read: byte 0xff at "),
    "unknown encoding": (b"# coding: klingon\nimport threading\n", "broken.py:1:1: THR900 cannot be read: unknown "),
    "null bytes": (b"import threading\n\0\0\n", "broken.py:1:1: THR900 cannot be read: null byte at "),
    "truncated": (b"import threading\nwith threading.Lock(", "broken.py:2:"),
}


@pytest.mark.parametrize("trouble", BROKEN_FILES)
def test_a_file_that_cannot_be_read_is_a_finding_and_the_rest_is_judged(bank: Path, trouble: str) -> None:
    data, expected = BROKEN_FILES[trouble]
    (bank / "bank" / "broken.py").write_bytes(data)
    result = run("check", "bank")
    assert result.exit_code == 1
    assert [line.split()[1] for line in result.stdout.splitlines()[:-1]] == ["THR101", "THR900", "THR202"]
    assert f"bank/{expected}" in result.stdout
    assert result.stderr == ""


def test_the_syntax_of_a_file_that_does_not_concern_threads_is_not_judged(bank: Path) -> None:
    (bank / "bank" / "broken.py").write_text("def broken(:\n")
    assert "THR900" not in run("check", "bank").stdout


def test_a_file_that_may_not_be_opened_is_a_finding(bank: Path) -> None:
    (bank / "bank" / "office.py").chmod(0)
    if os.access(bank / "bank" / "office.py", os.R_OK):
        # For root every file is readable; a link into the void is not for anybody.
        (bank / "bank" / "office.py").unlink()
        (bank / "bank" / "office.py").symlink_to("nowhere.py")
        assert said(run("check", "bank/office.py")) == (2, "error: no such file or folder: `bank/office.py`")
    else:
        assert "bank/office.py:1:1: THR900 cannot be read: permission denied" in run("check", "bank").stdout


def test_a_missing_path_ends_with_2(bank: Path) -> None:
    assert said(run("check", "bank", "nowhere.py")) == (2, "error: no such file or folder: `nowhere.py`")
    assert said(run("show", "facts", "nowhere.py")) == (2, "error: no such file or folder: `nowhere.py`")


def test_a_misspelt_command_was_taken_for_a_path_and_is_guessed(bank: Path) -> None:
    code, told = said(run("chekc"))
    assert (code, told) == (2, "error: no such file or folder: `chekc`; did you mean `threadlint check`?")


def test_a_folder_without_python_is_a_warning(bank: Path) -> None:
    (bank / "empty").mkdir()
    result = run("check", "empty")
    assert said(result) == (0, "warning: no Python file in `empty`")
    assert result.stdout == "no findings in 0 files\n"
    assert run("check", "empty", "--quiet").stderr == ""


def test_a_loop_of_links_is_walked_once(bank: Path) -> None:
    (bank / "bank" / "again").symlink_to(bank / "bank")
    (bank / "bank" / "self.py").symlink_to("self.py")
    result = run("check", "bank")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1].startswith("2 findings (1 error, 1 warning) in 5 files")


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("threadlint.toml", "slect = []\n", "error: threadlint.toml: unknown key `slect`, did you mean `select`?"),
        ("threadlint.toml", 'strict = "yes"\n', "error: threadlint.toml: `strict`: expected `true` or `false`, got "),
        ("threadlint.toml", "select = [", "error: threadlint.toml: is not valid TOML: "),
        ("threadlint.toml", 'ignore = ["THR1O1"]\n',
         "error: threadlint.toml: unknown rule `THR1O1` in `ignore`, did you mean `THR101`?"),
        ("pyproject.toml", "[tool.threadlint]\nsrc = 3\n", "error: pyproject.toml: `src`: expected a list of strings"),
    ],
)  # fmt: skip
def test_a_broken_configuration_ends_with_2_and_names_file_and_key(
    bank: Path, file: str, text: str, expected: str
) -> None:
    (bank / "threadlint.toml").unlink()
    (bank / file).write_text(text)
    code, told = said(run("check", "bank", "--exit-zero"))
    assert code == 2
    assert told.startswith(expected)


def test_an_unknown_rule_among_the_flags_ends_with_2_and_is_guessed(bank: Path) -> None:
    code, told = said(run("check", "bank", "--select", "lock-order-invertion"))
    assert (code, told) == (
        2, "error: unknown rule `lock-order-invertion` in `select`, did you mean `lock-order-inversion`?"
    )  # fmt: skip
    code, told = said(run("rule", "THR1O1"))
    assert (code, told) == (2, "error: there is no rule `THR1O1`, did you mean `THR101`?")


@pytest.mark.parametrize("config", ["nowhere.toml", "nonsense = 1", "strict = maybe"])
def test_a_config_flag_that_is_no_configuration_ends_with_2(bank: Path, config: str) -> None:
    code, told = said(run("check", "bank", "--config", config))
    assert code == 2
    assert told.startswith("error: ")


def test_a_broken_cache_costs_time_only(bank: Path) -> None:
    fresh = run("check", "bank").stdout
    store = bank / ".threadlint_cache" / "facts.sqlite3"
    assert store.exists()
    for data in (b"no database at all", store.read_bytes()[:5000], b""):
        store.write_bytes(data)
        result = run("check", "bank")
        assert (result.stdout, result.stderr) == (fresh, "")


def test_a_cache_that_cannot_be_written_costs_time_only(bank: Path) -> None:
    (bank / ".threadlint_cache").write_text("a file where the folder should be")
    result = run("check", "bank")
    assert result.exit_code == 1
    assert result.stderr == ""
    assert (bank / ".threadlint_cache").read_text() == "a file where the folder should be"


@pytest.fixture
def failing_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(program: Program) -> Iterator[None]:
        yield from ()
        raise KeyError("ledger")

    rule = LoadedRule(Rule("THR998", "always-fails"), check, "Fails.", "nowhere", "housekeeping")  # type: ignore[arg-type]
    monkeypatch.setattr(engine, "all_rules", lambda: (*all_rules(), rule))


@pytest.mark.usefixtures("failing_rule")
def test_a_rule_that_raises_is_a_finding_and_ends_with_2_whatever_is_asked(bank: Path) -> None:
    result = run("check", "bank", "--exit-zero")
    assert result.exit_code == 2
    assert "bank/__init__.py:1:1: THR902 rule `THR998` failed: KeyError: 'ledger'" in result.stdout
    assert "THR101" in result.stdout
    assert result.stderr == "error: rule THR998 always-fails failed; --verbose shows where\n"
    assert re.search(r"Traceback .*KeyError: 'ledger'", run("check", "bank", "-v").stderr, re.DOTALL)


@pytest.mark.usefixtures("failing_rule")
def test_a_rule_that_raises_is_told_for_single_files_too(bank: Path) -> None:
    result = run("check", "bank/office.py")
    assert result.exit_code == 2
    assert "bank/office.py:1:1: THR902 " in result.stdout


def test_a_failure_of_the_tool_is_one_message_and_ends_with_2(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(request: object) -> None:
        raise RuntimeError("the sky\nfell")

    monkeypatch.setattr(engine, "judge", fail)
    result = run("check", "bank", "--exit-zero")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("error: threadlint failed: RuntimeError: the sky fell\n")
    assert "Traceback" not in result.stderr
    assert "--verbose" in result.stderr
    assert "Traceback" in run("check", "bank", "--verbose").stderr
