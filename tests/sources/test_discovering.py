"""Which files are found below given paths."""
from __future__ import annotations

import os
from pathlib import Path

import pytest

from threadlint.config import Config, load
from threadlint.sources import MissingPathError, discover

from .trees import grow_tree


def found(*paths: str, config: Config | None = None, force_exclude: bool = False) -> list[str]:
    return [each.path for each in discover(paths, config or Config(), force_exclude).files]


def test_python_files_stubs_and_notebooks_are_found(tmp_path: Path) -> None:
    names = ["a.py", "b.pyi", "c.ipynb", "d.txt", "script", "e/f.py", "g.pyc"]
    grow_tree(tmp_path, dict.fromkeys(names, ""))
    assert found(".") == ["a.py", "b.pyi", "c.ipynb", "e/f.py"]


def test_a_script_without_an_ending_is_taken_when_it_is_named(tmp_path: Path) -> None:
    grow_tree(tmp_path, {"bin/serve": "", "bin/a.py": ""})
    assert found("bin", "bin/serve") == ["bin/a.py", "bin/serve"]


def test_a_folder_called_like_a_module_is_a_folder(tmp_path: Path) -> None:
    grow_tree(tmp_path, {"odd.py/inner.py": ""})
    assert found(".") == ["odd.py/inner.py"]


def test_a_missing_path_is_refused() -> None:
    with pytest.raises(MissingPathError, match=r"^no such file or folder: `nowhere/x\.py`$"):
        discover(["nowhere/x.py"], Config())


def test_a_folder_without_python_is_worth_a_warning(tmp_path: Path) -> None:
    grow_tree(tmp_path, {"docs/a.txt": "", "code/a.py": ""})
    assert discover(["docs", "code"], Config()).warnings == ("no Python file in `docs`",)
    assert discover(["code", "code"], Config()).warnings == ()


def test_paths_are_printed_from_the_working_directory_else_in_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow_tree(tmp_path, {"here/a.py": "", "there/b.py": ""})
    monkeypatch.chdir(tmp_path / "here")
    assert found(str(tmp_path / "here"), "../there") == [(tmp_path / "there/b.py").as_posix(), "a.py"]


def test_the_customary_folders_are_not_visited(tmp_path: Path) -> None:
    folders = [".venv", "build", "node_modules", "x/.git", "x/site-packages"]
    grow_tree(tmp_path, {f"{folder}/a.py": "" for folder in folders})
    grow_tree(tmp_path, {"builder/a.py": "", "x/a.py": ""})
    assert found(".") == ["builder/a.py", "x/a.py"]


def test_a_given_folder_is_visited_whatever_it_is_called_or_lies_in(tmp_path: Path) -> None:
    grow_tree(tmp_path, {".venv/site-packages/pkg/a.py": "", ".venv/site-packages/pkg/build/b.py": ""})
    assert found(".venv/site-packages") == [".venv/site-packages/pkg/a.py"]


def test_exclude_replaces_the_list_and_extend_exclude_adds_to_it(tmp_path: Path) -> None:
    grow_tree(tmp_path, {"build/a.py": "", "gen/a.py": "", "gen/a_pb2.py": "", "gen/deep/b.py": "", "gen.py": ""})
    assert found(".", config=Config(exclude=("gen",))) == ["build/a.py", "gen.py"]
    assert found(".", config=Config(extend_exclude=("gen/",))) == ["gen.py"]
    assert found(".", config=Config(extend_exclude=("*_pb2.py",))) == ["gen.py", "gen/a.py", "gen/deep/b.py"]
    assert found(".", config=Config(extend_exclude=("/gen/deep",))) == ["gen.py", "gen/a.py", "gen/a_pb2.py"]
    assert found(".", config=Config(extend_exclude=("gen/*", "!gen/a.py"))) == ["gen.py", "gen/a.py"]


def test_patterns_count_from_the_configurations_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grow_tree(tmp_path, {"threadlint.toml": 'extend-exclude = ["sub/old/*.py"]', "sub/old/a.py": "", "sub/b.py": ""})
    monkeypatch.chdir(tmp_path / "sub")
    assert found(".", config=load()) == ["b.py"]


def test_a_given_file_is_taken_even_if_it_is_excluded_unless_forced(tmp_path: Path) -> None:
    grow_tree(tmp_path, {".git/": "", ".gitignore": "made.py\n", "made.py": "", "build/lib/a.py": "", "b.py": ""})
    given = ["made.py", "build/lib/a.py", "b.py"]
    assert found(*given) == ["b.py", "build/lib/a.py", "made.py"]
    assert found(*given, force_exclude=True) == ["b.py"]
    assert found("build", force_exclude=True) == []


