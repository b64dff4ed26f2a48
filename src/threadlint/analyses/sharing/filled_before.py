"""Entries that are surely there before a thread starts.

Domain: containers at shared locations from which nobody takes anything, and entries with a literal key. A function
that starts a
thread
and, earlier, in a statement that nothing can skip, fills the entry (`d["k"] = v`, or the same behind a test whether
it is missing),
leaves the thread nothing to fill: its own test finds the entry.

What it does not know: entries that a function which is called fills, keys that are no literals.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

from ...knowledge.types import SHRINKS
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function
from ...program.traverse import walk
from ..execution import Root
from .shared_state import Shared, Site

Key = tuple[str, object]


class FilledBefore:
    """The answer: `surely`."""

    def __init__(self, program: Program) -> None:
        self._fills: dict[Function, dict[f.Span, f.Item]] = {}
        self._unskipped: dict[Function, set[f.Span]] = {}

    def surely(self, shared: Shared, site: Site, other: Site) -> bool:
        """Whether the entry that a site fills where it is missing was there before the two threads could meet."""
        key = self._key(site)
        if key is None or any(_takes(each) for each in shared.changes):
            return False
        threads = [root for root in (site.root, other.root) if root.kind == "thread"]
        return bool(threads) and any(
            all(self._comes_first(fill, root) for root in threads) and self._key(fill) == key
            for fill in shared.changes
            if fill.root.kind == "main" and fill.access.how == "item"
        )

    def _comes_first(self, fill: Site, root: Root) -> bool:
        """Whether a statement that cannot be skipped stands before every start of a thread."""
        if fill.event.at not in self._surely_run(fill.function):
            return False
        return bool(root.spawns) and all(
            event.activation is fill.event.activation and fill.event.at < event.at for event in root.spawns
        )

    def _key(self, site: Site) -> Key | None:
        """The literal key of an entry."""
        known = self._fills.get(site.function)
        if known is None:
            known = self._fills[site.function] = {
                node.at: node for node in walk(site.function.facts.body) if isinstance(node, f.Item)
            }
        node = known.get(site.event.at)
        if node is None or not isinstance(node.index, f.Const) or node.index.value is None:
            return None
        return node.index.kind, node.index.value

    def _surely_run(self, function: Function) -> set[f.Span]:
        """Places of entries that are filled, or found filled, whenever the function gets that far."""
        known = self._unskipped.get(function)
        if known is None:
            known = self._unskipped[function] = set(_unskipped(function.facts.body))
        return known


def _unskipped(block: tuple[f.Stmt, ...]) -> Iterator[f.Span]:
    for statement in block:
        if isinstance(statement, f.Assign):
            yield from (target.at for target in statement.targets if isinstance(target, f.Item))
        elif (
            isinstance(statement, f.With)
            or (isinstance(statement, f.Try) and not statement.handlers)
            or _only_fills(statement)
        ):
            yield from _unskipped(statement.body)
        elif isinstance(statement, (f.Return, f.Raise)):
            return


def _only_fills(statement: f.Stmt) -> TypeGuard[f.If]:
    """`if k not in d: …` without an else."""
    return isinstance(statement, f.If) and not statement.orelse and _asks_whether_missing(statement.test)


def _asks_whether_missing(test: f.Expr) -> bool:
    """`k not in d`, `d.get(k) is None`."""
    if not isinstance(test, f.Compare):
        return False
    if test.op == "not in":
        return True
    return (
        test.op == "is"
        and isinstance(test.right, f.Const)
        and test.right.kind == "none"
        and isinstance(test.left, f.Call)
    )


def _takes(site: Site) -> bool:
    access = site.access
    if access.method in SHRINKS or access.method == "del" or access.how == "delete":
        return True
    return access.how == "write" and not site.function.is_top


def filled_before(program: Program) -> FilledBefore:
    """What is surely filled before threads start."""
    return FilledBefore(program)
