"""The oracle: random small threaded programs whose every interleaving is explored, so that threadlint's missed and
false alarms are counted against the exact truth. `python -m tests.oracle --help`; README.md says what it covers.
"""
