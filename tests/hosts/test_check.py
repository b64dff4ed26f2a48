"""`threadlint check`: formats, destinations, selections and exit codes."""
from __future__ import annotations

import json
from pathlib import Path

import pytest

from .running import run, said

INVERSION = "bank/accounts.py:25:17: THR101 "


def codes(text: str) -> list[str]:
    return [finding["code"] for finding in json.loads(text)["findings"]]


def test_findings_go_to_stdout_and_make_the_exit_code_1(bank: Path) -> None:
    result = run("check", "bank")
    assert result.exit_code == 1
    assert result.stdout.startswith(INVERSION)
    assert result.stdout.splitlines()[-1].startswith("2 findings (1 error, 1 warning) in 5 files")
    assert result.stderr == ""


def test_the_readmes_program_has_its_two_mistakes_and_no_other(bank: Path) -> None:
    for options in ([], ["--min-confidence", "low"]):
        assert codes(run("check", "bank", "--output-format", "json", *options).stdout) == ["THR101", "THR202"]


@pytest.mark.parametrize("args", [["bank"], ["-q", "bank"], ["--statistics", "bank/"], ["bank", "--no-cache"], ["."]])
def test_check_is_meant_when_no_command_is_named(bank: Path, args: list[str]) -> None:
    assert run(*args).stdout == run("check", *args).stdout
    assert run(*args).exit_code == 1


def test_without_paths_the_configured_src_is_judged_or_the_working_directory(bank: Path) -> None:
    assert "in 5 files" in run("check").stdout
    (bank / "other").mkdir()
    (bank / "other" / "calm.py").write_text("x = 1\n")
    assert "in 6 files" in run("check").stdout
    (bank / "threadlint.toml").write_text('src = ["other"]\n')
    assert run("check").stdout == "no findings in 1 file\n"


def test_without_arguments_the_help_is_shown_and_nothing_is_called_clean(bank: Path) -> None:
    result = run()
    assert result.exit_code == 2
    assert "Commands:" in result.output


def test_a_clean_program_ends_with_0(bank: Path) -> None:
    (bank / "calm.py").write_text("import threading\nlock = threading.Lock()\n")
    result = run("check", "calm.py", "--isolated")
    assert (result.exit_code, result.stdout) == (0, "no findings in 1 file\n")


def test_exit_zero_tells_the_findings_all_the_same(bank: Path) -> None:
    result = run("check", "--exit-zero", "bank")
    assert result.exit_code == 0
    assert INVERSION in result.stdout


@pytest.mark.parametrize(("fail_on", "select", "code"), [
    ("error", "THR1", 1), ("error", "THR2", 0), ("warning", "THR2", 1), ("note", "THR2", 1), ("warning", "THR3", 0),
])  # fmt: skip
def test_fail_on_says_from_which_severity_on_the_exit_code_is_1(
    bank: Path, fail_on: str, select: str, code: int
) -> None:
    assert run("check", "bank", "--fail-on", fail_on, "--select", select).exit_code == code


def test_flags_select_rules_and_win_over_the_file(bank: Path) -> None:
    (bank / "threadlint.toml").write_text('ignore = ["THR1"]\n')
    assert codes(run("check", "bank", "--output-format", "json").stdout) == ["THR202"]
    assert codes(run("check", "bank", "--output-format", "json", "--ignore", "THR202,THR3").stdout) == ["THR101"]
    assert codes(run("check", "bank", "--output-format", "json", "--isolated").stdout) == ["THR101", "THR202"]
    chosen = run("check", "bank", "--output-format", "json", "--isolated", "--select", "lock-order-inversion")
    assert codes(chosen.stdout) == ["THR101"]
    inline = run("check", "bank", "--output-format", "json", "--isolated", "--config", 'select = ["THR2"]')
    assert codes(inline.stdout) == ["THR202"]


def test_what_is_less_certain_is_held_back_and_counted(bank: Path) -> None:
    result = run("check", "bank", "--min-confidence", "high")
    assert result.stdout.splitlines()[-1].endswith("held back: 1 medium confidence (--min-confidence medium)")


def test_assume_threaded_lets_any_thread_call_a_public_function(bank: Path) -> None:
    (bank / "shelf.py").write_text("import threading\n\nbooks = 0\n\n\ndef add():\n    global books\n    books += 1\n")
    assert run("check", "shelf.py", "--isolated").exit_code == 0
    assert run("check", "shelf.py", "--isolated", "--assume-threaded").exit_code == 1


def test_only_what_touches_the_named_files_is_told_of_the_program_around_them(bank: Path) -> None:
    audit = run("check", "bank/audit.py")
    assert audit.stdout.startswith(INVERSION)
    assert "THR202" not in audit.stdout
    assert codes(run("check", "bank/office.py", "--output-format", "json").stdout) == ["THR202"]
    assert codes(run("check", "bank/ledger.py", "--output-format", "json").stdout) == []


def test_a_text_on_stdin_takes_the_place_of_its_file(bank: Path) -> None:
    text = (bank / "bank" / "office.py").read_text().replace("self.served += 1", "pass")
    found = run("check", "--stdin-filename", "bank/office.py", "-", "--output-format", "json", stdin=text)
    assert codes(found.stdout) == []
    same = run("check", "--stdin-filename", "bank/office.py", "-", stdin=(bank / "bank" / "office.py").read_bytes())
    assert same.stdout.startswith("bank/office.py:30:13: THR202")


