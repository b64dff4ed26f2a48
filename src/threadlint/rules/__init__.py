"""One rule, one file, named after the offence; a rule is registered by existing.

A module in one of the family packages that has a `RULE` is a rule. Its docstring is the page, its `check` the
judgement; the housekeeping rules have no `check`, for they are told by the floors that notice the trouble.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

import msgspec

from ..model.finding import Finding, Rule

if TYPE_CHECKING:
    from ..program.program import Program

Check = Callable[["Program"], Iterator[Finding]]


class LoadedRule(msgspec.Struct, frozen=True):
    """A rule with the module it lives in: `check` judges a program (None where other floors tell the rule's findings),
    `page` is the module's docstring, `module` its dotted name, `family` the package it stands in."""

    rule: Rule
    check: Check | None
    page: str
    module: str
    family: str

    @property
    def summary(self) -> str:
        """The first line of the page: the offence in one sentence."""
        return self.page.split("\n", 1)[0]


@cache
def all_rules() -> tuple[LoadedRule, ...]:
    """Every rule there is, by code. Two rules with one code or one name raise ValueError."""
    found: dict[str, LoadedRule] = {}
    names: dict[str, str] = {}
    for loaded in sorted(_walk(), key=lambda each: each.rule.code):
        code, name = loaded.rule.code, loaded.rule.name
        for twin in (found[code].module if code in found else None, names.get(name)):
            if twin is not None:
                raise ValueError(f"{loaded.module} and {twin} are both {code} {name}")
        found[code] = loaded
        names[name] = loaded.module
    return tuple(found.values())


def rule_called(code_or_name: str) -> LoadedRule | None:
    """The rule with that code or that name, in any case of letters; None when there is none."""
    wanted = code_or_name.strip()
    for loaded in all_rules():
        if wanted.upper() == loaded.rule.code or wanted.lower() == loaded.rule.name:
            return loaded
    return None


def _walk() -> Iterator[LoadedRule]:
    for family in iter_modules(__path__):
        if not family.ispkg:
            continue
        package = import_module(f"{__name__}.{family.name}")
        for entry in iter_modules(package.__path__):
            module: Any = import_module(f"{package.__name__}.{entry.name}")
            if hasattr(module, "RULE"):
                page = (module.__doc__ or "").strip()
                yield LoadedRule(module.RULE, getattr(module, "check", None), page, module.__name__, family.name)
