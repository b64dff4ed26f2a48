"""The standard library of the running Python, as texts to try things on."""
from __future__ import annotations

import os
import random
import sysconfig
import tokenize
from collections.abc import Iterator
from pathlib import Path

WHOLE = "THREADLINT_TEST_WHOLE_STDLIB"
"""Set this in the environment to try every file instead of a sample."""


def library_texts(sample: int, seed: int = 0) -> Iterator[tuple[str, str]]:
    """Names and texts of files that Python itself accepts: a sample, or all of them when `WHOLE` is set."""
    root = Path(sysconfig.get_path("stdlib"))
    files = sorted(f for f in root.rglob("*.py") if "site-packages" not in f.parts)
    if not os.environ.get(WHOLE):
        files = random.Random(seed).sample(files, sample)
    for file in files:
        try:
            with tokenize.open(file) as opened:
                text = opened.read()
            compile(text, "text", "exec", dont_inherit=True)
        except (SyntaxError, UnicodeDecodeError, ValueError):
            continue
        yield str(file.relative_to(root)), text
