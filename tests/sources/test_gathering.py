"""The texts of a program: what is read, what is kept, and what is to be judged."""
from __future__ import annotations

from pathlib import Path

import pytest

from threadlint.config import Config
from threadlint.sources import ColdSource, MissingPathError, gather, screen_again

from .trees import COLD, HOT, grow_tree, modules

PROJECT = {
    "pyproject.toml": "",
    "src/shop/__init__.py": "",
    "src/shop/till.py": HOT,
    "src/shop/price.py": COLD,
    "tests/test_till.py": HOT,
}


@pytest.fixture
def project(tmp_path: Path) -> Config:
    grow_tree(tmp_path, PROJECT)
    return Config(src=(tmp_path / "src",), root=tmp_path)


def test_hot_files_are_read_and_cold_ones_kept(tmp_path: Path, project: Config) -> None:
    gathered = gather(["src"], project)
    (hot,) = gathered.hot
    assert (hot.path, hot.module, hot.text, hot.hot) == ("src/shop/till.py", "shop.till", HOT, True)
    assert sorted(gathered.cold) == ["shop", "shop.price"]
    assert (gathered.files, gathered.partial) == (3, False)
    cold = gathered.cold["shop.price"].read()
    assert (cold.text, cold.hot, cold.is_package) == (COLD, False, False)
    assert gathered.cold["shop"].read().is_package


def test_without_paths_the_configured_src_is_taken_else_the_working_directory(tmp_path: Path, project: Config) -> None:
    assert set(modules(gather([], project))) == {path for path in PROJECT if path.startswith("src/")}
    assert "tests/test_till.py" in modules(gather([], Config()))


def test_cold_files_that_show_a_word_become_hot(project: Config) -> None:
    gathered = gather(["src"], project)
    assert gathered.grow(["missing"]) == []
    (grown,) = gathered.grow(["answer"])
    assert (grown.path, grown.hot) == ("src/shop/price.py", True)
    assert [each.path for each in gathered.hot] == ["src/shop/price.py", "src/shop/till.py"]
    assert "shop.price" not in gathered.cold
    assert gathered.grow(["answer"]) == []
    assert gathered.files == 3


def test_cold_modules_that_are_asked_for_become_hot(project: Config) -> None:
    gathered = gather(["src"], project)
    demanded = gathered.demand(["shop.price", "shop", "os", "shop.till"])
    assert [each.module for each in demanded] == ["shop", "shop.price"]
    assert gathered.cold == {}


def test_screening_again_is_by_path() -> None:
    cold = [ColdSource(f"{name}.py", name, False, b"class A(Worker): ...") for name in "ba"]
    assert [each.path for each in screen_again(cold, frozenset({"Worker"}))] == ["a.py", "b.py"]
    assert screen_again(cold, frozenset()) == []


def test_of_a_single_file_the_program_is_what_it_is_part_of(project: Config) -> None:
    gathered = gather(["src/shop/price.py"], project)
    assert set(modules(gathered)) == {path for path in PROJECT if path.startswith("src/")}
    assert gathered.given == {"src/shop/price.py"}
    assert not gathered.partial


def test_a_given_folder_is_the_program(project: Config) -> None:
    gathered = gather(["tests"], project)
    assert set(modules(gathered)) == gathered.given == {"tests/test_till.py"}


def test_the_whole_program_can_be_asked_for(project: Config) -> None:
    gathered = gather(["tests/test_till.py"], project, program="whole")
    assert set(modules(gathered)) == {path for path in PROJECT if path.endswith(".py")}
    assert gathered.given == {"tests/test_till.py"}


def test_a_part_can_be_asked_for_and_is_told_as_such(project: Config) -> None:
    gathered = gather(["src/shop/till.py"], project, program="given")
    assert modules(gathered) == {"src/shop/till.py": "shop.till"}
    assert gathered.partial
    assert not gather(["src"], project).partial
    assert not gather(["."], project).partial


@pytest.mark.parametrize("given", ["src/shop/till.py", "src/shop", "src", "."])
def test_a_module_has_one_name_however_its_file_was_given(project: Config, given: str) -> None:
    assert modules(gather([given], project))["src/shop/till.py"] == "shop.till"


def test_without_a_configured_src_the_project_is_the_whole(tmp_path: Path) -> None:
    grow_tree(tmp_path, {"setup.py": "", "a.py": HOT, "in/b.py": HOT})
    gathered = gather(["a.py"], Config(), program="whole")
    assert set(modules(gathered)) == {"a.py", "in/b.py", "setup.py"}
    grow_tree(tmp_path, {"src/c.py": ""})
    assert set(modules(gather(["a.py"], Config(), program="whole"))) == {"a.py", "src/c.py"}


def test_around_a_lone_file_nothing_is_searched_but_its_package(tmp_path: Path) -> None:
    grow_tree(tmp_path, {"a.py": HOT, "other/b.py": HOT, "pkg/__init__.py": "", "pkg/c.py": HOT, "pkg/d.py": HOT})
    alone = gather(["a.py"], Config(), program="whole")
    assert (modules(alone), alone.partial) == ({"a.py": "a"}, True)
    packaged = gather(["pkg/c.py"], Config(), program="whole")
    assert (set(modules(packaged)), packaged.partial) == ({"pkg/__init__.py", "pkg/c.py", "pkg/d.py"}, False)


def test_a_file_outside_the_project_is_not_part_of_it(tmp_path: Path, project: Config) -> None:
    outside = grow_tree(tmp_path.parent / f"{tmp_path.name}-outside", {"x.py": HOT}) / "x.py"
    assert list(modules(gather([outside], project, program="whole"))) == [outside.as_posix()]


