"""Which rules are asked, and what they answer; one that fails stops none of the others."""
from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator

from ..config import Config
from ..model.facts import ModuleFacts
from ..model.finding import Finding
from ..model.place import Place
from ..model.sources import Source
from ..program import Program
from ..rules import LoadedRule
from ..rules.housekeeping import internal_error, unreadable_file
from ..verdicts import Selection


def selection_of(config: Config, rules: Iterable[LoadedRule]) -> Selection:
    """The rules that a configuration puts in force."""
    return Selection(
        [each.rule for each in rules],
        select=config.select,
        extend_select=config.extend_select,
        ignore=config.ignore,
        per_file_ignores=config.per_file_ignores,
        strict=config.strict,
        free_threaded=bool(config.free_threaded),
        root=str(config.root),
    )


def asked(program: Program, rules: Iterable[LoadedRule], home: str) -> tuple[list[Finding], list[str]]:
    """What rules find, and the tracebacks of those that raised: each becomes THR902, at the beginning of the file
    `home`, and the run goes on."""
    found: list[Finding] = []
    failures: list[str] = []
    for each in rules:
        assert each.check is not None
        try:
            found.extend(each.check(program))
        except Exception as error:
            failures.append(f"{each.rule.code} {each.rule.name}\n{traceback.format_exc()}")
            found.append(internal_error.failed(Place(home, 0, 0), each.rule, error))
    return found, failures


def unread(facts: Iterable[tuple[Source, ModuleFacts]]) -> Iterator[Finding]:
    """THR900 for each file that could not be read or parsed."""
    for source, known in facts:
        if source.failure is not None:
            yield unreadable_file.unreadable(Place(source.path, 0, 0), source.module, source.failure)
        elif known.failure is not None:
            at = Place(source.path, *known.failure.at)
            yield unreadable_file.unreadable(at, source.module, known.failure.message)
