"""Control flow of one activation: which room runs which kind of statement."""
from __future__ import annotations

from ...model import facts as f
from .blocks import STATEMENTS, run_block
from .branches import run_if, run_match
from .context_managers import run_with
from .exception_handling import run_try
from .frame import ActiveFrame
from .loops import run_for, run_while
from .simple_statements import (
    run_assert,
    run_assign,
    run_augment,
    run_class,
    run_def,
    run_delete,
    run_evaluate,
    run_import,
    run_jump,
    run_nothing,
    run_raise,
    run_return,
)

STATEMENTS.update({
    f.Evaluate: run_evaluate, f.Assign: run_assign, f.AugAssign: run_augment, f.Delete: run_delete,
    f.Return: run_return, f.Raise: run_raise, f.Assert: run_assert, f.Jump: run_jump, f.Scope: run_nothing,
    f.Import: run_import, f.If: run_if, f.While: run_while, f.ForLoop: run_for, f.With: run_with, f.Try: run_try,
    f.Match: run_match, f.Def: run_def, f.ClassDef: run_class,
})  # fmt: skip


def run_body(frame: ActiveFrame) -> None:
    """Run the body of the frame's function, until its end or until no path is left."""
    run_block(frame, frame.function.facts.body)
