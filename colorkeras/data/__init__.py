"""Images for training and evaluation: from a folder, packed files or rendered scenes.

`open_source` opens a source. What it returns is described in `image_set`.
"""
