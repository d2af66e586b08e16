"""Load TensorFlow quietly and set it up for one run: seed, determinism, precision, GPU memory."""

import contextlib
import os
import random
import sys
import tempfile
from dataclasses import dataclass

import numpy as np

from colorkeras.precision import POLICIES, choose_precision


@dataclass(frozen=True)
class Backend:
    """What a run computes on: the number format chosen and the names of its GPUs."""

    precision: str
    gpus: tuple[str, ...]


def load_tensorflow():
    """Import TensorFlow and Keras without the pages they print; exceptions are still shown.

    Its own log level is 3 ("fatal") unless TF_CPP_MIN_LOG_LEVEL says otherwise: level 2 tells every
    user of a LeakyReLU that a graph rewrite was given up. The C++ side writes to the file
    descriptor before any setting can reach it, so the descriptor itself is turned away while the
    import lasts.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    with _stderr_held_back():
        import keras
        import tensorflow as tf

        keras.ops.add(1, 1)  # the first operation prints as well
    return tf


def set_up(requested_precision="float32", seed=0, deterministic=False):
    """Prepare TensorFlow for a run and return its `Backend`.

    Args:
        requested_precision: "auto" or a number format, see `choose_precision`.
        seed: of Python's, NumPy's and Keras's generators.
        deterministic: same seed, same weights, bit by bit; costs some speed on GPUs.
    """
    tf = load_tensorflow()
    import keras

    keras.utils.clear_session(free_memory=False)
    random.seed(seed)
    np.random.seed(seed)
    keras.utils.set_random_seed(seed)
    if deterministic:
        tf.config.experimental.enable_op_determinism()
    gpus = tf.config.list_physical_devices("GPU")
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    for gpu in gpus:
        # RuntimeError: the GPU is in use already, as in a second run of one process.
        with contextlib.suppress(RuntimeError):
            tf.config.experimental.set_memory_growth(gpu, True)
    capabilities = [item["compute_capability"] for item in details if "compute_capability" in item]
    precision = choose_precision(requested_precision, capabilities)
    keras.config.set_dtype_policy(POLICIES[precision])
    return Backend(precision, tuple(item.get("device_name", "GPU") for item in details))


@contextlib.contextmanager
def _stderr_held_back():
    """Collect what is written to file descriptor 2; show it only when the block fails."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(kept, held.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
