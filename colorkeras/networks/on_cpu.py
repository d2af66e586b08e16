"""Where layers of ours train instead of Keras's: on a CPU, where some of those are slow.

GPUs are left to Keras's own layers: whether ours gain there has not been tried.
"""

import contextlib
from contextvars import ContextVar

import keras

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
    if _IS_PLAIN.get() or keras.config.dtype_policy().compute_dtype != "bfloat16":
        return False
    if keras.backend.backend() != "tensorflow":
        return False
    import tensorflow as tf

    return not tf.config.list_physical_devices("GPU")


def is_jax():
    """Return whether layers for JAX on a CPU, of any precision, are wanted."""
    if _IS_PLAIN.get() or keras.backend.backend() != "jax":
        return False
    import jax

    return jax.default_backend() == "cpu"
