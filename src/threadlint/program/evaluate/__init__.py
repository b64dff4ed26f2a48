"""What an expression evaluates to.

`Evaluator` is the one meaning of names, attributes, calls and displays. It is asked through a *frame*, which says what
names are bound to and what happens when a function is entered. `Static` answers without any order of execution: a name
is the union of everything assigned to it, parameters have their annotated types, and calls give what the callee's
`return`s give. The flow-sensitive frames of the analyses use the same meanings and record what happens on the way.

What it does not know is `UNKNOWN`, the empty set: aliasing beyond paths of `values.DEEPEST` steps, dispatch by strings,
anything that depends on run-time values.
"""
from __future__ import annotations

from .arguments import Arguments
from .expressions import Evaluator
from .frames import Frame
from .library_results import IDENTITY

__all__ = ["IDENTITY", "Arguments", "Evaluator", "Frame"]
