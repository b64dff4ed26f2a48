"""Which rules speak, and where: `select`, `ignore`, tiers and `per-file-ignores`.

A selector is a rule's code or name, the beginning of a code (`THR1`), or `THR` or `ALL` for everything. The longest
selector that fits a rule decides; between two of one length, the one that silences. Rules of the tiers `strict` and
`ft` are chosen by `strict` and `free-threaded`, or by a selector that names them or their family.
"""
from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..model.finding import Rule, Tier

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

EVERYTHING = frozenset({"ALL", "THR"})
ALWAYS = frozenset({"THR900", "THR902"})
"""What could not be read and what failed is said whatever is selected, unless it is ignored."""


class UnknownRuleError(ValueError):
    """A selector that fits no rule. `named` is how it was written, `suggestion` the nearest that exists, if any,
    `option` the key of the configuration it stands under."""

    def __init__(self, named: str, suggestion: str | None, option: str) -> None:
        self.named = named
        self.suggestion = suggestion
        self.option = option
        hint = f", did you mean `{suggestion}`?" if suggestion else ""
        super().__init__(f"unknown rule `{named}` in `{option}`{hint}")


_DIGITS = str.maketrans("OIL", "011")
"""Letters that are taken for digits."""


def nearest(named: str, rules: Sequence[Rule]) -> str | None:
    """The code or name of a rule that looks most like what was written."""
    names = [rule.name for rule in rules]
    codes = [rule.code for rule in rules]
    from difflib import get_close_matches

    mistyped = named.upper().translate(_DIGITS)
    if mistyped in codes:
        return mistyped
    close = get_close_matches(named.lower(), names, 1, 0.6) or get_close_matches(named.upper(), codes, 1, 0.8)
    return close[0] if close else None


def fitting(selector: str, rules: Sequence[Rule]) -> dict[str, int]:
    """The codes that a selector fits, with the length of the fit; empty when it fits none."""
    upper = selector.strip().upper()
    if upper in EVERYTHING:
        return {rule.code: 3 for rule in rules}
    lower = selector.strip().lower()
    return {
        rule.code: 6 if rule.name == lower else len(upper)
        for rule in rules
        if rule.name == lower or (len(upper) > 3 and rule.code.startswith(upper))
    }


class Selection:
    """The rules in force, for the whole run and for each file."""

    def __init__(
        self,
        rules: Sequence[Rule],
        *,
        select: Sequence[str] | None = None,
        extend_select: Sequence[str] = (),
        ignore: Sequence[str] = (),
        per_file_ignores: Mapping[str, Sequence[str]] | None = None,
        strict: bool = False,
        free_threaded: bool = False,
        root: str = "",
    ) -> None:
        """`select` None or empty means the defaults; the patterns of `per_file_ignores` count from the folder `root`
        (the working directory if empty). Raises UnknownRuleError for a selector that fits nothing."""
        self._rules = tuple(rules)
        tiers = {Tier.ON} | ({Tier.STRICT} if strict else set()) | ({Tier.FT} if free_threaded else set())
        in_tier = {rule.code for rule in rules if rule.tier in tiers}
        chosen = dict.fromkeys(in_tier, 0) if not select else dict.fromkeys(ALWAYS & in_tier, 0)
        for option, selectors in (("select", select or ()), ("extend-select", extend_select)):
            for selector in selectors:
                for code, length in self._fit(selector, option).items():
                    if length > 3 or code in in_tier:
                        chosen[code] = max(chosen.get(code, 0), length)
        for selector in ignore:
            for code, length in self._fit(selector, "ignore").items():
                if length >= chosen.get(code, 99):
                    del chosen[code]
        self.codes = frozenset(chosen)
        """The codes of the rules that run."""
        self._root = root
        self._ignored_in: list[tuple[GitIgnoreSpec, frozenset[str]]] = []
        for pattern, selectors in (per_file_ignores or {}).items():
            from pathspec import GitIgnoreSpec

            codes = frozenset(code for each in selectors for code in self._fit(each, "per-file-ignores"))
            self._ignored_in.append((GitIgnoreSpec.from_lines([pattern]), codes))

    def __contains__(self, code: str) -> bool:
        return code in self.codes

    def speaks(self, code: str, path: str) -> bool:
        """Whether findings of that rule are wanted in that file."""
        if code not in self.codes:
            return False
        if not self._ignored_in:
            return True
        if self._root:
            path = os.path.relpath(path, self._root).replace(os.sep, "/")
        return not any(code in codes and spec.match_file(path) for spec, codes in self._ignored_in)

    def _fit(self, selector: str, option: str) -> dict[str, int]:
        fit = fitting(selector, self._rules)
        if not fit:
            raise UnknownRuleError(selector, nearest(selector, self._rules), option)
        return fit
