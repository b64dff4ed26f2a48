"""The text of generated programs means what their model says: both are executed beside each other."""

from __future__ import annotations

import ast
import sys
from dataclasses import replace

import pytest

from .cases import make_case
from .explorer import QUESTIONS
from .language import Program, Section
from .layout import styles_of
from .lockstep import walk
from .rendering import render
from .themes import THEMES

executed = pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the stage follows the opcodes of Python 3.11")


@executed
@pytest.mark.parametrize(
    ("theme", "style"), [(theme, style) for theme in ("usual", "sharing") for style in styles_of(theme)]
)
def test_model_and_text_take_the_same_steps(theme: str, style: str) -> None:
    for seed in range(25):
        case = make_case(seed, style, theme)
        for turn in range(3):
            difference = walk(case, turn)
            assert difference is None, f"seed {seed}, theme {theme}, style {style}, walk {turn}\n{difference}"


@executed
@pytest.mark.parametrize("theme", [theme for theme in THEMES if theme not in ("usual", "sharing")])
def test_model_and_text_take_the_same_steps_in_every_theme(theme: str) -> None:
    for seed in range(30):
        case = make_case(seed, theme=theme)
        for turn in range(2):
            difference = walk(case, turn)
            assert difference is None, f"{case.origin}, walk {turn}\n{difference}"


def without_one_section(program: Program) -> Program:
    """The program with the first critical section of its last procedure that has one opened up."""
    for procedure in reversed(program.procedures):
        for at, statement in enumerate(procedure.body):
            if isinstance(statement, Section):
                opened = replace(procedure, body=(*procedure.body[:at], *statement.body, *procedure.body[at + 1 :]))
                return replace(program, procedures=tuple(opened if p is procedure else p for p in program.procedures))
    return program


@executed
def test_a_text_that_forgets_a_lock_is_noticed() -> None:
    changed = noticed = 0
    for seed in range(40):
        case = make_case(seed)
        forgetful = without_one_section(case.program)
        if forgetful == case.program:
            continue
        changed += 1
        wrong = replace(case, files=render(forgetful, case.layout, "wrong"))
        noticed += any(walk(wrong, turn) for turn in range(4))
    assert changed >= 30
    assert noticed >= 0.9 * changed


@executed
def test_a_text_that_updates_something_else_is_noticed() -> None:
    case = next(c for c in (make_case(seed, "globals") for seed in range(50)) if " += 1" in c.files["main.py"])
    text = case.files["main.py"].replace(" += 1", " + 1")
    assert any(walk(replace(case, files={"main.py": text}), turn) for turn in range(5))


def test_the_same_seed_gives_the_same_program() -> None:
    assert make_case(11) == make_case(11)


def test_seeds_go_round_all_styles_and_all_texts_parse() -> None:
    for theme in ("usual", "sharing"):
        cases = [make_case(seed, theme=theme) for seed in range(60)]
        assert {case.layout.style for case in cases} == set(styles_of(theme))
        for case in cases:
            for text in case.files.values():
                ast.parse(text)


def test_every_kind_of_trouble_is_common_enough_to_count() -> None:
    truths = [make_case(seed).truth for seed in range(300)]
    assert sum(bool(t.cycles) for t in truths) >= 20
    assert sum(bool(t.selves) for t in truths) >= 8
    assert sum(bool(t.waits) for t in truths) >= 3
    assert sum(bool(t.lost) for t in truths) > 50
    assert sum(not any(getattr(t, q) for q in QUESTIONS if q != "leaks") for t in truths) >= 60


@pytest.mark.parametrize(
    ("theme", "question"),
    [
        ("rings", "cycles"), ("attempts", "cycles"), ("conditions", "waits"), ("joins", "waits"), ("pools", "pools"),
        ("leaks", "leaks"), ("sharing", "lost"),
    ],
)  # fmt: skip
def test_a_theme_has_its_trouble_and_as_often_has_none(theme: str, question: str) -> None:
    troubled = [bool(getattr(make_case(seed, theme=theme).truth, question)) for seed in range(60)]
    assert 6 <= sum(troubled) <= 45


def test_what_goes_wrong_with_shared_state_is_common_enough_to_count() -> None:
    truths = [make_case(seed, theme="sharing").truth for seed in range(200)]
    assert sum(bool(t.acts) for t in truths) >= 8
    assert sum(bool(t.half) for t in truths) >= 3
    assert sum(bool(t.walks) for t in truths) >= 3
