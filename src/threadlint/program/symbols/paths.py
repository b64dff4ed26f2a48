"""Paths: names with dots as they are spelled in the text."""
from __future__ import annotations

from ...model import facts as f


def last_name(expr: f.Expr) -> str | None:
    """`a.b.c` → `c`, `f(x)` → that of `f`; None for anything else."""
    if isinstance(expr, f.Call):
        return last_name(expr.func)
    if isinstance(expr, f.Attr):
        return expr.attr
    return expr.id if isinstance(expr, f.Name) else None


def caught_types(handler: f.Handler) -> tuple[f.Expr, ...]:
    """The types that an `except` names, one by one; none where it names nothing and catches everything."""
    if handler.type is None:
        return ()
    return handler.type.items if isinstance(handler.type, f.Display) else (handler.type,)


def handles(handler: f.Handler, names: frozenset[str]) -> bool:
    """Whether an `except` catches one of these exceptions by name, or everything because it names nothing."""
    return handler.type is None or any(last_name(each) in names for each in caught_types(handler))


def dotted(expr: f.Expr | None) -> str | None:
    """`a.b.c` as text; None when the expression is not a plain path."""
    if isinstance(expr, f.Name):
        return expr.id
    if isinstance(expr, f.Attr):
        base = dotted(expr.value)
        return f"{base}.{expr.attr}" if base else None
    return None
