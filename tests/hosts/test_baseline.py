"""`threadlint baseline` freezes today's findings; `check` tells the others."""
from __future__ import annotations

import json
from pathlib import Path

from .running import run, said


def test_what_is_frozen_is_not_shown_again(bank: Path) -> None:
    assert run("check", "bank").exit_code == 1
    result = run("baseline", "bank")
    assert result.exit_code == 0
    assert result.stdout.endswith('add to the configuration: baseline = "threadlint-baseline.json"\n')
    (bank / "threadlint.toml").write_text('baseline = "threadlint-baseline.json"\n')
    checked = run("check", "bank")
    assert checked.exit_code == 0
    assert "in the baseline" in checked.stdout


def test_a_new_finding_is_shown(bank: Path) -> None:
    run("baseline", "bank")
    with (bank / "bank" / "office.py").open("a") as file:
        file.write("\n\ndef forgotten(lock: threading.Lock) -> None:\n    with lock.acquire():\n        pass\n")
    checked = run("check", "bank", "--baseline", "threadlint-baseline.json", "--output-format", "json")
    assert [each["code"] for each in json.loads(checked.stdout)["findings"]] == ["THR125"]


def test_pruning_takes_out_what_is_gone_and_adds_nothing(bank: Path) -> None:
    run("baseline", "bank")
    file = bank / "threadlint-baseline.json"
    known = json.loads(file.read_text())
    one, gone = known["findings"][0], {**known["findings"][0], "fingerprint": "0" * 32}
    file.write_text(json.dumps({"version": 1, "findings": [one, gone]}))
    assert run("baseline", "bank", "--prune").stdout.startswith("1 finding in ")
    assert [each["fingerprint"] for each in json.loads(file.read_text())["findings"]] == [one["fingerprint"]]


def test_a_missing_baseline_is_told(bank: Path) -> None:
    assert said(run("check", "bank", "--baseline", "none.json")) == (
        2, "error: none.json: no such file; `threadlint baseline` writes it",
    )  # fmt: skip
