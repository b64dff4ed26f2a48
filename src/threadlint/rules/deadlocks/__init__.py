"""Threads that wait for each other for ever."""
