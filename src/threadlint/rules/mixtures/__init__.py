"""Threads and coroutines in one program."""
