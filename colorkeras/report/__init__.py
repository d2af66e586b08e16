"""Reports on stored runs: tables, plots and image grids, from CSV, JSON and PNG files only.

Nothing here imports TensorFlow or Keras, so a comparison takes seconds and needs no GPU.
"""
