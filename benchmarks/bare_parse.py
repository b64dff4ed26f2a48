"""Parse the files of a list with libcst and nothing else: the yardstick of speed.py.

    python benchmarks/bare_parse.py LIST

LIST holds one path a line. The garbage collector is paused, as threadlint pauses it, and every tree is dropped at once.
"""
from __future__ import annotations

import gc
import sys
from pathlib import Path

import libcst


def main() -> None:
    """Parse every file of the list; files that are no Python are left out, as threadlint leaves them out."""
    gc.disable()
    refused = 0
    for line in Path(sys.argv[1]).read_text("utf-8").splitlines():
        try:
            libcst.parse_module(Path(line).read_bytes())
        except (libcst.ParserSyntaxError, UnicodeDecodeError, LookupError, SyntaxError):
            refused += 1
    print(f"{refused} refused")


if __name__ == "__main__":
    main()
