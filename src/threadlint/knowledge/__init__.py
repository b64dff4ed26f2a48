"""What the library world means: tables, not code. Names are the canonical dotted ones of `names.canonical`."""
