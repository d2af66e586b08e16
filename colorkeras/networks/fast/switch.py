"""Where layers of ours train instead of Keras's: where some gradients of those are slow.

With JAX on any device, as XLA has no fast code for the gradient of a transposed convolution by its
kernel (`results/bench/README.md` has the times); with TensorFlow in bfloat16 on a CPU. The variable
COLORKERAS_LAYERS=keras leaves all layers to Keras, to compare.
"""

import contextlib
import os
from contextvars import ContextVar

import keras

from colorkeras.config.toml import choose

VARIABLE = "COLORKERAS_LAYERS"
_CHOICES = ("auto", "keras")
_IS_PLAIN = ContextVar("is_plain", default=False)


@contextlib.contextmanager
def keras_layers_alone():
    """Build networks of nothing but Keras's layers inside, as a saved model needs."""
    token = _IS_PLAIN.set(True)
    try:
        yield
    finally:
        _IS_PLAIN.reset(token)


def is_tensorflow_bfloat16():
    """Return whether layers for TensorFlow's bfloat16 on a CPU are wanted."""
    if not _may_be_ours("tensorflow") or keras.config.dtype_policy().compute_dtype != "bfloat16":
        return False
    import tensorflow as tf

    return not tf.config.list_physical_devices("GPU")


def is_jax():
    """Return whether layers for JAX, on any device and in any precision, are wanted."""
    return _may_be_ours("jax")


def _may_be_ours(backend):
    if _IS_PLAIN.get() or keras.backend.backend() != backend:
        return False
    return choose(os.environ.get(VARIABLE) or "auto", _CHOICES, VARIABLE) == "auto"
