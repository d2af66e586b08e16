"""Keras's convolutions and batch normalization with faster gradients, where Keras's are slow.

Same results, weights, names and saved models as `keras.layers`; only gradients (and statistics of
batch normalization in bfloat16) are computed in another way. `train.layers = "keras"`, or the
variable COLORKERAS_LAYERS, leaves all layers to Keras: see `switch.py`. The gain of each experiment
is in results/bench/fast_layers.csv; `python -m colorkeras.bench fast-layers` measures it.
"""

from colorkeras.networks.fast.batch_norm import batch_normalization, fuse_batch_normalization
from colorkeras.networks.fast.convolutions import conv2d, conv2d_transpose

__all__ = ["batch_normalization", "conv2d", "conv2d_transpose", "fuse_batch_normalization"]
