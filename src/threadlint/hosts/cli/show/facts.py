"""The functions and classes of a file as they were read."""
from __future__ import annotations

from collections.abc import Iterator

import msgspec

from .seen import Row, Seen


def answer(seen: Seen) -> Row:
    """All facts as they are stored: positional arrays, see `model.facts`."""
    rows: Row = msgspec.to_builtins(seen.module.facts)
    return rows


def told(rows: Row, seen: Seen) -> Iterator[str]:
    """An outline: what is defined where, and the comments that concern a linter."""
    del rows  # positional; the structs have names
    facts = seen.module.facts
    yield f"module {seen.module.name} ({seen.path})"
    for cls in sorted(facts.classes, key=lambda each: each.at):
        yield f"{seen.line(cls.at[0]):5} class {cls.qualname}({_count(len(cls.bases), 'base')})"
    for function in sorted(facts.functions[1:], key=lambda each: each.at):
        kind = "async def" if function.is_async else "def"
        params = ", ".join(param.name for param in function.params)
        binds = [name for name in function.binds if all(param.name != name for param in function.params)]
        line = f"{seen.line(function.at[0]):5} {kind} {function.qualname}({params})"
        line += f"  binds {', '.join(binds)}" if binds else ""
        line += f"  global {', '.join(function.globals)}" if function.globals else ""
        yield line
    for comment in facts.comments:
        yield f"{seen.line(comment.at[0]):5} {comment.text}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
