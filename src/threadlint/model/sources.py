"""One text of the program, as the lower floors hand it upwards."""
from __future__ import annotations

import msgspec


class Source(msgspec.Struct, frozen=True):
    """A file (or a buffer laid over one).

    `path` is what is printed: relative to the working directory where possible, with `/`. `module` is the dotted name
    under which the program imports it (`pkg.sub.mod`; a package's `__init__` has the package's name). `text` is
    decoded, without a byte-order mark; of a notebook the joined code cells. `digest` is of the text. `hot` says whether
    the text shows a word of concurrency. `failure` is set when the file could not be read: then `text` is empty.
    """

    path: str
    module: str
    text: str
    digest: bytes
    hot: bool
    is_package: bool = False
    failure: str | None = None
    cells: tuple[int, ...] = ()
    """For a notebook: the offset in `text` at which each code cell starts."""
