"""The commands beside `check`."""
from __future__ import annotations

import json
from pathlib import Path

import pytest

from threadlint import __version__
from threadlint.rules import all_rules

from .running import run, said


def test_version_is_a_command_and_a_flag() -> None:
    assert run("version").stdout == run("--version").stdout == f"threadlint {__version__}\n"


@pytest.mark.parametrize("command", ["check", "rule", "graph", "show", "config", "baseline", "clean", "version"])
def test_every_command_explains_itself(command: str) -> None:
    for flag in ("-h", "--help"):
        result = run(command, flag)
        assert result.exit_code == 0
        assert result.stdout.startswith(f"Usage: threadlint {command}")
    assert f"\n  {command} " in run("--help").stdout


def test_the_page_of_a_rule_is_found_by_code_or_name() -> None:
    page = run("rule", "THR101").stdout
    assert page.startswith("# THR101 lock-order-inversion\n\nThreads that can run together")
    assert "## Stays silent when" in page
    assert run("rule", "lock-order-inversion").stdout == run("rule", "thr101").stdout == page


def test_all_pages_are_printed_as_text_or_json() -> None:
    assert run("rule", "--all").stdout.count("## Why it hurts") == len(all_rules())
    told = json.loads(run("rule", "--all", "--output-format", "json").stdout)
    assert [each["code"] for each in told] == [each.rule.code for each in all_rules()]
    assert list(told[0]) == ["code", "name", "family", "severity", "tier", "summary", "explanation"]
    assert json.loads(run("rule", "THR101", "--output-format", "json").stdout)["name"] == "lock-order-inversion"


def test_a_page_in_colour_reads_the_same() -> None:
    painted = run("rule", "THR101", "--color", "always").stdout
    assert "\x1b[" in painted
    assert "Why it hurts" in painted


def test_a_rule_must_be_named() -> None:
    code, told = said(run("rule"))
    assert code == 2
    assert "name a rule by code or name, or give --all" in told


def test_config_tells_each_setting_and_where_it_comes_from(bank: Path) -> None:
    (bank / "pyproject.toml").write_text('[project]\nrequires-python = ">=3.12"\n')
    (bank / "threadlint.toml").write_text('src = ["bank"]\nstrict = true\n')
    lines = [" ".join(line.split()) for line in run("config", "--free-threaded").stdout.splitlines()]
    assert 'src = ["bank"] # threadlint.toml' in lines
    assert "strict = true # threadlint.toml" in lines
    assert 'target-version = "3.12" # `requires-python` in pyproject.toml' in lines
    assert 'min-confidence = "medium" # default' in lines
    assert "free-threaded = true # --free-threaded" in lines


def test_config_tells_one_setting_or_json(bank: Path) -> None:
    assert run("config", "min-confidence").stdout == 'min-confidence = "medium"  # default\n'
    told = json.loads(run("config", "cache-dir", "--isolated", "--output-format", "json").stdout)
    assert told == [{"key": "cache-dir", "value": '".threadlint_cache"', "origin": "default"}]
    assert said(run("config", "colour"))[0] == 2


def test_clean_removes_the_cache_and_nothing_else(bank: Path) -> None:
    run("check", "bank")
    assert run("clean").stdout == "removed .threadlint_cache\n"
    assert not (bank / ".threadlint_cache").exists()
    assert run("clean").stdout == "nothing to remove at .threadlint_cache\n"


def test_clean_keeps_what_is_not_threadlints(bank: Path) -> None:
    code, told = said(run("clean", "--cache-dir", "bank"))
    assert (code, told) == (2, "error: `bank` is no cache of threadlint, so it stays")
    run("check", "bank", "--cache-dir", "kept")
    (bank / "kept" / "mine.txt").write_text("mine")
    run("clean", "--cache-dir", "kept")
    assert [path.name for path in (bank / "kept").iterdir()] == ["mine.txt"]


# --- show -------------------------------------------------------------------------------------------------------


