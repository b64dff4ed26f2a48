"""Locks that are leaked, misread or protect nothing."""
