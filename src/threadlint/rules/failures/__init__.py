"""Exceptions of threads, and who hears them."""
