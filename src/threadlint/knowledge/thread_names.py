"""Names that belong to `threading`: those a subclass of Thread must leave alone, and those that have been renamed."""

from __future__ import annotations

from typing import NamedTuple

Version = tuple[int, int]


class Reserved(NamedTuple):
    """An attribute that Thread itself uses. It is in use from `since` on, and no more from `until` on (None: no end).
    `effect`: what happens to a thread whose class takes the name. `loud`: whether that is a failure, not a
    curiosity."""

    since: Version | None
    until: Version | None
    effect: str
    loud: bool = True


_NEVER_RETURNS = "`start()` never returns"

RESERVED: dict[str, Reserved] = {
    "_started": Reserved(None, None, "`start()` fails"),
    "_bootstrap": Reserved(None, None, "`start()` fails"),
    "_bootstrap_inner": Reserved(None, None, _NEVER_RETURNS),
    "_set_ident": Reserved(None, None, _NEVER_RETURNS),
    "_set_native_id": Reserved(None, None, _NEVER_RETURNS),
    "_stop": Reserved(None, (3, 13), "`join()` and `is_alive()` fail or never tell the end"),
    "_set_tstate_lock": Reserved(None, (3, 13), _NEVER_RETURNS),
    "_wait_for_tstate_lock": Reserved(None, (3, 13), "`join()` fails"),
    "_tstate_lock": Reserved(None, (3, 13), "Thread overwrites it", False),
    "_is_stopped": Reserved(None, (3, 13), "Thread overwrites it", False),
    "_delete": Reserved((3, 11), None, "the end of the thread raises TypeError"),
    "_handle": Reserved((3, 13), (3, 14), "the thread cannot start"),
    "_context": Reserved((3, 14), None, "the thread starts and its body never runs"),
    "_os_thread_handle": Reserved((3, 14), None, "the thread cannot start"),
    "_set_os_name": Reserved((3, 14), None, "the thread cannot start"),
    "_target": Reserved(None, None, "Thread keeps its target there", False),
    "_args": Reserved(None, None, "Thread keeps its arguments there", False),
    "_kwargs": Reserved(None, None, "Thread keeps its arguments there", False),
    "_name": Reserved(None, None, "Thread keeps its name there", False),
    "_daemonic": Reserved(None, None, "Thread keeps `daemon` there", False),
    "_ident": Reserved(None, None, "Thread keeps its identifier there", False),
    "_native_id": Reserved(None, None, "Thread keeps its identifier there", False),
    "_initialized": Reserved(None, None, "Thread notes there that it is ready", False),
    "_stderr": Reserved(None, None, "Thread reports errors there", False),
    "_invoke_excepthook": Reserved(None, None, "Thread reports errors with it", False),
    "_reset_internal_locks": Reserved(None, (3, 13), "Thread calls it after a fork", False),
    "_after_fork": Reserved((3, 13), None, "Thread calls it after a fork", False),
}
"""By name; measured on 3.9 to 3.13 and read in the source of 3.14."""

OVERRIDABLE = frozenset({"__init__", "run"})
API = frozenset({"start", "join", "is_alive", "ident", "native_id"})
"""Methods and properties of Thread that a subclass is not meant to replace."""


class Renamed(NamedTuple):
    """A deprecated name. `new` is what to write; `how` says how a call of it is rewritten: rename, get (a property is
    read) or set (a property is assigned). `gone`: the version that no longer has the old name."""

    new: str
    how: str = "rename"
    gone: Version | None = None


RENAMED: dict[str, dict[str, Renamed]] = {
    "thread": {
        "setDaemon": Renamed("daemon", "set"),
        "isDaemon": Renamed("daemon", "get"),
        "setName": Renamed("name", "set"),
        "getName": Renamed("name", "get"),
        "isAlive": Renamed("is_alive", gone=(3, 9)),
    },
    "condition": {"notifyAll": Renamed("notify_all")},
    "event": {"isSet": Renamed("is_set")},
    "module": {"currentThread": Renamed("current_thread"), "activeCount": Renamed("active_count")},
}
"""By what has the name: thread, condition, event, or the module `threading` itself."""
