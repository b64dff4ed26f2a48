"""The programs that fixtures and rule pages hold, and what threadlint finds in one.

`fixtures/<family>/<name>.py` is a program, and so is the folder `fixtures/<family>/<name>/` with all modules in it,
which import each other by plain names; so is each ```python block of a rule's page, where `# file: bank.py` on a line
of its own begins another module. A comment `# options: strict = true, min-confidence = "low"` at the top changes the
configuration.
"""
from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from .. import program as linked_program
from ..config import Config, load
from ..engine import Request, judge
from ..extract import extract
from ..model.finding import Finding
from ..model.report import Report
from ..model.sources import Source
from ..rules import LoadedRule, all_rules
from .marks import Found, Mark, marks_of

_OPTIONS = re.compile(r"^#\s*options:\s*(.*)$", re.MULTILINE)
_FILE = re.compile(r"# file: (\S+\.py)\s*$")
_BLOCK = re.compile(r"^```python[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Program(msgspec.Struct, frozen=True):
    """One program: its id, and its texts by file name, relative to `folder` if they are fixtures. A block of a page is
    told as the lines of its rule's file, which come after `lines_before` others."""

    id: str
    texts: Mapping[str, str]
    folder: Path | None = None
    told_as: str = ""
    lines_before: int = 0

    @property
    def marks(self) -> list[Mark]:
        """The marks of all its modules."""
        return [mark for name, text in self.texts.items() for mark in marks_of(name, text)]

    def config(self, folder: Path) -> Config:
        """The defaults, changed by the program's `# options:`."""
        overrides: dict[str, object] = {}
        for text in self.texts.values():
            for match in _OPTIONS.finditer(text):
                overrides |= tomllib.loads(f"options = {{ {match[1]} }}")["options"]
        return msgspec.structs.replace(load(folder, isolated=True, overrides=overrides), root=folder)

    def where(self, name: str, line: int) -> str:
        """A line of the program as it is told to the one who fixes it."""
        return f"{self.told_as or name}:{line + self.lines_before}"


class Judged(msgspec.Struct, frozen=True):
    """The report on a program, and its findings that are shown, by file name."""

    report: Report
    found: list[Found]


def fixture_programs(root: Path) -> Iterator[Program]:
    """The programs of a folder of families, by name."""
    for family in sorted(each for each in root.iterdir() if each.is_dir()):
        for entry in sorted(family.iterdir()):
            name = f"{family.name}/{entry.stem}"
            if entry.suffix == ".py":
                yield Program(name, {entry.name: entry.read_text("utf-8")}, family)
            elif entry.is_dir() and entry.name != "__pycache__":
                files = sorted(entry.rglob("*.py"))
                texts = {each.relative_to(entry).as_posix(): each.read_text("utf-8") for each in files}
                yield Program(name, texts, entry)


def page_programs(rule: LoadedRule) -> Iterator[Program]:
    """The ```python blocks of a rule's page."""
    path, text = _file_of(rule)
    for number, block in enumerate(_BLOCK.findall(rule.page), 1):
        start = text.find(block)
        before = text.count("\n", 0, start) if start >= 0 else 0
        yield Program(f"{rule.rule.code}-{rule.rule.name}/{number}", modules_of(block), None, path, before)


def modules_of(block: str) -> dict[str, str]:
    """The modules of a block: it is one, unless comments `# file: name.py` begin others. Each keeps its line
    numbers."""
    names: list[str] = []
    texts: list[list[str]] = []
    for number, line in enumerate(block.splitlines(keepends=True)):
        begun = _FILE.match(line)
        if begun or not texts:
            names.append(begun[1] if begun else "example.py")
            texts.append(["\n"] * number)
        texts[-1].append(line)
    return {name: "".join(lines) for name, lines in zip(names, texts, strict=True)}


def run(program: Program) -> Judged:
    """What threadlint says of the program. It is judged as a whole, in a folder where nothing else is."""
    with TemporaryDirectory(prefix="program") as scratch:
        folder = Path(scratch).resolve()
        for name, text in program.texts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        report = judge(Request(paths=(str(folder),), config=program.config(folder), jobs=1, cache=False))
        return Judged(report, _found_in(report, folder))


def _found_in(report: Report, folder: Path) -> list[Found]:
    @cache
    def name(path: str) -> str:
        return Path(path).resolve().relative_to(folder).as_posix()

    def told(finding: Finding) -> Found:
        at = report.texts.where(finding.at)
        steps = tuple((name(step.at.path), report.texts.where(step.at).line) for step in finding.story)
        return Found(finding.rule.code, name(finding.at.path), at.line, finding.message, steps)

    return [told(finding) for finding in report.findings]


def linked(texts: Mapping[str, str], **options: object) -> linked_program.Program:
    """The program of some texts by module name (`pkg.__init__` for a package), for tests of the floors above facts."""
    modules = []
    for name, text in texts.items():
        module, package = name.removesuffix(".__init__"), name.endswith(".__init__")
        path = name.replace(".", "/") + ".py"
        source = Source(path, module, text, blake2b(text.encode()).digest(), True, package)
        modules.append((source, extract(text)))
    return linked_program.link(modules, load(isolated=True, overrides=options))


def every_page_program(rules: Iterable[LoadedRule] = ()) -> Iterator[Program]:
    """The programs of all rule pages."""
    for rule in rules or all_rules():
        yield from page_programs(rule)


@cache
def _file_of(rule: LoadedRule) -> tuple[str, str]:
    """A rule's file as it is told, and its text."""
    import threadlint

    package = Path(threadlint.__file__).parent
    path = package.joinpath(*rule.module.split(".")[1:]).with_suffix(".py")
    return f"src/threadlint/{path.relative_to(package).as_posix()}", path.read_text("utf-8")
