"""Doors: the command line and flake8. Only they touch the clock, the arguments and the terminal."""
