"""`python -m threadlint.workshop.bless fixtures/locks/name.py …`: the `# expect:` marks become what is found today.

For review, not for belief: a mark is what the author of the program wants to hear. Parts of messages that still fit are
kept, `# false:` marks too while they are right; `# see:` and `# silent:` marks are left alone.
"""
from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from .marks import Found, Kind, Mark, marks_of
from .programs import Program, fixture_programs, run

_EXPECT = re.compile(r"\s*#\s*(expect|missed|false):.*?(?=\s*#\s*(?:expect|see|missed|false|silent):|$)")


def blessed(path: str, text: str, found: Iterable[Found]) -> str:
    """The text with the marks that its findings ask for."""
    here: dict[int, list[Found]] = {}
    for each in found:
        if each.path == path:
            here.setdefault(each.line, []).append(each)
    marked: dict[int, list[Mark]] = {}
    for mark in marks_of(path, text):
        marked.setdefault(mark.line, []).append(mark)
    lines = text.splitlines(keepends=True)
    for number in sorted(here.keys() | marked.keys()):
        line = lines[number - 1]
        body = line.rstrip("\r\n")
        wanted = [str(mark) for mark in _wanted(marked.get(number, []), here.get(number, []))]
        kept = _EXPECT.sub("", body)
        code, see, tail = kept.partition("# see:")
        lines[number - 1] = "  ".join(filter(None, [code.rstrip(), *wanted, see + tail])) + line[len(body) :]
    return "".join(lines)


def _wanted(marks: list[Mark], found: list[Found]) -> list[Mark]:
    """The marks of one line: what is known to be missed and still is, and one for each finding."""
    codes = {each.code for each in found}
    wanted = [mark for mark in marks if mark.kind is Kind.MISSED and mark.code not in codes]
    old = [mark for mark in marks if mark.kind in (Kind.EXPECT, Kind.FALSE)]
    for each in found:
        fit = next((m for m in old if m.code == each.code and all(part in each.message for part in m.parts)), None)
        if fit is not None:
            old.remove(fit)
        wanted.append(fit or Mark(Kind.EXPECT, each.code, each.path, each.line))
    return wanted


def bless(program: Program) -> list[str]:
    """Rewrite the modules of a fixture; the names of those that changed."""
    if program.folder is None:
        raise ValueError(f"{program.id} lies in no folder")
    found = run(program).found
    changed = []
    for name, text in program.texts.items():
        new = blessed(name, text, found)
        if new != text:
            (program.folder / name).write_text(new, "utf-8")
            changed.append(name)
    return changed


def main(arguments: list[str]) -> int:
    """The command: names of fixtures, as paths or as `family/name`."""
    root = Path(__file__).resolve().parents[3] / "fixtures"
    known = {program.id: program for program in fixture_programs(root)}
    ids = []
    for each in arguments:
        path = Path(each).resolve()
        ids.append(path.relative_to(root).with_suffix("").as_posix() if path.is_relative_to(root) else each)
    unknown = [each for each in ids if each not in known]
    if unknown or not ids:
        print(f"no fixture: {', '.join(unknown)}" if unknown else "usage: bless FIXTURE…", file=sys.stderr)
        return 2
    for each in ids:
        for name in bless(known[each]):
            print(f"{each}: {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
