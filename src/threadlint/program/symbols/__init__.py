"""Modules, classes and functions of the linked program: facts with their names resolved to each other.

These are views over facts. What a name is bound to is kept as *bindings*: the expression and how its value reaches
the name. Evaluating them is the business of `evaluate`.
"""
from __future__ import annotations

from .bindings import Binding
from .definitions import Class, Function, Module
from .paths import caught_types, dotted, handles, last_name

__all__ = ["Binding", "Class", "Function", "Module", "caught_types", "dotted", "handles", "last_name"]
