"""When layers of ours train instead of Keras's: the one switch.

Ours are used with JAX on any device, where XLA has no fast code for the gradient of a transposed
convolution by its kernel (results/bench/README.md has the times), and with TensorFlow in bfloat16
on a CPU. `train.layers` of the configuration, "auto" or "keras", switches them off; the variable
COLORKERAS_LAYERS, where it is set, is stronger than the configuration. run.json has both.
"""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

import keras

from colorkeras.config.layers import chosen_layers
from colorkeras.config.settings import AUTO_LAYERS

_CHOICE = ContextVar("choice", default=AUTO_LAYERS)
_IS_PLAIN = ContextVar("is_plain", default=False)


@contextlib.contextmanager
def using_layers(configured: str) -> Iterator[None]:
    """Build networks inside with the layers that `train.layers` asks for."""
    token = _CHOICE.set(configured)
    try:
        yield
    finally:
        _CHOICE.reset(token)


@contextlib.contextmanager
def keras_layers_alone() -> Iterator[None]:
    """Build networks inside of Keras's layers alone, as a saved model needs, whatever is chosen."""
    token = _IS_PLAIN.set(True)
    try:
        yield
    finally:
        _IS_PLAIN.reset(token)


def is_tensorflow_bfloat16() -> bool:
    """Whether to use layers for TensorFlow in bfloat16 on a CPU."""
    if not _may_be_ours("tensorflow") or keras.config.dtype_policy().compute_dtype != "bfloat16":
        return False
    import tensorflow as tf

    return not tf.config.list_physical_devices("GPU")


def is_jax() -> bool:
    """Whether to use layers for JAX, on any device and in any precision."""
    return _may_be_ours("jax")


def is_fast(layer: keras.Layer) -> bool:
    """Whether a layer is of ours."""
    return type(layer).__module__.startswith(f"{__package__}.")


def _may_be_ours(backend: str) -> bool:
    if _IS_PLAIN.get() or keras.backend.backend() != backend:
        return False
    return chosen_layers(_CHOICE.get()) == AUTO_LAYERS
