"""The floor that greets libcst: text to tree, and where things stand in the text.

    parse(text)         the tree, or SyntaxFailure; never a dead process
    mask(text)          the text with its comments blanked, and the comments
    Cursor              finds the tokens of a tree in its text, in order

Importing this package does not import libcst; the first `parse` does.
"""
from __future__ import annotations

from .comments import Masked, mask
from .cursor import Cursor
from .depth import nesting
from .failure import SyntaxFailure
from .parse import on_a_big_stack, parse, parse_expression

__all__ = ["Cursor", "Masked", "SyntaxFailure", "mask", "nesting", "on_a_big_stack", "parse", "parse_expression"]