def test_an_open_buffer_is_laid_over_its_file(tmp_path: Path, project: Config) -> None:
    overlay = {"src/shop/price.py": HOT, str(tmp_path / "src/shop/till.py"): COLD}
    gathered = gather(["src"], project, overlay=overlay)
    assert {each.path: each.text for each in gathered.hot} == {"src/shop/price.py": HOT}
    assert gathered.cold["shop.till"].read().text == COLD


def test_an_open_buffer_need_not_be_on_disk(project: Config) -> None:
    overlay = {"src/shop/fresh.py": HOT, "elsewhere/x.py": HOT, "src/notes.txt": HOT}
    assert modules(gather(["src"], project, overlay=overlay))["src/shop/fresh.py"] == "shop.fresh"
    assert "elsewhere/x.py" not in modules(gather(["src"], project, overlay=overlay))
    gathered = gather(["src/shop/fresh.py"], project, overlay=overlay)
    assert gathered.given == {"src/shop/fresh.py"}
    assert "src/shop/till.py" in modules(gathered)


def test_stdin_is_laid_over_the_name_it_goes_by(project: Config) -> None:
    gathered = gather(["-"], project, stdin="import threading as t\n", stdin_filename="src/shop/till.py")
    assert gathered.given == {"src/shop/till.py"}
    assert {each.path: each.text for each in gathered.hot} == {"src/shop/till.py": "import threading as t\n"}
    assert "shop.price" in gathered.cold


def test_nameless_stdin_is_printed_as_a_dash(tmp_path: Path) -> None:
    (source,) = gather(["-"], Config(), stdin=b"import threading as t\n").hot
    assert (source.path, source.text) == ("-", "import threading as t\n")


def test_a_dash_without_stdin_stands_for_the_buffers(tmp_path: Path) -> None:
    assert gather(["-"], Config(), overlay={"stdin": HOT}).given == {"stdin"}


def test_stdin_of_an_excluded_name_is_left_out_when_forced(tmp_path: Path) -> None:
    gathered = gather(["-"], Config(), stdin=HOT, stdin_filename="build/x.py", force_exclude=True)
    assert (gathered.files, gathered.given) == (0, frozenset())
    assert gather(["-"], Config(), stdin=HOT, stdin_filename="build/x.py").given == {"build/x.py"}


def test_when_everything_given_is_excluded_nothing_is_read(project: Config) -> None:
    gathered = gather(["build/x.py"], project, overlay={"build/x.py": HOT}, force_exclude=True, program="whole")
    assert gathered.files == 0


def test_unreadable_files_are_told_though_nobody_knows_whether_they_are_hot(tmp_path: Path) -> None:
    grow_tree(tmp_path, {"a.py": b"x = '\xff'\n", "b.py": b"# coding: nonsense\n", "c.py": b"\0", "d.py": COLD})
    gathered = gather(["."], Config())
    assert [each.path for each in gathered.hot if each.failure] == ["a.py", "b.py", "c.py"]
    assert list(gathered.cold) == ["d"]


def test_a_text_in_another_encoding_is_screened_as_a_text(tmp_path: Path) -> None:
    text = "# coding: utf-7\nwith self._lock: pass\n"
    grow_tree(tmp_path, {"a.py": text.encode("utf-7"), "b.py": "# coding: latin-1\n'é'\n".encode("latin-1")})
    gathered = gather(["."], Config())
    assert [each.path for each in gathered.hot] == ["a.py"]
    assert gathered.cold["b"].read().text == "# coding: latin-1\n'é'\n"


def test_modules_that_are_assumed_to_be_threaded_are_hot_as_they_stand(project: Config) -> None:
    def hot(pattern: str) -> list[str]:
        config = Config(src=project.src, root=project.root, assume_threaded=(pattern,))
        return [each.module for each in gather(["src"], config).hot]

    assert hot("shop.price") == hot("shop.price.total") == ["shop", "shop.price", "shop.till"]
    assert hot("shop.till") == ["shop", "shop.till"]  # for all we know `till` is a class of `shop`
    assert hot("other") == ["shop.till"]
    assert hot("*") == ["shop", "shop.price", "shop.till"]


def test_configured_locks_and_entry_points_are_words_of_concurrency(tmp_path: Path) -> None:
    grow_tree(tmp_path, {"a.py": "@app.route('/')\ndef f(): pass\n", "b.py": "guard = FairLatch()\n", "c.py": COLD})
    config = Config(entry_points=("flask.Flask.route",), locks=("shop.FairLatch",))
    assert [each.module for each in gather(["."], config).hot] == ["a", "b"]
    assert gather(["."], Config()).hot == []


def test_a_missing_path_is_refused(project: Config) -> None:
    with pytest.raises(MissingPathError):
        gather(["src", "sorce"], project)


def test_the_order_of_paths_does_not_matter(project: Config) -> None:
    there, back = (gather(paths, project) for paths in (["src", "tests"], ["tests", "src", "tests"]))
    assert there.hot == back.hot
    assert list(modules(there).items()) == list(modules(back).items())


def test_warnings_are_handed_on(tmp_path: Path) -> None:
    grow_tree(tmp_path, {"docs/": ""})
    assert gather(["docs"], Config()).warnings == ("no Python file in `docs`",)


def test_a_file_beside_the_sources_brings_its_own_neighbours(tmp_path: Path) -> None:
    grow_tree(
        tmp_path,
        {
            "src/shop.py": HOT,
            "examples/bank/office.py": HOT,
            "examples/bank/audit.py": HOT,
            "notes.py": HOT,
        },
    )
    gathered = gather(["examples/bank/audit.py"], Config(root=tmp_path, src=(tmp_path / "src",)), program="whole")
    assert [each.path for each in gathered.hot] == ["examples/bank/audit.py", "examples/bank/office.py", "src/shop.py"]
    assert gathered.given == {"examples/bank/audit.py"}
