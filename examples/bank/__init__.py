"""A small bank: tellers move money, an auditor compares the books. Two of its mistakes are for threadlint to find."""
