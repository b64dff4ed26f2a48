"""A case: one seed, one program, its text, and the truth about it."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from .explorer import TooManyStatesError, Truth, explore
from .language import Program
from .layout import STYLES, Layout, choose_layout
from .rendering import render
from .themes import THEMES
from .twins import generate_twins, render_twins, twin_layout


@dataclass(frozen=True)
class Case:
    seed: int
    program: Program
    layout: Layout
    files: dict[str, str]
    truth: Truth
    theme: str = "usual"

    @property
    def origin(self) -> str:
        """How to find it again."""
        theme = f", theme {self.theme}" if self.theme != "usual" else ""
        return f"seed {self.seed}, style {self.layout.style}{theme}"


def make_case(seed: int, style: str | None = None, theme: str = "usual", *, witnesses: bool = False) -> Case:
    """The case of that seed and theme. Without a style, seeds go round all of them; twins have the usual theme only."""
    style = style or (STYLES if theme == "usual" else STYLES[:-1])[seed % (len(STYLES) - (theme != "usual"))]
    chosen = "" if theme == "usual" else f"{theme} "
    for attempt in range(100):
        random = Random(f"threadlint oracle {chosen}{seed} {attempt}")
        program = generate_twins(random) if style == "twins" else THEMES[theme](random)
        try:
            truth = explore(program, limit=5_000, witnesses=witnesses)
        except TooManyStatesError:
            continue
        if style == "twins":
            layout = twin_layout(program, random)
            return Case(seed, program, layout, render_twins(program, layout, random), truth)
        layout = choose_layout(program, random, style)
        return Case(seed, program, layout, render(program, layout, f"{chosen}{seed} {attempt}"), truth, theme)
    raise AssertionError(f"no small program for seed {seed}")
