"""Linking: facts of many modules become one program whose names, classes, calls and lock identities are resolved."""
from __future__ import annotations

from .link import link
from .program import Analysis, Program
from .symbols import Class, Function, Module

__all__ = ["Analysis", "Class", "Function", "Module", "Program", "link"]
