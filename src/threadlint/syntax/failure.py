"""What parsing raises."""
from __future__ import annotations


class SyntaxFailure(Exception):  # noqa: N818
    """A text has no tree: `message` is one line that can be printed, `offset` the character where reading stopped."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
