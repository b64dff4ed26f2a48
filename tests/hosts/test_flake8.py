"""Under flake8: the same findings, each once, however flake8 is started."""
from __future__ import annotations

import argparse
import ast
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from flake8.main.cli import main as flake8

from threadlint import engine
from threadlint.hosts.flake8 import ThreadlintPlugin

from .running import run

INVERSION = "`Accounts._lock` and `Ledger.lock` are taken in opposite orders by threads that can run together"
COMMAND = """
import multiprocessing, sys
multiprocessing.set_start_method(sys.argv[1])
from flake8.main.cli import main
sys.exit(main(sys.argv[2:]))
"""


def linted(*args: str) -> list[str]:
    """The THR lines of flake8, run in this process."""
    told = io.TextIOWrapper(io.BytesIO())
    with redirect_stdout(told):
        flake8(["--isolated", "-j1", "--select", "THR", *args])
    told.seek(0)
    return [line.removeprefix("./") for line in told.read().splitlines()]


def as_the_command_line_says(*args: str) -> list[str]:
    return run("check", "-q", *args).stdout.splitlines()


def piped(path: str, text: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The THR lines of flake8 for a text on stdin."""
    from flake8 import utils

    utils.stdin_get_value.cache_clear()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    return linted("--stdin-display-name", path, "-")


def test_flake8_says_what_the_command_line_says(bank: Path) -> None:
    expected = as_the_command_line_says("bank")
    assert len(expected) == 2
    assert linted("bank") == expected
    assert linted(".") == expected
    assert linted(str(bank / "bank")) == [f"{bank}/{line}" for line in expected]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_every_way_of_starting_workers_gives_the_same(bank: Path, method: str) -> None:
    for number in range(4):
        (bank / "bank" / f"calm{number}.py").write_text("x = 1\n")
    command = [sys.executable, "-c", COMMAND, method, "--isolated", "--select", "THR", "-j2", "bank"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (1, "")
    assert found.stdout.splitlines() == as_the_command_line_says("bank")


def test_of_a_subset_each_finding_stands_in_its_first_place_there(bank: Path) -> None:
    (told,) = linted("bank/audit.py")
    assert told == f"bank/audit.py:12:10: THR101 {INVERSION} (at bank/accounts.py:25:17)"
    assert linted("bank/audit.py", "bank/accounts.py") == [f"bank/accounts.py:25:17: THR101 {INVERSION}"]
    assert linted("bank/ledger.py", "bank/__init__.py") == []


def test_a_file_that_flake8_excludes_takes_no_finding(bank: Path) -> None:
    told = linted("--exclude", "accounts.py,office.py", "bank")
    assert [line.split(":")[0] for line in told] == ["bank/audit.py"]


def test_a_text_on_stdin_is_laid_over_its_file(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (bank / "bank" / "audit.py").read_text()
    for name in ("bank/audit.py", str(bank / "bank" / "audit.py")):
        (told,) = piped(name, f"\n{text}", monkeypatch)
        assert told == f"{name}:13:10: THR101 {INVERSION} (at bank/accounts.py:25:17)"
    assert piped("bank/audit.py", text.replace("with ledger.lock", "if ledger.entries"), monkeypatch) == []


def test_a_text_on_stdin_without_a_name_is_judged_by_itself(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "import threading\nlock = threading.Lock()\n\ndef f():\n    with lock:\n        with lock:\n            f()"
    (told,) = piped("stdin", text, monkeypatch)
    assert told.startswith("stdin:6:14: THR102 ")


def test_noqa_is_flake8s_business_and_our_own_comments_are_ours(bank: Path) -> None:
    office = bank / "bank" / "office.py"
    text = office.read_text()
    office.write_text(text.replace("served += 1", "served += 1  # noqa: THR202"))
    assert linted("bank/office.py") == []
    assert len(linted("--disable-noqa", "bank/office.py")) == 1
    office.write_text(text.replace("served += 1", "served += 1  # threadlint: ignore[THR202] an estimate"))
    assert linted("--disable-noqa", "bank/office.py") == []


def test_strict_rules_speak_only_where_our_own_configuration_wants_them(bank: Path) -> None:
    text = "import threading\nlock = threading.Lock()\n\n\ndef f():\n    with lock:\n        pass\n"
    (bank / "idle.py").write_text(text)
    loud = as_the_command_line_says("--strict", "idle.py")
    assert linted("idle.py") == []
    (bank / "threadlint.toml").write_text("strict = true\n")
    assert linted("idle.py") == loud


def test_what_our_configuration_excludes_is_not_judged(bank: Path) -> None:
    (bank / "threadlint.toml").write_text('extend-exclude = ["office.py"]\n')
    assert linted("bank/office.py") == []


def test_the_program_is_the_configured_src_whatever_is_linted(bank: Path) -> None:
    (bank / "threadlint.toml").write_text('src = ["bank"]\n')
    (bank / "bank" / "calm").mkdir()
    (bank / "bank" / "calm" / "mod.py").write_text("x = 1\n")
    assert len(linted("bank/audit.py", "bank/calm")) == 1


def test_a_program_is_judged_once_for_all_its_files(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judge, runs = engine.judge, []
    monkeypatch.setattr(engine, "judge", lambda request: runs.append(request) or judge(request))
    assert len(linted("bank")) == 2
    assert len(runs) == 1


def test_a_broken_configuration_is_told_once_and_does_not_stop_flake8(bank: Path) -> None:
    (bank / "threadlint.toml").write_text("slect = []\n")
    assert linted("bank") == [
        "bank/__init__.py:1:1: THR902 threadlint failed: threadlint.toml: unknown key `slect`, did you mean `select`?"
    ]
    (bank / "threadlint.toml").write_text('select = ["THR99"]\n')
    assert [line.split(": ", 1)[1] for line in linted("bank/office.py")] == [
        "THR902 threadlint failed: unknown rule `THR99` in `select`"
    ]


def test_a_failure_is_told_in_a_file_that_flake8_asks_about(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(request: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(engine, "judge", fail)
    (bank / "bank" / "__init__.py").write_text("def broken(:\n")
    (bank / "bank" / "accounts.py").write_text("# flake8: noqa\n")
    assert linted("bank") == ["bank/audit.py:1:1: THR902 threadlint failed: RecursionError: too deep"]


def test_a_rule_that_raises_is_told_once(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from threadlint.model.finding import Rule
    from threadlint.rules import LoadedRule, all_rules

    def check(program: object) -> Iterator[None]:
        raise KeyError("ledger")

    rule = LoadedRule(Rule("THR998", "always-fails"), check, "Fails.", "nowhere", "housekeeping")  # type: ignore[arg-type]
    monkeypatch.setattr(engine, "all_rules", lambda: (*all_rules(), rule))
    assert linted("bank")[0] == "bank/__init__.py:1:1: THR902 rule `THR998` failed: KeyError: 'ledger'"
    assert len(linted("bank")) == 3
    assert linted("bank/ledger.py") == ["bank/ledger.py:1:1: THR902 rule `THR998` failed: KeyError: 'ledger'"]


def test_whatever_flake8_hands_over_the_plugin_does_not_raise() -> None:
    strange = argparse.Namespace()
    plugin = ThreadlintPlugin(tree=ast.parse(""), filename="nowhere.py", lines=["x\n"], options=strange)
    ((line, column, text, cls),) = plugin.run()
    assert (line, column, cls) == (1, 0, ThreadlintPlugin)
    assert text.startswith("THR902 threadlint failed: AttributeError: ")


def test_flake8_alone_does_not_load_the_analyser(bank: Path) -> None:
    code = "import sys, json; import threadlint.hosts.flake8; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    ours = [name for name in loaded if name.startswith("threadlint")]
    assert ours == ["threadlint", "threadlint.hosts", "threadlint.hosts.flake8"]
    assert not {"libcst", "msgspec", "click", "rich"} & set(loaded)
