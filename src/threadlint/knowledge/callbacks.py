"""What people call the functions that others give them to call."""
from __future__ import annotations

CALLBACK_WORDS = (
    "callback", "handler", "listener", "observer", "hook", "subscriber", "receiver", "watcher", "notif", "_cb", "on_",
    "slot", "sink",
)  # fmt: skip