def test_forced_exclusion_does_not_look_above_the_configurations_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow_tree(tmp_path, {"build/project/a.py": ""})
    monkeypatch.chdir(tmp_path / "build/project")
    assert found("a.py", ".", force_exclude=True) == ["a.py"]


def test_nested_gitignore_files_are_honoured_and_the_nearest_decides(tmp_path: Path) -> None:
    files = {
        ".git/": "",
        ".gitignore": "*_gen.py\n/top/\n!kept_gen.py\n# comment\n\n",
        "a_gen.py": "",
        "kept_gen.py": "",
        "top/a.py": "",
        "in/top/b.py": "",
        "in/.gitignore": "!b_gen.py\nlocal.py\n",
        "in/a_gen.py": "",
        "in/b_gen.py": "",
        "in/local.py": "",
        "out/local.py": "",
    }
    grow_tree(tmp_path, files)
    assert found(".") == ["in/b_gen.py", "in/top/b.py", "kept_gen.py", "out/local.py"]


def test_nothing_comes_back_from_an_ignored_folder(tmp_path: Path) -> None:
    grow_tree(tmp_path, {".git/": "", ".gitignore": "made/\n!made/a.py\n", "made/a.py": "", "made/.gitignore": "!*\n"})
    assert found(".") == []


def test_the_ignore_files_above_a_given_folder_count_up_to_the_repository(tmp_path: Path) -> None:
    grow_tree(tmp_path, {".gitignore": "*.py\n", "repo/.git/": "", "repo/.gitignore": "a.py\n"})
    grow_tree(tmp_path, {"repo/in/a.py": "", "repo/in/b.py": ""})
    assert found("repo/in") == ["repo/in/b.py"]


def test_without_a_repository_only_ignore_files_inside_count(tmp_path: Path) -> None:
    grow_tree(tmp_path, {".gitignore": "*.py\n", "in/.gitignore": "b.py", "in/a.py": "", "in/b.py": ""})
    assert found("in") == ["in/a.py"]


def test_a_given_folder_that_git_ignores_is_visited(tmp_path: Path) -> None:
    grow_tree(tmp_path, {".git/": "", ".gitignore": "made/\n", "made/in/a.py": "", "b.py": ""})
    assert found("made/in") == ["made/in/a.py"]
    assert found(".") == ["b.py"]


def test_what_git_excludes_in_private_is_not_visited(tmp_path: Path) -> None:
    grow_tree(tmp_path, {".git/info/exclude": "mine.py\n", "mine.py": "", "ours.py": "", "in/mine.py": ""})
    assert found(".") == ["ours.py"]
    assert discover(["in"], Config()).warnings == ("no Python file in `in`",)


def test_a_broken_pattern_does_not_switch_off_the_others(tmp_path: Path) -> None:
    grow_tree(tmp_path, {".gitignore": "!\na.py\n", "a.py": "", "b.py": ""})
    assert found(".") == ["b.py"]


def test_a_loop_of_links_is_survived(tmp_path: Path) -> None:
    grow_tree(tmp_path, {"pkg/a.py": ""})
    (tmp_path / "pkg/again").symlink_to(tmp_path / "pkg", target_is_directory=True)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "self.py").symlink_to(tmp_path / "self.py")
    (tmp_path / "nowhere.py").symlink_to(tmp_path / "gone.py")
    assert found(".") == ["pkg/a.py"]


def test_a_file_that_is_reached_twice_is_found_once_under_its_real_path(tmp_path: Path) -> None:
    grow_tree(tmp_path, {"real/z.py": "", "other/x.py": ""})
    (tmp_path / "a_link.py").symlink_to(tmp_path / "real/z.py")
    (tmp_path / "a_folder").symlink_to(tmp_path / "real", target_is_directory=True)
    assert found(".", "real", "real/z.py", str(tmp_path)) == ["other/x.py", "real/z.py"]
    assert found("a_folder", "real") == ["a_folder/z.py"]


def test_links_are_followed_out_of_the_folder(tmp_path: Path) -> None:
    grow_tree(tmp_path, {"shared/a.py": "", "shared/b.py": "", "program/c.py": ""})
    (tmp_path / "program/one").symlink_to(tmp_path / "shared", target_is_directory=True)
    (tmp_path / "program/two").symlink_to(tmp_path / "shared", target_is_directory=True)
    (tmp_path / "program/b.py").symlink_to(tmp_path / "shared/b.py")
    assert found("program") == ["program/c.py", "program/one/a.py", "program/one/b.py"]


def test_a_pipe_is_no_file_of_a_folder(tmp_path: Path) -> None:
    grow_tree(tmp_path, {"a.py": ""})
    os.mkfifo(tmp_path / "pipe.py")
    assert found(".") == ["a.py"]

