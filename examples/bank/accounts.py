"""Accounts, and the money that moves between them."""
from __future__ import annotations

import threading

from bank.ledger import Entry, Ledger


class UnknownAccountError(LookupError):
    """There is no account of that name."""


class Accounts:
    """All balances, kept in step with the ledger."""

    def __init__(self, ledger: Ledger, opening: dict[str, int]) -> None:
        self._lock = threading.Lock()
        self._ledger = ledger
        self._balances = dict(opening)

    def transfer(self, source: str, target: str, amount: int) -> None:
        """Move money, if there is enough of it."""
        with self._lock:
            if self._balances.get(source, 0) >= amount:
                self._move(Entry(source, target, amount))

    def balances(self) -> dict[str, int]:
        """A copy of all balances at one moment."""
        with self._lock:
            return dict(self._balances)

    def _move(self, entry: Entry) -> None:
        if entry.target not in self._balances:
            raise UnknownAccountError(entry.target)
        self._balances[entry.source] -= entry.amount
        self._balances[entry.target] += entry.amount
        self._post(entry)

    def _post(self, entry: Entry) -> None:
        with self._ledger.lock:
            self._ledger.entries.append(entry)
