"""Threads from their making to their end."""
