"""Under which name a file is imported."""
from __future__ import annotations

from pathlib import Path

from threadlint.config import Config
from threadlint.sources import discover, name_modules

from .trees import grow_tree


def names(tmp_path: Path, files: list[str], *given: str, src: tuple[str, ...] = ()) -> dict[str, str]:
    grow_tree(tmp_path, dict.fromkeys(files, ""))
    config = Config(src=tuple(tmp_path / each for each in src), exclude=())
    return {
        each.found.path: each.module for each in name_modules(discover(given or ["."], config).files, config)
    }  # fmt: skip


def test_a_package_is_named_from_its_top(tmp_path: Path) -> None:
    files = ["lib/pkg/__init__.py", "lib/pkg/sub/__init__.py", "lib/pkg/sub/mod.py", "lib/pkg/__main__.py"]
    expected = {
        "lib/pkg/__init__.py": "pkg",
        "lib/pkg/__main__.py": "pkg.__main__",
        "lib/pkg/sub/__init__.py": "pkg.sub",
        "lib/pkg/sub/mod.py": "pkg.sub.mod",
    }
    assert names(tmp_path, files) == expected
    assert names(tmp_path, files, "lib/pkg/sub") == {k: v for k, v in expected.items() if "sub" in k}
    assert names(tmp_path, files, "lib/pkg/sub/mod.py") == {"lib/pkg/sub/mod.py": "pkg.sub.mod"}


def test_a_package_knows_that_it_is_one(tmp_path: Path) -> None:
    grow_tree(tmp_path, {"pkg/__init__.py": "", "pkg/a.py": ""})
    named = name_modules(discover(["."], Config()).files, Config())
    assert [(each.module, each.is_package) for each in named] == [("pkg", True), ("pkg.a", False)]


def test_a_src_layout_is_named_from_below_src(tmp_path: Path) -> None:
    files = ["src/pkg/__init__.py", "src/ns/mod.py", "src/single.py", "tests/test_it.py"]
    assert names(tmp_path, files) == {
        "src/ns/mod.py": "ns.mod",
        "src/pkg/__init__.py": "pkg",
        "src/single.py": "single",
        "tests/test_it.py": "tests.test_it",
    }


def test_a_namespace_package_counts_from_the_given_folder(tmp_path: Path) -> None:
    files = ["app/ns/a.py", "app/ns/deep/b.py"]
    assert names(tmp_path, files, "app") == {"app/ns/a.py": "ns.a", "app/ns/deep/b.py": "ns.deep.b"}


def test_packages_that_import_themselves_by_a_longer_name_lie_in_a_namespace(tmp_path: Path) -> None:
    grow_tree(
        tmp_path,
        {
            "acme/cloud/queue_v1/__init__.py": "from acme.cloud.queue_v1.client import Client\n",
            "acme/cloud/queue_v1/client.py": "class Client: pass\n",
            "acme/cloud/queue/__init__.py": "",
            "examples/demo/__init__.py": "import demo.other\n",
        },
    )
    assert {each.found.path: each.module for each in name_modules(discover(["."], Config()).files, Config())} == {
        "acme/cloud/queue/__init__.py": "acme.cloud.queue",
        "acme/cloud/queue_v1/__init__.py": "acme.cloud.queue_v1",
        "acme/cloud/queue_v1/client.py": "acme.cloud.queue_v1.client",
        "examples/demo/__init__.py": "demo",
    }


def test_a_configured_root_says_that_folders_are_namespace_packages(tmp_path: Path) -> None:
    files = ["lib/ns/pkg/__init__.py", "lib/ns/pkg/a.py", "plugins/ns/b.py", "tools/c.py"]
    assert names(tmp_path, files, src=("lib", "plugins")) == {
        "lib/ns/pkg/__init__.py": "ns.pkg",
        "lib/ns/pkg/a.py": "ns.pkg.a",
        "plugins/ns/b.py": "ns.b",
        "tools/c.py": "tools.c",
    }


def test_the_innermost_of_several_roots_counts(tmp_path: Path) -> None:
    assert names(tmp_path, ["a/b/m.py", "a/n.py"], src=("a", "a/b")) == {"a/b/m.py": "m", "a/n.py": "n"}


def test_a_root_that_is_a_package_counts_from_where_it_lies(tmp_path: Path) -> None:
    files = ["shop/__init__.py", "shop/till.py"]
    expected = {"shop/__init__.py": "shop", "shop/till.py": "shop.till"}
    assert names(tmp_path, files, src=("shop",)) == expected
    assert names(tmp_path, files, "shop") == expected


def test_a_plain_folder_inside_a_package_belongs_to_it(tmp_path: Path) -> None:
    files = ["libs/pkg/__init__.py", "libs/pkg/plain/mod.py"]
    assert names(tmp_path, files)["libs/pkg/plain/mod.py"] == "pkg.plain.mod"


def test_a_lone_file_is_named_from_the_project(tmp_path: Path) -> None:
    assert names(tmp_path, ["scripts/run.py"], "scripts/run.py") == {"scripts/run.py": "scripts.run"}


def test_scripts_are_named_after_their_file(tmp_path: Path) -> None:
    assert names(tmp_path, ["bin/serve.sh", "my-tool.v2.py"], "bin/serve.sh", "my-tool.v2.py") == {
        "bin/serve.sh": "bin.serve_sh",
        "my-tool.v2.py": "my-tool_v2",
    }


def test_of_a_module_and_its_stub_the_module_has_the_name(tmp_path: Path) -> None:
    assert names(tmp_path, ["pkg/__init__.py", "pkg/a.py", "pkg/a.pyi", "pkg/c.pyi"]) == {
        "pkg/__init__.py": "pkg",
        "pkg/a.py": "pkg.a",
        "pkg/a.pyi": "pkg.a-stub",
        "pkg/c.pyi": "pkg.c",
    }


def test_a_copied_tree_is_renamed_as_a_whole_so_that_relative_imports_work(tmp_path: Path) -> None:
    files = [f"{version}/pkg/{name}.py" for version in ("v1", "v2") for name in ("__init__", "a")] + ["v2/pkg/new.py"]
    assert names(tmp_path, files) == {
        "v1/pkg/__init__.py": "pkg",
        "v1/pkg/a.py": "pkg.a",
        "v2/pkg/__init__.py": "v2.pkg",
        "v2/pkg/a.py": "v2.pkg.a",
        "v2/pkg/new.py": "v2.pkg.new",
    }


def test_a_package_spread_over_roots_keeps_its_names(tmp_path: Path) -> None:
    files = ["one/g/__init__.py", "one/g/storage.py", "two/g/__init__.py", "two/g/queues.py"]
    assert names(tmp_path, files) == {
        "one/g/__init__.py": "g",
        "one/g/storage.py": "g.storage",
        "two/g/__init__.py": "two.g",
        "two/g/queues.py": "g.queues",
    }


def test_every_file_has_a_name_of_its_own(tmp_path: Path) -> None:
    given = ["a.py", "a.pyi", "a.ipynb", "x/pkg/__init__.py", "pkg/__init__.py", "x/pkg.py", "a"]
    found = names(tmp_path, given, ".", "a")
    assert len(set(found.values())) == len(given)
    assert found["a.py"] == "a"
