"""An untrusted `.h5` model, read as data: what is in it, and whether it may be opened.

Nothing here imports Keras but `build.py`, which `saved_model.py` calls once a file has passed every
check of `checks.py`. docs/threat-model.md says what is promised.
"""
