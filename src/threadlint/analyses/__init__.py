"""Conclusions about the program: one question per file, each a pure function for `Program.ask`."""
