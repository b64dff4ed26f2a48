"""Settings of the whole process: calls that change them, and what they are called."""

from __future__ import annotations

PROCESS_STATE: dict[str, str] = {
    "os.chdir": "the working directory",
    "os.fchdir": "the working directory",
    "contextlib.chdir": "the working directory",
    "os.umask": "the file mode mask",
    "os.environ.update": "the environment",
    "os.environ.pop": "the environment",
    "os.environ.setdefault": "the environment",
    "os.environ.clear": "the environment",
    "os.putenv": "the environment",
    "os.unsetenv": "the environment",
    "locale.setlocale": "the locale",
    "time.tzset": "the time zone",
    "socket.setdefaulttimeout": "the default timeout of sockets",
    "sys.setrecursionlimit": "the recursion limit",
    "sys.setswitchinterval": "the switch interval",
    "warnings.catch_warnings": "the filters of `warnings`",
    "warnings.simplefilter": "the filters of `warnings`",
    "warnings.filterwarnings": "the filters of `warnings`",
    "warnings.resetwarnings": "the filters of `warnings`",
    "contextlib.redirect_stdout": "the standard output",
    "contextlib.redirect_stderr": "the standard error output",
    "random.seed": "the shared random generator",
    "logging.disable": "the logging of the whole process",
    "logging.basicConfig": "the logging of the whole process",
    "unittest.mock.patch": "a name that all threads look up",
}
"""By canonical name."""
