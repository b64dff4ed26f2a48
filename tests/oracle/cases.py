"""A case: one seed, one program, its text, and the truth about it."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from .cells import cell_layout, generate_cells, render_cells
from .explorer import TooManyStatesError, Truth, explore
from .language import Program
from .layout import Layout, choose_layout, styles_of
from .parcels import generate_parcels, parcel_layout, render_parcels
from .rendering import render
from .themes import THEMES
from .twins import generate_twins, render_twins, twin_layout

_OBJECTS: Final = {
    "twins": (generate_twins, twin_layout, render_twins),
    "parcels": (generate_parcels, parcel_layout, render_parcels),
    "cells": (generate_cells, cell_layout, render_cells),
}
"""Styles with programs of their own, about several objects of one kind."""


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
    """The case of that seed and theme. Without a style, seeds go round all of the theme's."""
    styles = styles_of(theme)
    style = style or styles[seed % len(styles)]
    chosen = "" if theme == "usual" else f"{theme} "
    for attempt in range(100):
        random = Random(f"threadlint oracle {chosen}{seed} {attempt}")
        program = _OBJECTS[style][0](random) if style in _OBJECTS else THEMES[theme](random)
        try:
            truth = explore(program, limit=5_000, witnesses=witnesses)
        except TooManyStatesError:
            continue
        if style in _OBJECTS:
            _, choose, write = _OBJECTS[style]
            layout = choose(program, random)
            return Case(seed, program, layout, write(program, layout, random), truth, theme)
        layout = choose_layout(program, random, style)
        return Case(seed, program, layout, render(program, layout, f"{chosen}{seed} {attempt}"), truth, theme)
    raise AssertionError(f"no small program for seed {seed}")