def test_a_text_on_stdin_may_be_nobodys(bank: Path) -> None:
    text = "import threading\nx = 0\ndef f():\n    global x\n    x += 1\n"
    text += "threading.Thread(target=f).start()\nthreading.Thread(target=f).start()\n"
    result = run("check", "-", "--isolated", stdin=text)
    assert result.stdout.startswith("-:5:5: THR201 ")


def test_show_files_lists_what_would_be_checked(bank: Path) -> None:
    (bank / "threadlint.toml").write_text('extend-exclude = ["audit.py"]\n')
    assert run("check", "bank", "--show-files").stdout.split() == [
        "bank/__init__.py", "bank/accounts.py", "bank/ledger.py", "bank/office.py",
    ]  # fmt: skip
    assert run("check", "bank/audit.py", "--show-files").stdout == "bank/audit.py\n"
    assert run("check", "bank/audit.py", "--show-files", "--force-exclude").stdout == ""


# --- formats and destinations -----------------------------------------------------------------------------------


def test_several_formats_go_to_several_places(bank: Path) -> None:
    result = run("check", "bank", "--output-format", "concise", "--output-format", "json:report.json")
    assert result.stdout.startswith(INVERSION)
    assert codes((bank / "report.json").read_text()) == ["THR101", "THR202"]


def test_a_format_for_a_file_alone_leaves_stdout_empty(bank: Path) -> None:
    result = run("check", "bank", "--output-format", "json:report.json")
    assert (result.exit_code, result.stdout) == (1, "")


def test_an_output_file_takes_what_would_go_to_stdout(bank: Path) -> None:
    assert run("check", "bank", "--output-file", "told.txt").stdout == ""
    assert (bank / "told.txt").read_text().startswith(INVERSION)
    assert run("check", "bank", "--output-format", "json", "-o", "told.json").stdout == ""
    assert codes((bank / "told.json").read_text()) == ["THR101", "THR202"]


def test_the_full_format_tells_the_story(bank: Path) -> None:
    text = run("check", "bank", "--output-format", "full").stdout
    assert text.startswith("error[THR101] lock-order-inversion: ")
    assert "::: bank/audit.py:12:10" in text
    assert "\x1b[" not in text
    assert "\x1b[" in run("check", "bank", "--output-format", "full", "--color", "always").stdout


def test_explain_prints_the_page_of_each_rule_once(bank: Path) -> None:
    text = run("check", "bank", "--output-format", "full", "--explain").stdout
    assert text.count("## Why it hurts") == 2


def test_statistics_count_instead_of_telling(bank: Path) -> None:
    text = run("check", "bank", "--statistics").stdout
    assert text.splitlines()[0] == "1\tTHR101\tlock-order-inversion"
    counted = json.loads(run("check", "bank", "--statistics", "--output-format", "json").stdout)
    assert [row["code"] for row in counted] == ["THR101", "THR202"]


def test_quiet_prints_findings_only(bank: Path) -> None:
    lines = run("check", "-q", "bank").stdout.splitlines()
    assert [line.split()[1] for line in lines] == ["THR101", "THR202"]


def test_verbose_tells_on_stderr_how_the_run_went(bank: Path) -> None:
    result = run("check", "-v", "bank")
    assert result.stdout == run("check", "bank").stdout
    assert "configuration: threadlint.toml" in result.stderr
    assert "cache: .threadlint_cache" in result.stderr
    assert "files: 5, of which 4 concern threads" in result.stderr


def test_the_cache_is_where_it_is_wanted_or_nowhere(bank: Path) -> None:
    run("check", "bank", "--no-cache")
    assert not (bank / ".threadlint_cache").exists()
    run("check", "bank", "--cache-dir", "elsewhere")
    assert (bank / "elsewhere" / "facts.sqlite3").exists()
    assert not (bank / ".threadlint_cache").exists()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--output-format", "jsn"], "error: unknown output format `jsn`, did you mean `json`?"),
        (["--output-format", "json", "--output-format", "full"], "`json` and `full` cannot both go to stdout"),
        (["--output-format", "json:a", "--output-format", "full:a"], "`json` and `full` cannot both go to `a`"),
        (["--output-format", "json:no/where.json"], "error: cannot write `no/where.json`: No such file or directory"),
        (["--jobs", "-1"], "Invalid value for '-j' / '--jobs'"),
        (["--jobs", "many"], "'many' is not a valid integer range."),
        (["--fail-on", "never"], "'never' is not one of 'error', 'warning', 'note'"),
        (["--min-confidence", "sure"], "'sure' is not one of"),
        (["--colour", "auto"], "No such option '--colour'. Did you mean '--color'?"),
        (["--stdin-filename", "a.py"], "--stdin-filename belongs to `-`"),
        (["-"], "`-` (stdin) stands alone"),
        (["--target-version", "three"], "error: --target-version: expected a Python version"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_wrong(bank: Path, args: list[str], message: str) -> None:
    code, told = said(run("check", "bank", *args, "--exit-zero"))
    assert code == 2
    assert message in told
