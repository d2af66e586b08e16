"""Load the backend of Keras, without what it prints, and set it up for one run: devices, seed,
determinism, precision.

KERAS_BACKEND chooses it, as everywhere in Keras; TensorFlow is the default.
"""

import contextlib
import gc
import importlib.util
import os
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from colorkeras.console.errors import UserError, choose
from colorkeras.console.inherited import open_closed_descriptors

if TYPE_CHECKING:
    from colorkeras.devices.choice import Devices
    from colorkeras.devices.replicas import Replicas

VARIABLE = "KERAS_BACKEND"
# Its module and how to get it.
_BACKENDS = {
    "tensorflow": "pip install tensorflow, or set KERAS_BACKEND=jax where JAX is installed",
    "jax": "pip install 'colorkeras[jax]', or leave KERAS_BACKEND out for TensorFlow",
}

# The user's flags, before `set_up` adds one of ours.
_HAS_FLAGS = any(os.environ.get(name) for name in ("XLA_FLAGS", "TF_XLA_FLAGS"))


def _one_replica() -> "Replicas":
    from colorkeras.devices.replicas import ONE

    return ONE


@dataclass(frozen=True)
class Backend:
    """What a run computes on: the number format chosen, the names of its GPUs, its replicas."""

    precision: str
    gpus: tuple[str, ...]
    replicas: "Replicas" = field(default_factory=_one_replica)


Gpu = tuple[str, tuple[int, ...] | None]  # name, compute capability


def chosen_name() -> str:
    """Return the backend asked for: "tensorflow" or "jax".

    Raises:
        UserError: when KERAS_BACKEND names another.
    """
    return choose(os.environ.get(VARIABLE) or "tensorflow", list(_BACKENDS), VARIABLE)


def load(before_operations: Callable[[Any], None] | None = None) -> Any:
    """Import Keras and its backend without what they print; exceptions are still shown.

    TensorFlow's log level is 3 ("fatal") unless TF_CPP_MIN_LOG_LEVEL says otherwise: at level 2 a
    LeakyReLU causes a message about a graph rewrite. TensorFlow's C++ code writes to the file
    descriptor before any setting reaches it, so the descriptor is redirected during the import.
    This is not done when the user has set flags: a wrong flag ends the process without an
    exception, and its output is the only explanation.

    Args:
        before_operations: called with the module before its first operation; later its devices
            cannot be changed.

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
        with _nothing_collected():
            import keras

            module = importlib.import_module(name)
        if before_operations:
            before_operations(module)
        keras.ops.add(1, 1)  # the first operation prints as well
    return module


@contextlib.contextmanager
def _nothing_collected() -> Iterator[None]:
    """Let Python look for no garbage: an import makes little, but so many objects that looking
    takes a sixth of the time to import TensorFlow.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def set_up(
    requested_precision: str = "float32",
    seed: int = 0,
    deterministic: bool = False,
    devices: "Devices | None" = None,
    batch_size: int = 1,
) -> Backend:
    """Prepare the backend for a run and return its `Backend`.

    Args:
        requested_precision: "auto" or a number format, see `choose_precision`.
        seed: of Python's, NumPy's and Keras's generators.
        deterministic: same seed, same weights, bit by bit; costs some speed on GPUs.
        devices: the `Devices` asked for; None for what suits the machine.
        batch_size: of the batch that the replicas divide.

    Raises:
        UserError: when there are no such devices.
    """
    from colorkeras.devices.precision import POLICIES, choose_precision

    name = chosen_name()
    if name == "jax" and deterministic and "jax" not in sys.modules:
        # Read when JAX first looks for its devices.
        flags = os.environ.get("XLA_FLAGS", "")
        os.environ["XLA_FLAGS"] = f"{flags} --xla_gpu_deterministic_ops=true".strip()
    found: list[Replicas] = []
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
    return Backend(precision, tuple(device for device, _ in gpus), found[0])


def set_up_inference(on_gpu: bool = True) -> None:
    """Prepare the backend for predictions in float32, on the first GPU or else the CPU.

    Args:
        on_gpu: False for the CPU although there are GPUs, which round otherwise.

    Raises:
        UserError: when the backend is not installed.
    """
    load(_use_one_gpu if on_gpu else _use_no_gpu)
    import keras

    keras.utils.clear_session(free_memory=False)
    keras.config.set_dtype_policy("float32")


def _use_one_gpu(module: Any) -> None:
    """JAX does so by itself; TensorFlow would take all memory of all GPUs."""
    if chosen_name() == "jax":
        return
    with contextlib.suppress(RuntimeError):  # they are in use already
        gpus = module.config.get_visible_devices("GPU")
        module.config.set_visible_devices(gpus[:1], "GPU")
        for gpu in gpus[:1]:
            module.config.experimental.set_memory_growth(gpu, True)


def _use_no_gpu(module: Any) -> None:
    with contextlib.suppress(RuntimeError):  # they are in use already
        if chosen_name() == "jax":
            module.config.update("jax_platforms", "cpu")
        else:
            module.config.set_visible_devices([], "GPU")


def _choose_replicas(devices: "Devices | None", batch_size: int) -> "Replicas":
    from colorkeras.devices.choice import Devices

    devices = devices or Devices()
    if chosen_name() == "jax":
        from colorkeras.devices.replicas_jax import choose_replicas
    else:
        from colorkeras.devices.replicas_tensorflow import choose_replicas
    return choose_replicas(devices, batch_size)


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an exception of Python, TensorFlow or JAX says that memory ran out."""
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "ResourceExhaustedError"
        or "RESOURCE_EXHAUSTED" in str(error)
    )


def is_lost_worker(error: BaseException) -> bool:
    """Return whether an exception of TensorFlow says that another worker has ended."""
    return type(error).__name__ in ("UnavailableError", "AbortedError", "DeadlineExceededError")


def _tensorflow_gpus(tf: Any, deterministic: bool) -> list[Gpu]:
    if deterministic:
        tf.config.experimental.enable_op_determinism()
    gpus = tf.config.get_visible_devices("GPU")
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    return [(item.get("device_name", "GPU"), item.get("compute_capability")) for item in details]


def _jax_gpus(jax: Any) -> list[Gpu]:
    gpus = [device for device in jax.devices() if device.platform == "gpu"]
    versions = [str(getattr(gpu, "compute_capability", "")).split(".") for gpu in gpus]
    capabilities = [
        tuple(map(int, parts)) if all(part.isdigit() for part in parts) else None
        for parts in versions
    ]
    return [(gpu.device_kind, found) for gpu, found in zip(gpus, capabilities, strict=True)]


@contextlib.contextmanager
def stderr_held_back() -> Iterator[None]:
    """Collect what is written to file descriptor 2; show it only when the block fails, but not on
    a `UserError`, whose message is enough, or Ctrl-C."""
    open_closed_descriptors()
    with contextlib.suppress(AttributeError, ValueError):  # a program may have None, or close it
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
