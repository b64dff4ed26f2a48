"""The office: several tellers and one auditor at work."""
from __future__ import annotations

import random
import threading
import time

from bank.accounts import Accounts
from bank.audit import audit
from bank.ledger import Ledger

OPENING = {"alice": 1_000, "bob": 1_000, "carol": 1_000}


class Office:
    """A day at the bank."""

    def __init__(self, customers: int) -> None:
        self.ledger = Ledger()
        self.accounts = Accounts(self.ledger, OPENING)
        self.customers = customers
        self.served = 0

    def serve(self) -> None:
        """What a teller does all day."""
        for _ in range(self.customers):
            time.sleep(random.random() / 1_000)  # until the next one comes in
            source, target = random.sample(sorted(OPENING), 2)
            self.accounts.transfer(source, target, random.randint(1, 100))
            self.served += 1

    def inspect(self) -> None:
        """What the auditor does meanwhile."""
        for name in audit(self.ledger, self.accounts, OPENING):
            print(f"the account of {name} is wrong")

    def day(self, tellers: int) -> int:
        """Open, work, close; the number of customers served."""
        threads = [threading.Thread(target=self.serve, name="teller") for _ in range(tellers)]
        threads.append(threading.Thread(target=self.inspect, name="auditor"))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.served


if __name__ == "__main__":
    print(Office(customers=1_000).day(tellers=3), "customers served")
