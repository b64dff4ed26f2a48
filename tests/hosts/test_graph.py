"""`threadlint graph`: the picture of the program."""
from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from .running import run, said

ROOT = Path(__file__).parents[2]


def drawn(*args: str) -> str:
    result = run("graph", *args)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_mermaid_is_printed_unless_something_else_is_asked_for(bank: Path) -> None:
    text = drawn("bank")
    assert text == drawn("bank", "--output-format", "mermaid") == drawn()
    assert '  l0 ==>|"cycle 1<br/>accounts.py:23 → :40<br/>teller"| l1\n' in text


def test_the_name_of_a_file_says_the_format_unless_it_is_given(bank: Path) -> None:
    assert drawn("bank", "-o", "locks.svg") == ""
    assert (bank / "locks.svg").read_text("utf-8") == drawn("bank", "--output-format", "svg")
    drawn("bank", "--output-file", "locks.svg", "--output-format", "dot")
    assert (bank / "locks.svg").read_text("utf-8").startswith("// threadlint graph: 2 locks")
    drawn("bank", "-o", "locks.txt")
    assert (bank / "locks.txt").read_text("utf-8") == drawn("bank")


def test_json_has_paths_as_findings_have_them(bank: Path) -> None:
    told = json.loads(drawn("bank", "--output-format", "json"))
    finding = json.loads(run("check", "bank", "--select", "THR101", "--output-format", "json").stdout)["findings"][0]
    steps = {(step["path"], step["line"], step["column"]) for step in finding["story"]}
    places = [place[end] for order in told["orders"] for place in order["places"] for end in ("held", "wanted")]
    assert {(place["path"], place["line"], place["column"]) for place in places} <= steps
    assert sorted(told["cycles"][0]["locks"]) == finding["subjects"]


@pytest.mark.parametrize("format", ["mermaid", "dot", "json", "svg"])
def test_the_same_program_gives_the_same_bytes(bank: Path, format: str) -> None:
    asked = ("--output-format", format)
    cold = drawn("bank", *asked)
    assert drawn("bank", *asked) == cold == drawn("bank", "--no-cache", *asked)
    files = sorted(path.as_posix() for path in Path("bank").iterdir())
    assert drawn(*files, *asked) == drawn(*reversed(files), *asked)


def test_locks_taken_alone_are_folded_away_unless_all_is_asked_for(bank: Path) -> None:
    (bank / "bank" / "vault.py").write_text("import threading\n_door = threading.Lock()\nwith _door:\n    pass\n")
    assert "and 1 lock taken alone" in drawn("bank")
    assert "_door" not in re.sub(r"top level of .*", "", drawn("bank"))
    assert '["vault._door<br/>Lock"]' in drawn("bank", "--all")


def test_of_a_file_what_has_to_do_with_it_is_drawn(bank: Path) -> None:
    (bank / "bank" / "vault.py").write_text("import threading\n_door = threading.Lock()\nwith _door:\n    pass\n")
    told = json.loads(drawn("bank/ledger.py", "--output-format", "json"))
    assert [lock["name"] for lock in told["locks"]] == ["Accounts._lock", "Ledger.lock"]
    told = json.loads(drawn("bank/vault.py", "--output-format", "json"))
    assert [lock["name"] for lock in told["locks"]] == ["_door"]


def test_a_program_without_locks_has_a_picture_too(bank: Path) -> None:
    (bank / "calm").mkdir()
    (bank / "calm" / "calm.py").write_text("x = 1\n")
    assert "no lock is taken" in drawn("calm")
    assert json.loads(drawn("calm", "--output-format", "json")) == {
        "version": 1, "locks": [], "orders": [], "cycles": [], "threads": [],
    }  # fmt: skip


def test_files_that_cannot_be_read_are_told_on_stderr(bank: Path) -> None:
    (bank / "bank" / "broken.py").write_text("import threading\nlock = threading.Lock()\ndef (:\n")
    result = run("graph", "bank")
    assert result.exit_code == 0
    assert result.stderr.startswith("warning: bank/broken.py:")
    assert run("graph", "bank", "--quiet").stderr == ""


def test_public_functions_are_callers_from_outside(bank: Path) -> None:
    text = "import threading\na = threading.Lock()\nb = threading.Lock()\ndef f():\n    with a, b:\n        pass\n"
    (bank / "library.py").write_text(text)
    assert "callers from outside" in drawn("library.py", "--assume-threaded", "--isolated")


def test_wrong_usage_ends_with_2(bank: Path) -> None:
    assert said(run("graph", "nowhere"))[0] == 2
    assert said(run("graph", "--output-format", "png"))[0] == 2
    assert said(run("graph", "bank", "--config", "colour = 1"))[0] == 2
    assert said(run("graph", "bank", "-o", "missing/locks.svg"))[0] == 2


def test_the_document_shows_what_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "graph.md").read_text("utf-8")
    shown = page.partition("<!-- graph:start -->\n```mermaid\n")[2].partition("```\n<!-- graph:end -->")[0]
    assert shown == drawn("examples/bank", "--isolated", "--no-cache")
    picture = drawn("examples/bank", "--isolated", "--no-cache", "--output-format", "svg")
    assert (ROOT / "docs" / "bank.svg").read_text("utf-8") == picture
