"""Threads that make a program slower."""
