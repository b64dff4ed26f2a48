"""Expectations that stand on the line they judge, and how they compare with what was found.

    with other:  # expect: THR101
    with other:  # expect: THR101 "in opposite orders"      a part of the message, any number of them
    with first:  # see: THR101                              a step of a story of THR101
    with first:  # expect: THR101, THR506  # see: THR101    several codes, several marks
    queue.get()  # missed: THR103 why                       a finding that should be here and is not
    count += 1   # false: THR201 why                        a finding that is here and should not be
    # silent: THR101 why                                    the program is an example of this rule's silence

A finding is on the line where its place begins.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

import msgspec


class Kind(StrEnum):
    EXPECT = "expect"
    SEE = "see"
    MISSED = "missed"
    FALSE = "false"
    SILENT = "silent"


class Mark(msgspec.Struct, frozen=True):
    """One code of one mark: `parts` are the parts of the message that an `expect` demands, `reason` what a `missed`,
    `false` or `silent` gives as its reason."""

    kind: Kind
    code: str
    path: str
    line: int
    parts: tuple[str, ...] = ()
    reason: str = ""

    def __str__(self) -> str:
        parts = "".join(f' "{part}"' for part in self.parts)
        return f"# {self.kind.value}: {self.code}{parts or (self.reason and ' ' + self.reason)}"


class Found(msgspec.Struct, frozen=True):
    """What the comparison needs of a finding: `steps` are the lines of its story, as pairs of path and line."""

    code: str
    path: str
    line: int
    message: str
    steps: tuple[tuple[str, int], ...] = ()


class Trouble(msgspec.Struct, frozen=True, order=True):
    """A mark and a finding that disagree, at a line, told in a sentence."""

    path: str
    line: int
    message: str


class MarkError(ValueError):
    """A mark that cannot be read."""


_MARK = re.compile(r"#\s*(expect|see|missed|false|silent):\s*(.*?)\s*(?=#\s*(?:expect|see|missed|false|silent):|$)")
_CODES = re.compile(r"THR\d{3}(?:\s*,\s*THR\d{3})*")
_PART = re.compile(r'"([^"]*)"')


def marks_of(path: str, text: str) -> list[Mark]:
    """Every mark of a text, in order of line. Raises MarkError for one without a code."""
    found: list[Mark] = []
    for number, line in enumerate(text.splitlines(), 1):
        if "#" not in line:
            continue
        for match in _MARK.finditer(line):
            kind, rest = Kind(match[1]), match[2]
            codes = _CODES.match(rest)
            if codes is None:
                raise MarkError(f"{path}:{number}: `{match[0].strip()}` names no code")
            tail = rest[codes.end() :].strip()
            parts = tuple(_PART.findall(tail)) if kind is Kind.EXPECT else ()
            if kind is Kind.EXPECT and _PART.sub("", tail).strip():
                raise MarkError(f'{path}:{number}: `{match[0].strip()}`: a part of the message stands in double quotes')
            for code in re.findall(r"THR\d{3}", codes[0]):
                found.append(Mark(kind, code, path, number, parts, "" if kind is Kind.EXPECT else tail))
    return found


def compare(marks: Iterable[Mark], found: Iterable[Found]) -> list[Trouble]:
    """Where marks and findings disagree, by path and line; empty when each finding has its mark and each mark its
    finding."""
    marks, found = list(marks), list(found)
    troubles: list[Trouble] = []
    for (path, line, code), (here, said) in _by_line(marks, found).items():
        troubles += [Trouble(path, line, message) for message in _disagreements(code, here, said)]
    silent = {mark.code: mark for mark in marks if mark.kind is Kind.SILENT}
    for mark in marks:
        if mark.kind in (Kind.EXPECT, Kind.FALSE) and mark.code in silent:
            other = silent[mark.code]
            troubles.append(Trouble(other.path, other.line, f"`{other}` and `{mark}` contradict each other"))
    told = {(each.code, *step) for each in found for step in each.steps}
    for mark in marks:
        if mark.kind is Kind.SEE and (mark.code, mark.path, mark.line) not in told:
            steps = sorted({(path, line) for code, path, line in told if code == mark.code})
            where = ", ".join(f"{path}:{line}" for path, line in steps) or "nowhere"
            troubles.append(
                Trouble(mark.path, mark.line, f"no story of {mark.code} has a step here; its steps are at {where}")
            )
    return sorted(troubles)


_Key = tuple[str, int, str]


def _by_line(marks: Iterable[Mark], found: Iterable[Found]) -> Mapping[_Key, tuple[list[Mark], list[Found]]]:
    lines: dict[_Key, tuple[list[Mark], list[Found]]] = {}
    for mark in marks:
        if mark.kind not in (Kind.SEE, Kind.SILENT):
            lines.setdefault((mark.path, mark.line, mark.code), ([], []))[0].append(mark)
    for each in found:
        lines.setdefault((each.path, each.line, each.code), ([], []))[1].append(each)
    return lines


def _disagreements(code: str, marks: list[Mark], found: list[Found]) -> Iterator[str]:
    """What is wrong on one line about one rule."""
    missed = [mark for mark in marks if mark.kind is Kind.MISSED]
    if missed:
        if found:
            yield f"`{missed[0]}` is found now: make it `# expect: {code}`. It says: {found[0].message}"
        return
    open_ = list(found)
    # The most demanding marks choose first, so that a plain one does not take what another needs.
    for mark in sorted(marks, key=lambda each: -sum(map(len, each.parts))):
        fit = next((each for each in open_ if all(part in each.message for part in mark.parts)), None)
        if fit is not None:
            open_.remove(fit)
        elif mark.kind is Kind.FALSE:
            yield f"`{mark}` is gone: delete the mark"
        elif found:
            yield f"expected `{mark}`, but it says: {'; '.join(each.message for each in found)}"
        else:
            yield f"expected `{mark}`, found nothing"
    for each in open_:
        yield f"unexpected {code}: {each.message}"
