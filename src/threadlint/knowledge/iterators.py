"""Library iterators that must not be advanced by two threads at once."""

from __future__ import annotations

ITERATORS = frozenset({
    "builtins.map", "builtins.zip", "builtins.filter", "builtins.enumerate", "builtins.reversed", "csv.reader",
    "csv.DictReader", "itertools.chain", "itertools.islice", "itertools.tee", "itertools.groupby", "itertools.product",
    "itertools.permutations", "itertools.combinations", "itertools.starmap", "itertools.takewhile",
    "itertools.dropwhile", "itertools.accumulate", "itertools.zip_longest", "itertools.chain.from_iterable", "os.walk",
    "os.scandir", "glob.iglob", "json.JSONEncoder.iterencode",
})  # fmt: skip
"""`itertools.count`, `cycle` and `repeat` are left out: a step of them is whole under a GIL."""
