"""What is said on standard error, and streams that nobody listens to any more."""
from __future__ import annotations

import os
import sys
from typing import TextIO


def say(text: str) -> None:
    """One message on stderr, where nobody may be listening."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        mute(sys.stderr)


def mute(stream: TextIO) -> None:
    """Let what is still buffered go nowhere, so that the interpreter's last flush does not complain."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        return
