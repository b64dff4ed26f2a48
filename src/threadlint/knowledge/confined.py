"""Library types whose objects belong to one thread, or to one thread at a time, as their documentation says."""

from __future__ import annotations

from typing import NamedTuple


class Confined(NamedTuple):
    """What happens elsewhere, in words; `lifted_by` is a keyword of the maker that, when false, lifts it; `free` are
    methods that any thread may call. `in_turn`: other threads may use it as well, one at a time."""

    harm: str
    lifted_by: str | None = None
    free: frozenset[str] = frozenset()
    in_turn: bool = False


_SQLITE = Confined("raises `sqlite3.ProgrammingError`", "check_same_thread", frozenset({"interrupt"}))
_TKINTER = Confined(
    "raises `RuntimeError` unless the main loop runs",
    free=frozenset({"after", "after_idle", "event_generate", "quit"}),
)
_PIKA = Confined("mixes the frames of two threads", None, frozenset({"add_callback_threadsafe"}), True)
_BOTO = Confined("its documentation calls it not thread-safe", in_turn=True)
_SQLALCHEMY = Confined("mixes the transactions of two threads", in_turn=True)
_CURSOR = Confined("mixes the results of two threads", in_turn=True)

_WIDGETS = (
    "Tk", "Toplevel", "Label", "Button", "Entry", "Text", "Canvas", "Frame", "Listbox", "Scale", "Scrollbar",
    "Checkbutton", "Radiobutton", "Spinbox", "Menu", "Message", "LabelFrame", "PanedWindow", "StringVar", "IntVar",
    "DoubleVar", "BooleanVar", "PhotoImage", "ttk.Label", "ttk.Button", "ttk.Entry", "ttk.Frame", "ttk.Progressbar",
    "ttk.Treeview", "ttk.Combobox", "ttk.Notebook", "ttk.Scale", "ttk.Checkbutton", "scrolledtext.ScrolledText",
)  # fmt: skip

CONFINED: dict[str, Confined] = {
    "sqlite3.Connection": _SQLITE,
    "sqlite3.Cursor": _SQLITE,
    **{f"tkinter.{name}": _TKINTER for name in _WIDGETS},
    "pika.BlockingConnection": _PIKA,
    "pika.BlockingConnection channel": _PIKA,
    "boto3.Session": _BOTO,
    "boto3.session.Session": _BOTO,
    "boto3.resource object": _BOTO,
    "sqlalchemy.orm.Session": _SQLALCHEMY,
    "psycopg.Cursor": _CURSOR,
}
"""By canonical name of the type."""

MAKERS: dict[str, str] = {
    "pika.BlockingConnection.channel": "pika.BlockingConnection channel",
    "boto3.resource": "boto3.resource object",
    "boto3.Session.resource": "boto3.resource object",
    "boto3.session.Session.resource": "boto3.resource object",
    "psycopg.connect": "psycopg.Connection",
    "psycopg.Connection.cursor": "psycopg.Cursor",
}
"""The type of what a call makes, where the name of the call does not tell it."""
