"""What makes plain values, and what makes things with an identity."""

from __future__ import annotations

PURE_FUNCTIONS = frozenset({
    f"builtins.{name}" for name in (
        "abs", "all", "any", "ascii", "bin", "bool", "bytes", "chr", "complex", "dict", "divmod", "enumerate", "filter",
        "float", "format", "frozenset", "getattr", "hasattr", "hash", "hex", "id", "int", "isinstance", "issubclass",
        "iter", "len", "list", "map", "max", "min", "next", "oct", "ord", "pow", "range", "repr", "reversed", "round",
        "set", "slice", "sorted", "str", "sum", "tuple", "type", "vars", "zip", "callable", "property", "staticmethod",
        "classmethod", "super", "dir",
    )
}) | frozenset({
    "re.compile", "functools.partial", "operator.attrgetter", "operator.itemgetter", "os.environ.get", "os.getenv",
    "sys.getsizeof", "collections.namedtuple", "os.getpid", "platform.system", "importlib.import_module", "json.loads",
    "json.dumps", "struct.calcsize", "struct.Struct", "inspect.signature", "inspect.getfullargspec", "textwrap.dedent",
    "copy.copy", "copy.deepcopy", "socket.gethostname", "locale.getpreferredencoding", "shutil.which",
    "datetime.timedelta", "decimal.Decimal", "fractions.Fraction", "pathlib.Path", "pathlib.PurePath", "uuid.UUID",
    "ipaddress.ip_address", "logging.getLogger", "typing.get_type_hints", "collections.OrderedDict",
    "collections.defaultdict", "collections.deque", "collections.Counter", "types.SimpleNamespace",
    "types.MappingProxyType", "weakref.ref", "weakref.WeakKeyDictionary", "weakref.WeakValueDictionary",
    "weakref.WeakSet", "os.cpu_count", "os.getcwd", "sys.intern", "functools.reduce", "unicodedata.normalize",
    "string.Template",
})  # fmt: skip
"""Functions and types whose results, made twice from the same arguments, nobody can tell apart."""

PURE_MODULES = frozenset({
    "math", "cmath", "operator", "itertools", "os.path", "posixpath", "ntpath", "string", "re", "fnmatch", "struct",
    "binascii", "base64", "colorsys", "statistics", "textwrap", "html", "urllib.parse", "inspect", "types",
    "typing", "ast", "keyword", "token", "datetime", "decimal", "fractions", "calendar", "unicodedata", "hashlib",
    "json", "platform", "packaging.version", "sysconfig", "codecs", "importlib", "shlex", "importlib.metadata",
    "importlib.util",
    "numpy", "np", "dis", "opcode", "bisect", "heapq", "copy", "pprint", "reprlib", "ctypes.util",
})  # fmt: skip

VALUE_TYPES = frozenset({
    "builtins.str", "builtins.bytes", "builtins.int", "builtins.float", "builtins.tuple", "builtins.frozenset",
    "datetime.datetime", "datetime.date", "re.Pattern", "pathlib.Path",
})  # fmt: skip

PURE_METHODS = frozenset({
    "get", "keys", "values", "items", "copy", "format", "join", "split", "rsplit", "strip", "lstrip", "rstrip",
    "lower", "upper", "replace", "startswith", "endswith", "encode", "decode", "index", "find", "count",
    "partition", "rpartition", "title", "group", "groups", "match", "search", "fullmatch", "findall", "sub",
    "casefold", "splitlines", "union", "intersection", "difference", "append", "extend", "add", "update",
    "setdefault", "insert", "sort", "isoformat", "timestamp", "hexdigest", "digest", "removeprefix", "removesuffix",
    "isdigit", "isidentifier", "zfill", "ljust", "rjust", "as_posix", "exists", "most_common",
})  # fmt: skip
"""Methods that compute from their object, or fill a container of the function's own."""

PLAIN = frozenset(
    {"hash", "len", "int", "str", "float", "bool", "repr", "frozenset", "bytes", "tuple", "id", "ord", "chr", "round"}
)
"""Builtins that give a plain value whatever they are given."""

NUMBERS = frozenset({"int", "float", "len", "abs", "round"})
"""Last names of functions that give a number, the same from the same arguments."""

READING = frozenset({"read", "readline", "readlines"})
"""Methods that read a file."""

OPENING = frozenset({
    "builtins.open", "socket.socket", "socket.create_connection", "sqlite3.connect", "subprocess.Popen",
    "threading.Thread", "threading.Timer", "concurrent.futures.ThreadPoolExecutor",
    "concurrent.futures.ProcessPoolExecutor", "multiprocessing.Process", "multiprocessing.pool.Pool",
    "multiprocessing.pool.ThreadPool", "requests.Session", "requests.sessions.Session", "urllib3.PoolManager",
    "psycopg2.connect", "psycopg.connect", "pymysql.connect", "MySQLdb.connect", "sqlalchemy.create_engine",
    "redis.Redis", "redis.StrictRedis", "redis.from_url", "pymongo.MongoClient", "boto3.client", "boto3.resource",
    "boto3.Session", "httpx.Client", "http.client.HTTPConnection", "http.client.HTTPSConnection", "ftplib.FTP",
    "smtplib.SMTP", "paramiko.SSHClient", "grpc.insecure_channel", "tempfile.mkdtemp", "tempfile.mkstemp",
    "tempfile.TemporaryDirectory", "tempfile.NamedTemporaryFile", "pika.BlockingConnection", "kafka.KafkaProducer",
    "kafka.KafkaConsumer", "elasticsearch.Elasticsearch", "asyncio.new_event_loop",
})  # fmt: skip
"""Calls that open, connect or start something that has to be closed."""

MAKING_WORDS = (
    "connect", "open", "start", "spawn", "launch", "create_connection", "create_engine", "make_connection",
    "make_session", "new_session", "acquire", "subscribe", "init_", "initialize", "setup", "create_client",
    "make_client", "get_connection", "fork", "create_app", "create_session", "create_pool", "socket", "make_pool",
    "bind", "listen",
)  # fmt: skip
"""Beginnings of names of functions that make something with an identity."""

LAZY_PROPERTIES = frozenset({"cached_property", "reify"})
"""Last names of libraries' descriptors that store a value in their owner's `__dict__` on first use."""
