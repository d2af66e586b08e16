"""Replicas (experimental) through JAX: one compiled step, its batch divided among the devices.

XLA keeps the meaning of the undivided program: batch statistics and dropout are those of one
device.
"""

import jax
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from colorkeras.console.errors import UserError
from colorkeras.devices.choice import AUTO, CPU, GPU
from colorkeras.devices.replicas import ONE, Replicas, divisor


def choose_replicas(devices, batch_size):
    """Set JAX's devices up, before its first operation.

    Arguments, result and errors are those of `replicas_tensorflow.choose_replicas`.
    """
    requested = devices.requested
    if devices.cluster:
        raise UserError(
            "TF_CONFIG: several machines need TensorFlow. Unset TF_CONFIG, or KERAS_BACKEND=jax."
        )
    if requested == CPU:
        jax.config.update("jax_platforms", "cpu")
        return ONE
    if isinstance(requested, int) and requested > 1:
        _allow_cpu_parts(requested)
    found = [device for device in jax.devices() if device.platform == "gpu"]
    if requested == GPU and not found:
        raise UserError(
            "--devices gpu: JAX finds no GPU here. Install 'jax[cuda13]' where there is one, or "
            "pass --devices cpu."
        )
    if requested == AUTO:
        count = divisor(batch_size, len(found)) if found else 1
    else:
        count = len(found) if requested == GPU else requested
    usable = found or jax.devices()
    if count > len(usable):
        kind = "GPU(s)" if found else "part(s) of the CPU"
        raise UserError(
            f"--devices {requested}: JAX has {len(usable)} {kind} here. Pass at most that."
        )
    return JaxReplicas(usable[:count]) if count > 1 else ONE


def _allow_cpu_parts(count):
    try:
        jax.config.update("jax_num_cpu_devices", count)
    except RuntimeError as error:
        raise UserError(
            f"--devices: this process has chosen its devices before ({error}). Use one process "
            "for each choice."
        ) from error


class JaxReplicas(Replicas):
    """Several devices of one process.

    Args:
        devices: list of JAX devices.
    """

    can_be_local = False

    def __init__(self, devices):
        mesh = Mesh(devices, ("batch",))
        self.count = len(devices)
        self._everywhere = NamedSharding(mesh, PartitionSpec())
        self._divided = NamedSharding(mesh, PartitionSpec("batch"))

    def share(self, array):
        return None if array is None else jax.device_put(array, self._divided)

    def jitted(self, function):
        """Compile `(values, *shared) → result`, where each device has a copy of all but `shared`.

        The memory of `values` is used for the result.
        """
        compiled = jax.jit(function, donate_argnums=0, out_shardings=self._everywhere)
        return lambda values, *shared: compiled(jax.device_put(values, self._everywhere), *shared)
