"""colorkeras: a reproduction suite for image colorization in Keras 3.

`python -m colorkeras.run experiments/varga_cnn` is the front door.
Nothing is imported here: `--help` and configuration errors answer before TensorFlow loads.
"""

__version__ = "0.2.0"
