"""What threadlint says about a program, in the oracle's terms."""

from __future__ import annotations

import inspect
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .language import Kind, Program

Judge = Callable[[dict[str, str]], list[tuple[str, tuple[str, ...]]]]
"""Files by name to (rule code, subjects) of each finding shown."""

CYCLE_CODES = frozenset({"THR101", "THR104"})
SELF_CODES = frozenset({"THR102"})
WAIT_CODES = frozenset({"THR103", "THR109"})
POOL_CODES = frozenset({"THR105"})
LEAK_CODES = frozenset({"THR120", "THR121"})
SHAPE_CODES = frozenset({"THR122"})
"""A context manager that leaks its lock if its user raises is reported whether any user does or not: it answers to a
leak, and claims none."""
RACE_CODES = frozenset({
    "THR201", "THR202", "THR203", "THR204", "THR205", "THR207", "THR208", "THR209", "THR210", "THR215",
    "THR218",
})  # fmt: skip
TEXT_CODES = frozenset({"THR206"})
"""Offences that stand in the text alone: they may be right about a variable, and claim nothing about the threads."""
JUDGED = CYCLE_CODES | SELF_CODES | WAIT_CODES | POOL_CODES | LEAK_CODES | SHAPE_CODES | RACE_CODES

ASKED = {
    Kind.NUMBER: "lost",
    Kind.TABLE: "lost",
    Kind.LOG: "lost",
    Kind.CACHE: "acts",
    Kind.LAZY: "acts",
    Kind.STOCK: "acts",
    Kind.RECORD: "half",
    Kind.REGISTER: "walks",
}
"""The question about a variable: what can go wrong with it depends on what it is."""


@dataclass
class Claims:
    """What the findings say, in the shape of the truth; `hinted` are variables of which the text alone is told, `vague`
    the findings whose subjects are none of the program's."""

    cycles: set[frozenset[str]] = field(default_factory=set)
    selves: set[str] = field(default_factory=set)
    waits: set[frozenset[str]] = field(default_factory=set)
    pools: set[str] = field(default_factory=set)
    leaks: set[str] = field(default_factory=set)
    leaky: set[str] = field(default_factory=set)
    """Locks of which the text says that they would leak, whether it happens or not."""
    lost: set[str] = field(default_factory=set)
    acts: set[str] = field(default_factory=set)
    half: set[str] = field(default_factory=set)
    walks: set[str] = field(default_factory=set)
    hinted: set[str] = field(default_factory=set)
    vague: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)


def claims(program: Program, findings: list[tuple[str, tuple[str, ...]]]) -> Claims:
    """The findings as claims. A subject is matched by the last part of its qualified name."""
    locks = {program.report(lock.name) for lock in program.locks}
    executors = {executor.name for executor in program.executors}
    asked = {program.report(variable.name): ASKED[variable.kind] for variable in program.variables}
    made = Claims()
    for code, subjects in findings:
        named = {subject.rsplit(".", 1)[-1].removesuffix("[]").removesuffix("[*]") for subject in subjects}
        about_locks, about_variables = frozenset(named & locks), named & asked.keys()
        if code in CYCLE_CODES and about_locks:
            made.cycles.add(about_locks)
        elif code in SELF_CODES and about_locks:
            made.selves |= about_locks
        elif code in WAIT_CODES and about_locks:
            made.waits.add(about_locks)
        elif code in POOL_CODES and named & executors:
            made.pools |= named & executors
        elif code in LEAK_CODES and about_locks:
            made.leaks |= about_locks
        elif code in SHAPE_CODES and about_locks:
            made.leaky |= about_locks
        elif code in RACE_CODES and about_variables:
            for variable in about_variables:
                half = asked[variable] == "half" and code != "THR210"  # other findings say nothing about that
                (made.hinted if half else getattr(made, asked[variable])).add(variable)
        elif code in TEXT_CODES:
            made.hinted |= about_variables
        elif code in JUDGED:
            made.vague.append((code, subjects))
    return made


def threadlint_judge(*, free_threaded: bool = False) -> Judge:
    """The judge that runs threadlint in this process: no cache, one job, no configuration file, no threads assumed."""
    import threadlint

    check: Any = threadlint.check
    options: dict[str, Any] = {"jobs": 1, "cache": False, "use_cache": False, "no_cache": True}
    accepted = inspect.signature(check).parameters
    given = {name: value for name, value in options.items() if name in accepted}

    def judge(files: dict[str, str]) -> list[tuple[str, tuple[str, ...]]]:
        before = Path.cwd()
        with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
            for name, text in files.items():
                Path(folder, name).write_text(text, encoding="utf-8")
            os.chdir(folder)
            try:
                report = check([Path(folder)], **given)
            finally:
                os.chdir(before)
        failed = [v.finding.message for v in report.verdicts if v.finding.rule.code == "THR902"]
        if failed:
            raise RuntimeError(failed[0])
        return [
            (v.finding.rule.code, subjects) for v in report.verdicts
            if str(getattr(v.fate, "value", v.fate)) == "shown"
            for subjects in (v.finding.subjects, *v.finding.similar)
        ]  # fmt: skip

    return judge
