"""The page about the configuration, and the settings in force."""
from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from threadlint.config import Config, documentation, load, page, settings

ROOT = Path(__file__).parents[2]
KEYS = [
    "src", "exclude", "extend-exclude", "select", "ignore", "extend-select", "per-file-ignores", "strict",
    "min-confidence", "target-version", "free-threaded", "assume-threaded", "entry-points", "locks", "blocking",
    "baseline", "cache-dir",
]  # fmt: skip


def test_the_page_is_fresh() -> None:
    assert (ROOT / "docs" / "configuration.md").read_text("utf-8") == page()


def test_every_key_of_the_contract_is_documented() -> None:
    assert [each.key for each in documentation()] == KEYS
    assert all(each.prose.endswith(".") and each.type for each in documentation())


@pytest.mark.parametrize("told", documentation(), ids=lambda told: told.key)
def test_each_example_is_a_valid_line_of_its_key(told: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    key, example = told.key, told.example  # type: ignore[attr-defined]
    assert list(tomllib.loads(example)) == [key]
    (tmp_path / "threadlint.toml").write_text(example, "utf-8")
    assert list(load().origin) == [key]


def test_the_settings_in_force_are_told_as_toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = 'src = ["lib"]\nper-file-ignores = { "a \\"b\\"" = ["THR1"] }\nstrict = true\ntarget-version = "3.12"\n'
    (tmp_path / "threadlint.toml").write_text(text, "utf-8")
    told = settings(load(overrides={"ignore": "THR2"}))
    assert [each.key for each in told] == KEYS
    written = {each.key: each.value for each in told if each.origin == "threadlint.toml"}
    assert tomllib.loads("\n".join(f"{key} = {value}" for key, value in written.items())) == tomllib.loads(text)
    by_key = {each.key: each for each in told}
    assert by_key["ignore"][1:] == ('["THR2"]', "--ignore")
    assert by_key["select"][1:] == ("[]", "default")
    assert by_key["cache-dir"][1:] == ('".threadlint_cache"', "default")


def test_a_configuration_is_frozen() -> None:
    with pytest.raises(AttributeError):
        Config().strict = True  # type: ignore[misc]
