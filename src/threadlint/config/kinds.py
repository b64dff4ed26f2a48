"""What a value in a configuration file may be, and how a wrong one is told.

A kind turns the value that TOML gave into the value the program works with, or raises `UnfitError` with what it
expected.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar

Kind = Callable[[object], Any]
Member = TypeVar("Member", bound=Enum)


class UnfitError(ValueError):
    """A value of the wrong kind: what was expected, what was got, and at which item of the value (`[1]`, if any)."""

    def __init__(self, expected: str, got: object, item: str = "") -> None:
        super().__init__(f"expected {expected}, got {shown(got)}")
        self.item = item


def shown(value: object) -> str:
    """A wrong value as messages quote it; of containers only what they are, since they can be long."""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, (list, tuple)):
        return "a list"
    text = str(value)
    return f"`{text}`" if len(text) <= 60 else f"`{text[:57]}…`"


def flag(value: object) -> bool:
    """True or false."""
    if isinstance(value, bool):
        return value
    raise UnfitError("`true` or `false`", value)


def text(value: object) -> str:
    """A string that is not empty."""
    if isinstance(value, str) and value.strip():
        return value
    raise UnfitError("a string that is not empty" if isinstance(value, str) else "a string", value)


def texts(value: object) -> tuple[str, ...]:
    """A list of strings."""
    if not isinstance(value, (list, tuple)):
        raise UnfitError("a list of strings", value)
    for index, each in enumerate(value):
        if not isinstance(each, str) or not each.strip():
            raise UnfitError("a string that is not empty" if isinstance(each, str) else "a string", each, f"[{index}]")
    return tuple(value)


def table_of_texts(value: object) -> dict[str, tuple[str, ...]]:
    """A table from patterns to lists of strings."""
    if not isinstance(value, Mapping):
        raise UnfitError("a table of lists of strings", value)
    found = {}
    for key, each in value.items():
        try:
            found[str(key)] = texts(each)
        except UnfitError as wrong:
            wrong.item = f'."{key}"{wrong.item}'
            raise
    return found


def one_of(members: type[Member]) -> Callable[[object], Member]:
    """The kind of the values of an enumeration; its values are named in the message from the least to the most."""

    def kind(value: object) -> Member:
        if isinstance(value, members):
            return value
        for member in members:
            if member.value == value:
                return member
        raise UnfitError("one of " + ", ".join(f"`{member.value}`" for member in reversed(members)), value)

    return kind


def version(value: object) -> tuple[int, int]:
    """A Python version as `"3.11"` or `"py311"`."""
    found = re.fullmatch(r"(?:py)?(\d)\.?(\d{1,2})(?:\.\d+)?", value) if isinstance(value, str) else None
    if found is None:
        raise UnfitError('a Python version such as `"3.11"`', value)
    return int(found[1]), int(found[2])


def no_yes_both(value: object) -> bool | str:
    """False, true, or `"both"`."""
    if isinstance(value, bool) or value == "both":
        return value
    raise UnfitError('`false`, `true` or `"both"`', value)


def lowest_version(requirement: object) -> tuple[int, int] | None:
    """The lowest Python version that a `requires-python` admits; None when it names no lower bound."""
    if not isinstance(requirement, str):
        return None
    bounds = re.findall(r"(?:^|,)\s*(?:>=|~=|===?|>)\s*(\d+)(?:\.(\d+))?", requirement)
    return max(((int(major), int(minor or 0)) for major, minor in bounds), default=None)
