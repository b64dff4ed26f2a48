"""Whatever the text, there are facts or a reason, and nothing is raised."""
from __future__ import annotations

import random
import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.syntax.library import library_texts

from threadlint.extract import extract
from threadlint.extract.encoding import decode, encode
from threadlint.model.facts import ModuleFacts

LIBRARY = list(library_texts(12, seed=9))
PIECES = [
    "def f(", "):", "\n", "    ", "\t",
    "class", "if ", "elif", "else:", "match x:", "case", "(", ")", "[", "]", "{", "}",
    "f'", "f\"", "'", '"', "'''", '"""', "{{", "}}", "!r", ":", "=", ":=", "#", "\\", "\\\n", "\r", "\r\n", "\f", "\0",
    "lambda", "async ", "await ", "yield ", "*", "**", "@", ",", ".", "...", "0x", "1e", "_", "é", "\ud800", "\ufeff",
    "x", "import ", "from ", "global ", "with ", "as ", "try:", "except", "rb'", "\\N{", "type X", "lazy ", "not ", "-",
]  # fmt: skip


def sound(text: str) -> ModuleFacts:
    found = extract(text)
    assert (found.failure is None) == bool(found.functions)
    assert decode(encode(found)) == found
    assert found == extract(text)
    if found.failure is not None:
        start, end = found.failure.at
        assert 0 <= start <= end <= len(text) and found.failure.message and "\n" not in found.failure.message
    return found


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=())))
def test_random_text_is_no_problem(text: str) -> None:
    sound(text)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_random_pieces_of_programs_are_no_problem(text: str) -> None:
    sound(text)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["utf-8", "latin-1", "utf-16"]))
def test_decoded_bytes_are_no_problem(data: bytes, encoding: str) -> None:
    sound(data.decode(encoding, "replace"))
    sound(data.decode("utf-8", "surrogateescape"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(LIBRARY), st.floats(0, 1), st.floats(0, 0.2), st.sampled_from(["", *PIECES]))
def test_damaged_files_are_no_problem(named: tuple[str, str], where: float, length: float, damage: str) -> None:
    text = named[1][:20_000]
    start = int(where * len(text))
    end = start + int(length * (len(text) - start))
    sound(text[:start] + damage + text[end:])
    sound(text[start:end])


@pytest.mark.parametrize("seed", range(20))
def test_truncated_files_are_no_problem(seed: int) -> None:
    random_ = random.Random(seed)
    _, text = random_.choice(LIBRARY)
    sound(text[: random_.randrange(len(text) + 1)])


def test_programs_that_python_accepts_are_read() -> None:
    hypothesmith = pytest.importorskip("hypothesmith")

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(hypothesmith.from_node())
    def check(text: str) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                compile(text, "text", "exec", dont_inherit=True)
            except (SyntaxError, ValueError):
                return
        assert sound(text).failure is None, text

    check()
