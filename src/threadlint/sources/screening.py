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

from ..knowledge.screening import IMPORTED, SIGNS, Sign

MANY = 8
"""From so many words on it is cheaper to collect the names that begin like one of them than to look for each."""


HEAD = 4096
"""How far down modules are looked for that only an import at the top shows."""


class _Needle(NamedTuple):
    """All signs of one needle. `after` fits where that of any of them does: most places fail it at once."""

    needle: bytes
    after: re.Pattern[bytes]
    signs: tuple[tuple[re.Pattern[bytes], re.Pattern[bytes], bool], ...]


def screen(data: bytes | str, words: Iterable[str] = ()) -> bool:
    """Whether a text is hot: it shows a sign of concurrency, or one of the names in `words`, outside comments."""
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")
    for gate, needles in _gates(imported=False):
        if gate in data and any(_shows(data, needle) for needle in needles):
            return True
    head = data[:HEAD]
    for gate, needles in _gates(imported=True):
        if gate in head and any(_shows(head, needle) for needle in needles):
            return True
    return shows_any(data, frozenset(words))


def shows_any(data: bytes | str, words: frozenset[str]) -> bool:
    """Whether a text shows one of these names (dotted ones, too), as a whole word outside comments."""
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")
    wanted = {word.encode() for word in words}
    if len(wanted) > MANY and all(word.isascii() for word in words):
        names = frozenset(_names_beginning(frozenset(word[:1] for word in wanted)).findall(data))
        wanted = {word for word in wanted if word.partition(b".")[0] in names}
    return any(_shows(data, _word(word)) for word in wanted)


@cache
def _gates(*, imported: bool) -> tuple[tuple[bytes, tuple[_Needle, ...]], ...]:
    """The needles behind what has to be in a text for any of them to count: the needle itself, or its `also`."""
    grouped: dict[str, dict[str, list[Sign]]] = {}
    for sign in IMPORTED if imported else SIGNS:
        grouped.setdefault(sign.also or sign.needle, {}).setdefault(sign.needle, []).append(sign)
    return tuple(
        (gate.encode(), tuple(_compiled(needle, signs) for needle, signs in needles.items()))
        for gate, needles in grouped.items()
    )


def _compiled(needle: str, signs: Iterable[Sign]) -> _Needle:
    patterns = tuple((re.compile(s.after.encode()), re.compile(s.before.encode()), s.comment) for s in signs)
    return _Needle(needle.encode(), re.compile(b"|".join(after.pattern for after, _, _ in patterns)), patterns)


@cache
def _names_beginning(letters: frozenset[bytes]) -> re.Pattern[bytes]:
    """Finds every whole name that begins with one of the letters, and some ends of others."""
    return re.compile(b"[" + b"".join(map(re.escape, sorted(letters))) + rb"]\w*")


@cache
def _word(word: bytes) -> _Needle:
    after = re.compile(rb"(?!\w)")
    return _Needle(word, after, ((after, re.compile(rb"(?<!\w)$"), False),))


def _shows(data: bytes, needle: _Needle) -> bool:
    at = data.find(needle.needle)
    while at >= 0:
        behind = at + len(needle.needle)
        if needle.after.match(data, behind):
            line = data[max(data.rfind(b"\n", 0, at), data.rfind(b"\r", max(at - 400, 0), at)) + 1 : at]
            # A `#` in a string before the word is taken for a comment: such a text shows the word elsewhere as well.
            in_comment = b"#" in line
            for after, before, comment in needle.signs:
                if (comment or not in_comment) and after.match(data, behind) and before.search(line):
                    return True
        at = data.find(needle.needle, behind)
    return False
