"""The auditor: do the balances follow from the ledger?"""
from __future__ import annotations

from collections import Counter

from bank.accounts import Accounts
from bank.ledger import Ledger


def audit(ledger: Ledger, accounts: Accounts, opening: dict[str, int]) -> list[str]:
    """The names of all accounts whose balance is not what the ledger says."""
    with ledger.lock:  # nothing may be posted while we count
        return disagreements(ledger, accounts, opening)


def disagreements(ledger: Ledger, accounts: Accounts, opening: dict[str, int]) -> list[str]:
    """Compare what is there with what should be there."""
    expected = Counter(opening)
    for entry in ledger.entries:
        expected[entry.source] -= entry.amount
        expected[entry.target] += entry.amount
    return [name for name, balance in accounts.balances().items() if balance != expected[name]]
