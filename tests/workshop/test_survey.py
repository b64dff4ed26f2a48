"""Two surveys are compared finding by finding, whatever lines moved between them."""
from __future__ import annotations

from pathlib import Path

import msgspec
from click.testing import CliRunner

from threadlint.workshop.survey import Said, Survey, changes, main, sheet, told


def made(fingerprint: str, line: int = 3, rule: str = "THR101", name: str = "lock-order-inversion") -> Said:
    message = f"message of {fingerprint}"
    return Said("shop", rule, name, "till.py", line, message, "high", fingerprint, "with a:\n    b()")


BEFORE = Survey(("shop",), (made("one"), made("two"), made("three", rule="THR201", name="unlocked-global-mutation")))
AFTER = Survey(("shop",), (made("one", line=30), made("four")))


def test_a_finding_on_a_moved_line_neither_came_nor_went() -> None:
    came, went = changes(BEFORE, AFTER)
    assert [each.fingerprint for each in came] == ["four"]
    assert [each.fingerprint for each in went] == ["two", "three"]


def test_the_numbers_are_told_by_rule() -> None:
    assert told(BEFORE, AFTER).splitlines()[1:] == [
        "THR101 lock-order-inversion           2       2       1       1",
        "THR201 unlocked-global-mutation       1       0       0       1",
    ]


def test_the_sheet_shows_each_finding_with_its_code() -> None:
    page = sheet({"Came": [made("four")], "Went": []})
    assert "## Came (1)" in page and "## Went (0)" in page
    assert "### THR101 lock-order-inversion · shop · till.py:3 · high\n\nmessage of four\n\n```python\nwith a:" in page


def test_surveys_of_different_projects_are_not_compared(tmp_path: Path) -> None:
    for name, survey in {"a": BEFORE, "b": Survey(("till",), ())}.items():
        (tmp_path / name).write_bytes(msgspec.json.encode(survey))
    result = CliRunner().invoke(main, ["compare", str(tmp_path / "a"), str(tmp_path / "b")])
    assert result.exit_code == 2 and "different projects" in result.output


def test_saved_surveys_are_compared(tmp_path: Path) -> None:
    for name, survey in {"a": BEFORE, "b": AFTER}.items():
        (tmp_path / name).write_bytes(msgspec.json.encode(survey))
    page = tmp_path / "sheet.md"
    result = CliRunner().invoke(main, ["compare", str(tmp_path / "a"), str(tmp_path / "b"), "--sheet", str(page)])
    assert result.exit_code == 0, result.output
    assert "## Went (2)" in page.read_text()


def test_a_folder_is_surveyed(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "till.py").write_text("import threading\n\nwith threading.Lock():\n    pass\n")
    output = tmp_path / "said.json"
    result = CliRunner().invoke(main, ["run", "--output", str(output), str(tmp_path / "shop")])
    assert result.exit_code == 0, result.output
    survey = msgspec.json.decode(output.read_bytes(), type=Survey)
    (said,) = survey.said
    assert (said.project, said.rule, said.path, said.line) == ("shop", "THR127", "till.py", 3)
    assert said.code.splitlines()[2] == "with threading.Lock():"
