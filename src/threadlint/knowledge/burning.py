"""What burns processor time while it holds the GIL, and what gives the GIL up. Measured; see the notes of each
table."""

from __future__ import annotations

HOLDS = frozenset({
    "json.loads", "json.dumps", "pickle.loads", "pickle.dumps", "re.match", "re.search", "re.findall", "re.sub",
    "ast.parse",
    "builtins.compile", "base64.b64encode", "base64.b64decode", "math.factorial", "unicodedata.normalize",
    "math.sqrt", "math.sin",
    "math.cos", "math.exp", "math.log", "math.pow", "math.gcd", "math.isqrt", "builtins.sorted", "builtins.sum",
    "builtins.pow",
    "builtins.hash", "builtins.divmod", "decimal.Decimal", "fractions.Fraction", "itertools.permutations",
    "itertools.combinations",
    "itertools.product", "random.random", "random.randint", "random.uniform", "random.choice", "random.shuffle",
    "random.gauss",
    "copy.deepcopy", "heapq.heappush", "heapq.heappop", "builtins.round", "builtins.abs", "builtins.max",
    "builtins.min", "builtins.len",
    "builtins.range", "builtins.enumerate", "builtins.zip", "builtins.map", "builtins.filter", "builtins.int",
    "builtins.float",
    "builtins.str", "builtins.list", "builtins.dict", "builtins.set", "builtins.tuple", "builtins.ord",
    "builtins.chr", "builtins.isinstance",
    "builtins.any", "builtins.all", "builtins.reversed", "builtins.bool", "builtins.complex", "builtins.bytes",
    "builtins.bytearray",
    "builtins.frozenset", "builtins.repr", "builtins.bin", "builtins.hex", "builtins.next", "builtins.iter",
    "collections.Counter",
    "collections.defaultdict", "collections.deque", "functools.reduce", "functools.lru_cache", "operator.mul",
    "operator.add",
    "string.ascii_lowercase", "time.time", "time.perf_counter", "time.monotonic", "time.process_time",
    "threading.current_thread",
    "threading.get_ident", "builtins.print", "builtins.format", "builtins.super", "builtins.object",
    "builtins.getattr", "builtins.id",
    "builtins.type", "builtins.ValueError", "builtins.Exception", "csv.reader", "difflib.SequenceMatcher",
    "statistics.mean",
    "statistics.stdev", "math.floor", "math.ceil", "math.hypot", "math.tan", "math.atan2", "random.sample",
    "random.choices",
    "random.Random", "random.seed", "logging.debug", "logging.info", "logging.getLogger", "hashlib.new",
})  # fmt: skip
"""Library functions that keep the GIL and neither wait nor do I/O, or so little of it that it does not count."""

HEAVY = frozenset({
    "json.loads", "json.dumps", "pickle.loads", "pickle.dumps", "re.findall", "re.sub", "ast.parse", "math.factorial",
    "builtins.sorted",
    "builtins.sum", "builtins.pow", "decimal.Decimal", "fractions.Fraction", "copy.deepcopy", "statistics.mean",
    "statistics.stdev",
    "itertools.permutations", "itertools.combinations", "itertools.product", "math.sqrt", "math.sin", "math.cos",
    "math.exp", "math.log",
    "math.gcd", "math.isqrt", "random.random", "random.uniform", "random.gauss", "random.randint",
    "unicodedata.normalize",
})  # fmt: skip
"""Those among them that are evidence of computation by themselves when a loop calls them."""

HARMLESS_OWNERS = frozenset({
    "builtins.list", "builtins.dict", "builtins.set", "builtins.str", "builtins.bytes", "builtins.bytearray",
    "collections.Counter",
    "collections.defaultdict", "collections.deque", "collections.OrderedDict", "random.Random", "decimal.Decimal",
    "fractions.Fraction",
    "logging.Logger", "threading.Lock", "threading.RLock", "builtins.frozenset", "builtins.tuple", "queue.Queue",
    "queue.SimpleQueue",
    "multiprocessing.Queue", "multiprocessing.Value", "array.array",
})  # fmt: skip
"""Types whose methods count neither for nor against: handing over results by a queue or under a lock is part of
most workers."""

PLAIN_METHODS = frozenset({
    "append", "add", "extend", "items", "keys", "values", "get", "setdefault", "update", "pop", "sort", "split",
    "join", "strip", "lower",
    "upper", "replace", "startswith", "endswith", "format", "count", "index", "find", "insert", "remove", "discard",
    "encode", "copy",
    "isdigit", "isalpha", "reverse", "put", "set_result", "bit_length", "release", "acquire", "quantize", "sqrt",
    "most_common", "is_set",
})  # fmt: skip
"""Methods that, on an object of unknown type, are taken for those of built-in types. (`get` with no argument is a
queue's, and waits.)"""

WORDS = ("prime", "fib", "factor", "hash", "compute", "calc", "simulat", "mandelbrot", "pi", "matrix", "render",
         "encode", "crunch", "permut", "sort", "count", "burn", "sum", "square", "collatz")  # fmt: skip
"""Names that make it likely that a function computes: weak evidence."""
