"""The ledger: a line for every transfer."""
from __future__ import annotations

import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    source: str
    target: str
    amount: int


class Ledger:
    """Entries in the order in which they were posted. Take `lock` to read or write them."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.entries: list[Entry] = []
