"""The number of the schema changes with the schema."""
from __future__ import annotations

import hashlib

import msgspec

from threadlint.model import facts

KNOWN = {1: "a59697ee0cb0e165", 2: "a59697ee0cb0e165"}
"""Digests of the fields by number. A new schema gets a new number: caches that hold the old one must be thrown away."""


def test_whoever_changes_a_field_counts_the_schema_up() -> None:
    structs = [s for s in vars(facts).values() if isinstance(s, type) and issubclass(s, msgspec.Struct)]
    told = "\n".join(
        f"{s.__name__} {s.__struct_config__.tag} "
        + ", ".join(f"{name}: {s.__annotations__.get(name)}" for name in s.__struct_fields__)
        for s in sorted(structs, key=lambda s: s.__name__)
    )
    assert KNOWN.get(facts.SCHEMA) == hashlib.sha256(told.encode()).hexdigest()[:16]
    assert max(KNOWN) == facts.SCHEMA
