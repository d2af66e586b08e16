"""Load the backend that Keras runs on, quietly, and set it up for one run: devices, seed,
determinism, precision.

KERAS_BACKEND chooses it, as everywhere in Keras; TensorFlow is the default.
"""

import contextlib
import importlib.util
import os
import random
import sys
import tempfile
from dataclasses import dataclass

import numpy as np

from colorkeras.config.toml import choose
from colorkeras.console.errors import UserError
from colorkeras.devices.choice import Devices
from colorkeras.devices.precision import POLICIES, choose_precision
from colorkeras.devices.replicas import ONE, Replicas

VARIABLE = "KERAS_BACKEND"
# Its module and how to get it.
_BACKENDS = {
    "tensorflow": "pip install tensorflow, or set KERAS_BACKEND=jax where JAX is installed",
    "jax": "pip install 'colorkeras[jax]', or leave KERAS_BACKEND out for TensorFlow",
}

# The user's flags, before `set_up` adds one of ours.
_HAS_FLAGS = any(os.environ.get(name) for name in ("XLA_FLAGS", "TF_XLA_FLAGS"))


@dataclass(frozen=True)
class Backend:
    """What a run computes on: the number format chosen, the names of its GPUs, its replicas."""

    precision: str
    gpus: tuple[str, ...]
    replicas: Replicas = ONE


_ANY = Devices()


def chosen_name():
    """The backend asked for: "tensorflow" or "jax".

    Raises:
        UserError: when KERAS_BACKEND names another.
    """
    return choose(os.environ.get(VARIABLE) or "tensorflow", list(_BACKENDS), VARIABLE)


def load(before_operations=None):
    """Import Keras and its backend without the pages they print; exceptions are still shown.

    TensorFlow's own log level is 3 ("fatal") unless TF_CPP_MIN_LOG_LEVEL says otherwise: level 2
    tells every user of a LeakyReLU that a graph rewrite was given up. The C++ side writes to the
    file descriptor before any setting can reach it, so the descriptor itself is turned away while
    the import lasts. Not so where flags are set: a wrong one ends the process without an exception,
    and what it says first is all that a user learns.

    Args:
        before_operations: called with the module before its first operation, after which its
            devices cannot be changed any more.

    Returns:
        The module `tensorflow` or `jax`.

    Raises:
        UserError: when it is not installed.
    """
    name = chosen_name()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ[VARIABLE] = name
    if importlib.util.find_spec(name) is None:
        raise UserError(f"{VARIABLE}={name}: this package is not installed. {_BACKENDS[name]}.")
    with contextlib.nullcontext() if _HAS_FLAGS else stderr_held_back():
        import keras

        module = importlib.import_module(name)
        if before_operations:
            before_operations(module)
        keras.ops.add(1, 1)  # the first operation prints as well
    return module


def set_up(requested_precision="float32", seed=0, deterministic=False, devices=_ANY, batch_size=1):
    """Prepare the backend for a run and return its `Backend`.

    Args:
        requested_precision: "auto" or a number format, see `choose_precision`.
        seed: of Python's, NumPy's and Keras's generators.
        deterministic: same seed, same weights, bit by bit; costs some speed on GPUs.
        devices: the `Devices` asked for.
        batch_size: of the batch that the replicas divide.

    Raises:
        UserError: when there are no such devices.
    """
    name = chosen_name()
    if name == "jax" and deterministic and "jax" not in sys.modules:
        # Read when JAX first looks for its devices.
        flags = os.environ.get("XLA_FLAGS", "")
        os.environ["XLA_FLAGS"] = f"{flags} --xla_gpu_deterministic_ops=true".strip()
    found = []
    module = load(lambda _: found.append(_choose_replicas(devices, batch_size)))
    import keras

    keras.utils.clear_session(free_memory=False)
    random.seed(seed)
    np.random.seed(seed)
    with stderr_held_back():  # Keras seeds an installed TensorFlow beside JAX, which loads it
        keras.utils.set_random_seed(seed)
    gpus = _jax_gpus(module) if name == "jax" else _tensorflow_gpus(module, deterministic)
    capabilities = [capability for _, capability in gpus if capability]
    precision = choose_precision(requested_precision, capabilities)
    keras.config.set_dtype_policy(POLICIES[precision])
    return Backend(precision, tuple(device for device, _ in gpus), *found)


def _choose_replicas(devices, batch_size):
    if chosen_name() == "jax":
        from colorkeras.devices.replicas_jax import choose_replicas
    else:
        from colorkeras.devices.replicas_tensorflow import choose_replicas
    return choose_replicas(devices, batch_size)


def is_out_of_memory(error):
    """Whether an exception of Python, TensorFlow or JAX says that memory did not suffice."""
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "ResourceExhaustedError"
        or "RESOURCE_EXHAUSTED" in str(error)
    )


def is_lost_worker(error):
    """Whether an exception of TensorFlow says that another worker has ended or is out of reach."""
    return type(error).__name__ in ("UnavailableError", "AbortedError", "DeadlineExceededError")


def _tensorflow_gpus(tf, deterministic):
    """(name, compute capability or None) of each GPU that is used."""
    if deterministic:
        tf.config.experimental.enable_op_determinism()
    gpus = tf.config.get_visible_devices("GPU")
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    return [(item.get("device_name", "GPU"), item.get("compute_capability")) for item in details]


def _jax_gpus(jax):
    """(name, compute capability or None) of each GPU."""
    gpus = [device for device in jax.devices() if device.platform == "gpu"]
    versions = [str(getattr(gpu, "compute_capability", "")).split(".") for gpu in gpus]
    capabilities = [
        tuple(map(int, parts)) if all(part.isdigit() for part in parts) else None
        for parts in versions
    ]
    return [(gpu.device_kind, found) for gpu, found in zip(gpus, capabilities, strict=True)]


@contextlib.contextmanager
def stderr_held_back():
    """Collect what is written to file descriptor 2; show it only when the block fails, unless that
    is a mistake of the user's, whose message says it all, or the user's wish."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except (UserError, KeyboardInterrupt):
            raise
        except BaseException:
            held.seek(0)
            os.write(kept, held.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
