"""threadlint reads a whole Python program and tells where its threads can hang, lose data or lose their exceptions."""
from __future__ import annotations

__version__ = "0.1.0"
