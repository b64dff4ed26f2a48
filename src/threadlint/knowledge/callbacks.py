"""What people call the functions that others give them to call."""
from __future__ import annotations

CALLBACK_WORDS = (
    "callback", "handler", "listener", "observer", "hook", "subscriber", "receiver", "watcher", "notif", "_cb", "on_",
    "slot", "sink",
)  # fmt: skip

HANDLING_METHODS = ("on_", "handle", "dispatch", "notify", "fire", "invoke", "callback", "receive")
"""Beginnings of names of methods that somebody implements to be told of something: a listener as an object."""
