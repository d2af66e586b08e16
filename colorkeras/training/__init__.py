"""One training run: `run.py` is the order of it, `loop.py` the loop, the others what both need.

configuration and data (`source.py`) → networks and step (`parts.py`) → loop → records.
"""
