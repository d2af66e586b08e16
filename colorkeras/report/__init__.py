"""What others read of the runs: tables, plots and image grids, from CSV, JSON and PNG only.

Nothing here imports TensorFlow or Keras, so a comparison takes seconds and needs no GPU.
"""
