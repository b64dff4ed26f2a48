"""The configuration is found, read and told; what is wrong with it is said exactly."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from threadlint.config import Config, ConfigError, load, settings
from threadlint.config.kinds import lowest_version
from threadlint.model.finding import Confidence


@pytest.fixture(autouse=True)
def in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_without_a_file_the_defaults_are_in_force(tmp_path: Path) -> None:
    config = load()
    assert (config.root, config.file, config.origin) == (tmp_path, None, {})
    assert config.min_confidence is Confidence.MEDIUM
    assert config.exclude == Config().exclude
    assert config.cache_dir == tmp_path / ".threadlint_cache"


def test_every_key_is_read(tmp_path: Path) -> None:
    write(
        tmp_path / "threadlint.toml",
        """
src = ["lib", "."]
exclude = ["a"]
extend-exclude = ["b/"]
select = ["THR1"]
ignore = ["THR101"]
extend-select = ["THR132"]
per-file-ignores = { "tests/" = ["THR3", "THR4"] }
strict = true
min-confidence = "low"
target-version = "3.12"
free-threaded = "both"
assume-threaded = ["shop.*"]
entry-points = ["flask.Flask.route"]
locks = ["shop.FairLock"]
blocking = ["shop.fetch"]
baseline = "known.json"
cache-dir = ".cache/threadlint"
""",
    )
    config = load(tmp_path)
    assert config.src == (tmp_path / "lib", tmp_path)
    assert (config.exclude, config.extend_exclude) == (("a",), ("b/",))
    assert (config.select, config.ignore, config.extend_select) == (("THR1",), ("THR101",), ("THR132",))
    assert config.per_file_ignores == {"tests/": ("THR3", "THR4")}
    assert (config.strict, config.free_threaded) == (True, "both")
    assert (config.min_confidence, config.target_version) == (Confidence.LOW, (3, 12))
    assert (config.assume_threaded, config.entry_points) == (("shop.*",), ("flask.Flask.route",))
    assert (config.locks, config.blocking) == (("shop.FairLock",), ("shop.fetch",))
    assert (config.baseline, config.cache_dir) == (tmp_path / "known.json", tmp_path / ".cache/threadlint")
    assert set(config.origin.values()) == {"threadlint.toml"}
    assert len(config.origin) == len(settings(config))


def test_the_closest_file_wins_and_nothing_is_merged(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", '[tool.threadlint]\nstrict = true\nselect = ["THR1"]\n')
    write(tmp_path / "inner/.threadlint.toml", 'select = ["THR2"]\n')
    config = load(tmp_path / "inner" / "deep" / "missing.py")
    assert (config.select, config.strict, config.root) == (("THR2",), False, tmp_path / "inner")


def test_in_one_folder_its_own_file_wins(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", '[tool.threadlint]\nselect = ["THR1"]\n')
    write(tmp_path / ".threadlint.toml", 'select = ["THR2"]\n')
    assert load().select == ("THR2",)
    write(tmp_path / "threadlint.toml", 'select = ["THR3"]\n')
    assert load().select == ("THR3",)


def test_a_pyproject_without_our_table_is_passed_by(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", "[tool.threadlint]\nstrict = true\n")
    write(tmp_path / "inner/pyproject.toml", '[project]\ndependencies = ["threadlint"]\n')
    assert load(tmp_path / "inner").root == tmp_path


def test_a_broken_pyproject_that_is_not_ours_does_not_stop_us(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", "[broken\nrequires-python = 3\n")
    assert load().target_version is None


@pytest.mark.parametrize(
    ("requirement", "lowest"),
    [
        (">=3.9", (3, 9)),
        (">=3.9,<4", (3, 9)),
        ("~=3.10", (3, 10)),
        ("==3.11.*", (3, 11)),
        (">3.8, !=3.9.1", (3, 8)),
        ("<4,>=3.10.2", (3, 10)),
        (">=3", (3, 0)),
        ("<3.12", None),
        ("", None),
        (3, None),
    ],
)
def test_the_target_falls_back_to_requires_python(
    tmp_path: Path, requirement: object, lowest: tuple[int, int] | None
) -> None:
    assert lowest_version(requirement) == lowest
    if isinstance(requirement, str):
        write(tmp_path / "pyproject.toml", f'[project]\nrequires-python = "{requirement}"\n')
        config = load()
        assert config.target_version == lowest
        assert config.origin.get("target-version") == (lowest and "`requires-python` in pyproject.toml")


def test_a_configured_target_wins_over_requires_python(tmp_path: Path) -> None:
    text = '[project]\nrequires-python = ">=3.9"\n[tool.threadlint]\ntarget-version = "py313"\n'
    write(tmp_path / "pyproject.toml", text)
    assert load().target_version == (3, 13)


def test_flags_win_over_the_file_and_count_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "threadlint.toml", 'select = ["THR1"]\nmin-confidence = "high"\nbaseline = "a.json"\n')
    monkeypatch.chdir(write(tmp_path / "sub/x.py", "").parent)
    flags = {"select": ["THR2,THR3"], "min_confidence": "low", "baseline": Path("b.json"), "ignore": None}
    config = load(overrides=flags)
    assert config.select == ("THR2", "THR3")
    assert config.min_confidence is Confidence.LOW
    assert config.baseline == tmp_path / "sub/b.json"
    assert config.root == tmp_path
    assert config.origin["min-confidence"] == "--min-confidence"
    assert "ignore" not in config.origin


def test_the_flag_assume_threaded_means_everything() -> None:
    assert load(overrides={"assume_threaded": True}).assume_threaded == ("*",)


def test_another_file_can_be_named(tmp_path: Path) -> None:
    write(tmp_path / "threadlint.toml", "strict = true\n")
    write(tmp_path / "other/ours.toml", 'select = ["THR2"]\n')
    config = load(explicit=Path("other/ours.toml"))
    assert (config.strict, config.select, config.root) == (False, ("THR2",), tmp_path / "other")


def test_lines_of_toml_win_over_the_file(tmp_path: Path) -> None:
    write(tmp_path / "threadlint.toml", 'min-confidence = "high"\nselect = ["THR1"]\n')
    config = load(explicit=["min-confidence = 'low'"])
    assert (config.min_confidence, config.select) == (Confidence.LOW, ("THR1",))
    assert config.origin == {"min-confidence": "--config", "select": "threadlint.toml"}


def test_isolated_reads_no_file(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", '[project]\nrequires-python = ">=3.9"\n[tool.threadlint]\nstrict = true\n')
    config = load(isolated=True, explicit="min-confidence = 'low'")
    assert (config.strict, config.target_version, config.file) == (False, None, None)
    assert config.min_confidence is Confidence.LOW


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("selct = []", "unknown key `selct`, did you mean `select`?"),
        ("min_confidence = 'low'", "unknown key `min_confidence`, did you mean `min-confidence`?"),
        ("xyzzy = 1", "unknown key `xyzzy`"),
        ("min-confidence = 'hgh'", "`min-confidence`: expected one of `low`, `medium`, `high`, got `hgh`"),
        ("strict = 1", "`strict`: expected `true` or `false`, got `1`"),
        ("strict = 'yes'", "`strict`: expected `true` or `false`, got `yes`"),
        ("select = 'THR1'", "`select`: expected a list of strings, got `THR1`"),
        ("select = ['THR1', 2]", "`select[1]`: expected a string, got `2`"),
        ("select = ['']", "`select[0]`: expected a string that is not empty, got ``"),
        ("src = {a = 1}", "`src`: expected a list of strings, got a table"),
        ("baseline = ['x']", "`baseline`: expected a string, got a list"),
        ("per-file-ignores = ['x']", "`per-file-ignores`: expected a table of lists of strings, got a list"),
        (
            "per-file-ignores = {'tests/' = 'THR1'}",
            '`per-file-ignores."tests/"`: expected a list of strings, got `THR1`',
        ),
        (
            "per-file-ignores = {'tests/' = ['THR1', true]}",
            '`per-file-ignores."tests/"[1]`: expected a string, got `true`',
        ),
        ("target-version = 3.11", '`target-version`: expected a Python version such as `"3.11"`, got `3.11`'),
        ("target-version = 'new'", '`target-version`: expected a Python version such as `"3.11"`, got `new`'),
        ("free-threaded = 'yes'", '`free-threaded`: expected `false`, `true` or `"both"`, got `yes`'),
    ],
)
def test_a_wrong_value_is_told_with_file_key_and_what_was_expected(tmp_path: Path, text: str, message: str) -> None:
    write(tmp_path / "threadlint.toml", text)
    with pytest.raises(ConfigError) as raised:
        load()
    assert str(raised.value) == f"threadlint.toml: {message}"
    assert raised.value.file == "threadlint.toml"
    write(tmp_path / "pyproject.toml", f"[tool.threadlint]\n{text}")
    (tmp_path / "threadlint.toml").unlink()
    with pytest.raises(ConfigError) as raised:
        load()
    assert str(raised.value) == f"pyproject.toml: {message}"


def test_a_wrong_flag_is_told_as_a_flag() -> None:
    with pytest.raises(ConfigError) as raised:
        load(overrides={"min_confidence": "hgh"})
    assert str(raised.value) == "--min-confidence: expected one of `low`, `medium`, `high`, got `hgh`"
    with pytest.raises(ConfigError) as raised:
        load(explicit="selct = []")
    assert str(raised.value) == "--config: unknown key `selct`, did you mean `select`?"


def test_invalid_toml_is_told_with_its_line(tmp_path: Path) -> None:
    write(tmp_path / "threadlint.toml", "strict = true\nselect = [\n  'a' 'b']\n")
    with pytest.raises(ConfigError) as raised:
        load()
    assert str(raised.value) == "threadlint.toml: is not valid TOML: Unclosed array (at line 3, column 7)"


def test_a_file_that_is_not_utf8_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "threadlint.toml").write_bytes(b"strict = true\n# caf\xe9\n")
    with pytest.raises(ConfigError) as raised:
        load()
    assert str(raised.value) == "threadlint.toml: is not UTF-8 (byte 19, line 2)"


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "threadlint.toml").write_bytes(b"\xef\xbb\xbfstrict = true\n")
    assert load().strict


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("nowhere.toml", "nowhere.toml: no such file"),
        ("folder.toml", "folder.toml: is a folder, expected a TOML file"),
        ("pyproject.toml", "pyproject.toml: has no table `[tool.threadlint]`"),
    ],
)
def test_a_named_file_must_be_one(tmp_path: Path, named: str, message: str) -> None:
    (tmp_path / "folder.toml").mkdir()
    write(tmp_path / "pyproject.toml", "[project]\n")
    with pytest.raises(ConfigError) as raised:
        load(explicit=named)
    assert str(raised.value) == message


def test_a_folder_of_that_name_is_no_configuration(tmp_path: Path) -> None:
    (tmp_path / "threadlint.toml").mkdir()
    assert load().file is None


def test_one_file_at_most_can_be_named_and_none_when_isolated(tmp_path: Path) -> None:
    write(tmp_path / "a.toml", "")
    with pytest.raises(ConfigError, match="two configuration files"):
        load(explicit=["a.toml", "b.toml"])
    with pytest.raises(ConfigError, match="`--isolated` reads none"):
        load(explicit="a.toml", isolated=True)


def test_a_file_outside_the_working_directory_is_told_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "threadlint.toml", "selct = 1")
    monkeypatch.chdir(write(tmp_path / "sub/x", "").parent)
    with pytest.raises(ConfigError) as raised:
        load()
    assert str(raised.value).startswith(f"{file.as_posix()}: unknown key")


def test_the_defaults_need_no_toml_parser() -> None:
    code = (
        "import sys; from threadlint.config import load; load(); "
        "assert not {'tomllib', 'libcst', 'click', 'rich', 'difflib', 'pathspec'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("pkg.*", "pkg.mod", True),
        ("pkg.*", "pkg.mod.sub", True),
        ("pkg.*", "pkg.mod.Class.method", True),
        ("pkg.*", "pkg", False),
        ("pkg.*", "pkgs.mod", False),
        ("pkg", "pkg", True),
        ("pkg", "pkg.mod.function", True),
        ("pkg", "pkgs", False),
        ("pkg.mod.Cache", "pkg.mod.Cache.get", True),
        ("pkg.mod.Cache", "pkg.mod", False),
        ("*", "anything.at.all", True),
        ("*.cache", "shop.cache.get", True),
    ],
)
def test_a_pattern_fits_a_name_and_what_is_below_it(pattern: str, name: str, fits: bool) -> None:
    assert Config(assume_threaded=(pattern,)).assumes_threaded(name) is fits


@pytest.mark.parametrize(
    ("pattern", "module", "may"),
    [
        ("pkg.mod.Cache.get", "pkg.mod", True),
        ("pkg.mod.Cache.get", "pkg.other", False),
        ("pkg.*", "pkg", True),
        ("pkg.*", "pkg.mod", True),
        ("pkg.*", "other", False),
        ("*", "other", True),
    ],
)
def test_a_module_is_of_interest_if_something_in_it_may_be_assumed(pattern: str, module: str, may: bool) -> None:
    assert Config(assume_threaded=(pattern,)).may_assume_threaded_in(module) is may
