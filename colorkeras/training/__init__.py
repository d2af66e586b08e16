"""One training run: `training_run.py` has the order of it, `loop.py` the loop.

configuration and data (`source.py`) → networks and step (`parts.py`) → loop → records.
"""
