"""Programs are found in folders and on pages, with their options and their line numbers."""
from __future__ import annotations

from pathlib import Path

from threadlint.model.finding import Confidence
from threadlint.rules import rule_called
from threadlint.workshop.programs import Program, fixture_programs, modules_of, page_programs, run


def test_a_file_is_a_program_and_so_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "locks" / "bank" / "deep").mkdir(parents=True)
    for name in ("locks/one.py", "locks/bank/a.py", "locks/bank/deep/b.py", "README.md"):
        (tmp_path / name).write_text("x = 1\n")
    found = {program.id: list(program.texts) for program in fixture_programs(tmp_path)}
    assert found == {"locks/bank": ["a.py", "deep/b.py"], "locks/one": ["one.py"]}


def test_options_stand_in_a_comment(tmp_path: Path) -> None:
    text = '# options: strict = true, min-confidence = "low", free-threaded = "both", assume-threaded = ["*"]\nx = 1\n'
    config = Program("p", {"a.py": text}).config(tmp_path)
    assert (config.strict, config.min_confidence, config.free_threaded) == (True, Confidence.LOW, "both")
    assert config.assume_threaded == ("*",)
    assert config.root == tmp_path


def test_a_block_may_hold_several_modules_that_keep_their_lines() -> None:
    assert modules_of("x = 1\n") == {"example.py": "x = 1\n"}
    block = "# file: a.py\nx = 1\n# file: b.py\nfrom a import x\n"
    assert modules_of(block) == {"a.py": "# file: a.py\nx = 1\n", "b.py": "\n\n# file: b.py\nfrom a import x\n"}


def test_a_page_is_told_by_the_lines_of_its_rule() -> None:
    loaded = rule_called("THR101")
    assert loaded is not None
    program = next(page_programs(loaded))
    (mark, *_) = program.marks
    path, line = program.where(mark.path, mark.line).rsplit(":", 1)
    source = (Path(__file__).parents[2] / path).read_text().splitlines()
    assert "# expect: THR101" in source[int(line) - 1]


def test_modules_of_a_program_import_each_other(tmp_path: Path) -> None:
    texts = {
        "locks.py": "import threading\n\nledger = threading.Lock()\n",
        "app.py": "from locks import ledger\n\nwith ledger:\n    with ledger:\n        pass\n",
    }
    judged = run(Program("p", texts))
    assert [(each.code, each.path, each.line) for each in judged.found] == [("THR102", "app.py", 4)]
