"""`python -m threadlint` is the command line."""
from __future__ import annotations

from .hosts.cli import main

if __name__ == "__main__":
    main()
