"""Orders of locks that comments declare, and the acquisitions that contradict them.

`# lock-order: ledger < audit < journal` says that whoever holds one of these locks may take those behind it, not those
before. A name means the lock whose qualified name ends in it (`Bank._ledger`, `_ledger`); a leading `self.` is dropped.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ...model.facts import Span
from ...program.program import Program
from ...program.symbols import Module
from ..lock_names import Names, lock_names
from .lock_order import Order, lock_order

_DECLARED = re.compile(r"lock-order:\s*([\w.]+(?:\s*<\s*[\w.]+)+)", re.IGNORECASE)


class Contradiction(NamedTuple):
    """`order` takes `first` while it holds `second`; the comment at `at` in `module` wants it the other way round."""

    order: Order
    first: str
    second: str
    module: Module
    at: Span


def declared_orders(program: Program) -> list[Contradiction]:
    """Every nesting that a declaration forbids, in order of place."""
    declared = list(_declarations(program))
    if not declared:
        return []
    names: Names = program.ask(lock_names)
    found: list[Contradiction] = []
    for orders in program.ask(lock_order).orders.values():
        for order in orders:
            held, wanted = names.spelling(order.held).full, names.spelling(order.wanted).full
            for module, at, chain in declared:
                early = next((i for i, name in enumerate(chain) if _means(name, wanted, module)), None)
                late = next((i for i, name in enumerate(chain) if _means(name, held, module)), None)
                if early is not None and late is not None and early < late:
                    found.append(Contradiction(order, chain[early], chain[late], module, at))
    found.sort(key=lambda each: (each.order.pair.function.module.name, each.order.pair.event.at))
    return found


def _declarations(program: Program) -> Iterator[tuple[Module, Span, list[str]]]:
    for module in program.modules.values():
        for comment in module.facts.comments:
            match = _DECLARED.search(comment.text)
            if match is not None:
                chain = [name.strip().removeprefix("self.") for name in match.group(1).split("<")]
                yield module, comment.at, chain


def _means(name: str, full: str, module: Module) -> bool:
    """Whether a declared name means the lock of a qualified name; without a dot it has to be of the same module."""
    if "." not in name and not full.startswith(f"{module.name}."):
        return False
    return full == name or full.endswith(f".{name}")
