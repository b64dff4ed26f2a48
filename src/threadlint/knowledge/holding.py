"""Functions and methods that keep what they are given, give what they keep, or only look at it."""

from __future__ import annotations

HOLDING = frozenset({
    "append", "add", "insert", "appendleft", "setdefault", "extend", "update", "push", "put", "put_nowait",
    "__setitem__",
})  # fmt: skip
"""Methods that put their last argument into the container they are called on."""

GIVING = frozenset({
    "pop", "popleft", "popitem", "get", "get_nowait", "values", "items", "keys", "copy", "setdefault", "__getitem__",
    "union",
    "itervalues", "iteritems", "__enter__",
})  # fmt: skip
"""Methods of a container that give what it holds."""

KEEPING = frozenset({
    "list", "tuple", "set", "frozenset", "sorted", "reversed", "iter", "enumerate", "zip", "cast", "dict", "next",
    "filter", "chain",
    "deque", "wait", "as_completed", "tqdm", "max", "min", "islice", "from_iterable", "fromkeys", "cycle", "copy",
    "WeakSet", "ref",
})  # fmt: skip
"""Functions whose result holds what they are given, and that do nothing else with it."""

LOOKING = frozenset({
    "len", "print", "str", "repr", "isinstance", "id", "type", "bool", "hash", "callable", "hasattr", "format",
    "issubclass",
})  # fmt: skip
"""Functions that only look at what they are given."""
