"""The code of a notebook, with magics out of the way."""
from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadlint.config import Config
from threadlint.model.place import Place
from threadlint.model.report import Texts
from threadlint.model.sources import Source
from threadlint.sources import gather
from threadlint.sources.notebooks import blanked
from threadlint.sources.reading import source_of

from .trees import COLD, HOT, grow_tree


def notebook(*cells: str | list[str], **metadata: object) -> str:
    made: list[dict[str, object]] = [{"cell_type": "code", "source": cell, "outputs": []} for cell in cells]
    made.insert(1, {"cell_type": "markdown", "source": "import threading"})
    return json.dumps({"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def read(text: str | bytes) -> Source:
    return source_of(text.encode() if isinstance(text, str) else text, "n.ipynb", "n")


def test_code_cells_are_joined_and_each_ends_with_a_line_end() -> None:
    source = read(notebook("a = 1", ["b = 2\n", "c = 3\n"], "", "d = 'é'"))
    assert source.text == "a = 1\nb = 2\nc = 3\n\nd = 'é'\n"
    assert source.cells == (0, 6, 18, 19)
    assert source.failure is None


def test_places_are_told_by_cell() -> None:
    source = read(notebook("a = 1", "b = 2\nc = 3\n"))
    where = Texts([source]).where(Place("n.ipynb", 12, 13))
    assert (where.cell, where.line, where.column) == (2, 2, 1)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%matplotlib inline\nx = 1\n", "pass              \nx = 1\n"),
        ("!ls -l\n", "pass  \n"),
        ("!!x\n", "0  \n"),
        ("for i in a:\n    !echo {i}\n", "for i in a:\n    pass     \n"),
        ("files = !ls\n", "files = 0  \n"),
        ("t = %timeit -o f()\r\ny = 2\r\n", "t = 0             \r\ny = 2\r\n"),
        ("!pip install \\\n    a b\nx\n", "pass          \n       \nx\n"),
        ("%%bash\nfor x in *; do echo; done\n", "      \n                         \n"),
        ("\n%%time\nx = 1\n", "\n      \nx = 1\n"),
        ("print?\r\nx\n", "pass  \r\nx\n"),
        ("?x.y\n", "pass\n"),
        ("x = (1\n  % b)\n", "x = (1\n  % b)\n"),
        ("x = a % b != c\n", "x = a % b != c\n"),
        ("x == !y\n", "x == !y\n"),
        ("s = '50%'\n", "s = '50%'\n"),
        ("", ""),
    ],
)
def test_magics_are_blanked_in_place(cell: str, expected: str) -> None:
    assert blanked(cell) == expected
    if "!y" not in cell:
        ast.parse(blanked(cell))


@given(st.text(st.sampled_from("%!?=\\\n\r ax\x0c"), max_size=30))
def test_blanking_keeps_every_line_and_column(cell: str) -> None:
    def shape(text: str) -> list[str]:
        return re.split(r"\r\n|\r|\n", re.sub(r"[^\r\n]", ".", text))

    assert shape(blanked(cell)) == shape(cell)


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("{", "not a notebook: invalid JSON, Input data was truncated"),
        ('{"cells": [,]}', "not a notebook: invalid JSON, invalid character (byte 11)"),
        ("[]", "not a notebook of format 4: it has no list `cells`"),
        ('{"worksheets": []}', "not a notebook of format 4: it has no list `cells`"),
        (b'{"cells": "\xff"}', "not a notebook: invalid JSON"),
        (b"", "not a notebook: invalid JSON, Input data was truncated"),
    ],
)
def test_what_is_no_notebook_says_why(text: str | bytes, failure: str) -> None:
    assert str(read(text).failure).startswith(failure)


def test_a_notebook_in_another_language_holds_no_code() -> None:
    source = read(notebook("import threading", kernelspec={"language": "R"}))
    assert (source.text, source.cells, source.failure) == ("", (), None)
    assert read(notebook("x = 1", language_info={"name": "python"})).text == "x = 1\n"


def test_odd_cells_are_passed_over() -> None:
    assert read('{"cells": [1, {}, {"cell_type": "code", "source": 3}]}').text == "\n"


def test_notebooks_are_screened_by_their_code_alone(tmp_path: Path) -> None:
    grow_tree(tmp_path, {"hot.ipynb": notebook(HOT), "cold.ipynb": notebook(COLD), "broken.ipynb": "{"})
    gathered = gather(["."], Config())
    assert [each.path for each in gathered.hot] == ["broken.ipynb", "hot.ipynb"]
    assert gathered.cold["cold"].read().text == COLD
    assert [each.path for each in gathered.grow(["answer"])] == ["cold.ipynb"]