def shown(*args: str) -> str:
    result = run("show", *args)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def answer(*args: str) -> list[dict[str, object]]:
    told = json.loads(shown(*args, "--output-format", "json"))
    assert (told["question"], told["path"]) == args
    return list(told["answer"])


def test_facts_are_an_outline_of_the_file(bank: Path) -> None:
    lines = shown("facts", "bank/accounts.py").splitlines()
    assert lines[0] == "module bank.accounts (bank/accounts.py)"
    assert "   21 def Accounts.transfer(self, source, target, amount)" in lines
    assert len(answer("facts", "bank/accounts.py")) == 5


def test_calls_lead_across_modules_and_into_libraries(bank: Path) -> None:
    text = shown("calls", "bank/office.py")
    assert "   29 Office.serve: bank.accounts.Accounts.transfer (bank/accounts.py:21:9)\n" in text
    assert "   39 Office.day: threading.Thread (library)\n" in text


def test_held_locks_stand_beside_the_lines(bank: Path) -> None:
    first = answer("held-locks", "bank/audit.py")[0]
    assert (first["line"], first["held"]) == (13, [["Ledger.lock"]])
    row = next(line for line in shown("held-locks", "bank/accounts.py").splitlines() if line.startswith("   41"))
    assert row.endswith("# Accounts._lock + Ledger.lock")


def test_threads_are_told_with_their_starts(bank: Path) -> None:
    text = shown("threads", "bank/accounts.py")
    assert "thread `teller` runs bank.office.Office.serve at bank/office.py:24:9, many at once\n" in text
    assert "    started at bank/office.py:42:13\n" in text


def test_shared_state_is_told_with_its_accesses(bank: Path) -> None:
    lines = shown("shared-state", "bank/office.py").splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("bank.office.Office.served: "))
    after = lines[at + 1]
    assert after.startswith("    augment at bank/office.py:30:13 in bank.office.Office.serve without a lock")


def test_every_piece_of_shared_state_has_a_verdict(bank: Path) -> None:
    (bank / "shelf.py").write_text(
        "import threading\n\nNAMES = ['a']\n\n\nclass Shelf:\n    def __init__(self):\n"
        "        self._lock = threading.Lock()\n        self._books = []\n        self.put = 0\n"
        "        self.open = True\n\n"
        "    def add(self, book):\n        with self._lock:\n            self._books.append(book)\n"
        "        self.put += 1\n\n"
        "    def all(self):\n        with self._lock:\n            return list(self._books)\n\n"
        "    def shut(self):\n        self.open = False\n\n    def is_open(self):\n        return self.open\n\n\n"
        "class Reader:\n    def __init__(self):\n        self.page = 0\n\n"
        "    def turn(self):\n        self.page += 1\n"
    )
    verdicts = {
        line.partition(": ")[0]: line.partition(": ")[2]
        for line in shown("shared-state", "--assume-threaded", "shelf.py").splitlines()
        if not line.startswith(" ")
    }
    assert verdicts == {
        "shelf.Reader.page": "changed without a lock: right as long as no two threads share the object",
        "shelf.Shelf._books": "guarded by Shelf._lock",
        "shelf.Shelf.open": "no common lock, single steps",
        "shelf.Shelf.put": "THR202 at shelf.py:16:9",
    }


@pytest.mark.parametrize("question", ["facts", "calls", "held-locks", "threads", "shared-state"])
def test_a_calm_file_has_an_answer_too(bank: Path, question: str) -> None:
    (bank / "calm.py").write_text("x = 1\n")
    assert run("show", question, "calm.py").exit_code == 0


def test_a_question_about_a_folder_or_a_broken_file_ends_with_2(bank: Path) -> None:
    assert said(run("show", "facts", "bank")) == (2, "error: `bank` is a folder; name a file in it")
    (bank / "broken.py").write_text("def (:\n")
    code, told = said(run("show", "calls", "broken.py"))
    assert (code, told) == (2, "error: `broken.py` could not be read; `threadlint check broken.py` says why")
    assert said(run("show", "moods", "bank/office.py"))[0] == 2
