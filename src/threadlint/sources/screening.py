"""Hot or cold: whether a text shows a word of concurrency, seen in its bytes before it is decoded or parsed.

Most files of most programs are cold. Looking for a fixed needle costs about 10 µs for a thousand lines, a regular
expression without a fixed beginning 500; so needles are looked for first, and what a sign says about its surroundings
is tested only where its needle stands.
"""
from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from ..knowledge.screening import SIGNS, Sign

MANY = 40
"""From so many words on it is cheaper to take a text apart into names once than to look for each."""

_NAME = re.compile(rb"[A-Za-z_]\w*")


class _Compiled(NamedTuple):
    needle: bytes
    also: bytes
    after: re.Pattern[bytes]
    before: re.Pattern[bytes]
    comment: bool


def screen(data: bytes | str, words: Iterable[str] = ()) -> bool:
    """Whether a text is hot: it shows a sign of concurrency, or one of the names in `words`, outside comments."""
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")
    for needle, signs in _signs():
        if needle in data and any(_shows(data, sign) for sign in signs):
            return True
    return shows_any(data, frozenset(words))


def shows_any(data: bytes | str, words: frozenset[str]) -> bool:
    """Whether a text shows one of these names, as a whole word outside comments."""
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")
    wanted = {word.encode() for word in words}
    if len(wanted) > MANY and all(word.isascii() for word in words):
        wanted.intersection_update(_NAME.findall(data))
    return any(word in data and _shows(data, _word(word)) for word in wanted)


@cache
def _signs() -> tuple[tuple[bytes, tuple[_Compiled, ...]], ...]:
    by_needle: dict[bytes, list[_Compiled]] = {}
    for sign in SIGNS:
        # Where another needle must be present too, the rarer of the two decides whether to look at all.
        compiled = _compile(sign)
        by_needle.setdefault(compiled.also or compiled.needle, []).append(compiled)
    return tuple((needle, tuple(signs)) for needle, signs in by_needle.items())


def _compile(sign: Sign) -> _Compiled:
    return _Compiled(
        sign.needle.encode(),
        sign.also.encode(),
        re.compile(sign.after.encode()),
        re.compile(sign.before.encode()),
        sign.comment,
    )


@cache
def _word(word: bytes) -> _Compiled:
    return _Compiled(word, b"", re.compile(rb"(?!\w)"), re.compile(rb"(?<!\w)$"), False)


def _shows(data: bytes, sign: _Compiled) -> bool:
    at = data.find(sign.needle)
    while at >= 0:
        behind = at + len(sign.needle)
        if sign.after.match(data, behind):
            line = data[max(data.rfind(b"\n", 0, at), data.rfind(b"\r", max(at - 400, 0), at)) + 1 : at]
            # A `#` in a string before the word is taken for a comment: such a text shows the word elsewhere as well.
            if (sign.comment or b"#" not in line) and sign.before.search(line):
                return True
        at = data.find(sign.needle, behind)
    return False
