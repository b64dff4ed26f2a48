"""One text, judged as a program of its own."""

from __future__ import annotations

import io
import tokenize
from collections import Counter

from threadlint.config import Config
from threadlint.engine import Request, judge
from threadlint.model.finding import Confidence
from threadlint.model.report import Report

PATH = "program.py"


def judged(text: str) -> Report:
    """The report about a text."""
    config = Config(min_confidence=Confidence.LOW, strict=True)
    return judge(Request(paths=("-",), overlay={PATH: text}, config=config, cache=False, jobs=1))


def comments(text: str) -> Counter[str]:
    """The comments of a text."""
    # A lone carriage return ends a line in Python's grammar, and since Python 3.12 not in `tokenize`.
    tokens = tokenize.generate_tokens(io.StringIO(text, newline=None).readline)
    return Counter(token.string for token in tokens if token.type == tokenize.COMMENT)
