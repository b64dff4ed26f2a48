"""A case: one seed, one program, its text, and the truth about it."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from .explorer import TooManyStatesError, Truth, explore
from .generator import generate_program
from .language import Program
from .layout import STYLES, Layout, choose_layout
from .rendering import render
from .twins import generate_twins, render_twins, twin_layout


@dataclass(frozen=True)
class Case:
    seed: int
    program: Program
    layout: Layout
    files: dict[str, str]
    truth: Truth


def make_case(seed: int, style: str | None = None, *, witnesses: bool = False) -> Case:
    """The case of that seed. Without a style, seeds go round all of them."""
    style = style or STYLES[seed % len(STYLES)]
    for attempt in range(100):
        random = Random(f"threadlint oracle {seed} {attempt}")
        program = generate_twins(random) if style == "twins" else generate_program(random)
        try:
            truth = explore(program, limit=5_000, witnesses=witnesses)
        except TooManyStatesError:
            continue
        if style == "twins":
            layout = twin_layout(program, random)
            return Case(seed, program, layout, render_twins(program, layout, random), truth)
        layout = choose_layout(program, random, style)
        return Case(seed, program, layout, render(program, layout, f"{seed} {attempt}"), truth)
    raise AssertionError(f"no small program for seed {seed}")
