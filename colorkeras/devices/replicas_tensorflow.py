"""Replicas (experimental) through `tf.distribute`, on one machine or several.

Keras's optimizers add the gradients of the replicas up (keras/src/backend/tensorflow/optimizer.py);
a step therefore divides its loss by their number.
"""

import contextlib
import functools
import signal

import numpy as np
import tensorflow as tf

from colorkeras.console.errors import UserError
from colorkeras.devices.choice import AUTO, CPU, GPU
from colorkeras.devices.rendezvous import wait_for_workers
from colorkeras.devices.replicas import ONE, Replicas, check_division, divisor


def choose_replicas(devices, batch_size):
    """Set TensorFlow's devices up, before its first operation.

    Args:
        devices: the `Devices` asked for.
        batch_size: of the whole batch; "auto" takes no more GPUs than it can be divided among.

    Returns:
        The `Replicas`.

    Raises:
        UserError: when there are no such devices.
    """
    requested = devices.requested
    if requested == CPU:
        _change_devices(lambda: tf.config.set_visible_devices([], "GPU"))
    gpus = tf.config.get_visible_devices("GPU") if requested != CPU else []
    if requested == GPU and not gpus:
        raise UserError(
            "--devices gpu: TensorFlow finds no GPU here. Install -e '.[cuda]' where there is one, "
            "or pass --devices cpu."
        )
    count = _local_count(devices, len(gpus), batch_size)
    if gpus and count < len(gpus):
        _change_devices(lambda: tf.config.set_visible_devices(gpus[:count], "GPU"))
    for gpu in gpus[:count]:
        # RuntimeError: the GPU is in use already, as in a second run of one process.
        with contextlib.suppress(RuntimeError):
            tf.config.experimental.set_memory_growth(gpu, True)
    if devices.cluster:
        check_division(count * len(devices.cluster.addresses), batch_size)  # before the wait
        return _in_cluster(devices.cluster)
    if count == 1:
        return ONE
    if not gpus:
        _divide_cpu(count)
    return TensorFlowReplicas(_mirrored("GPU" if gpus else "CPU", count))


def _local_count(devices, gpus, batch_size):
    """How many replicas this process has."""
    requested = devices.requested
    if requested == AUTO:
        workers = len(devices.cluster.addresses) if devices.cluster else 1
        return divisor(max(1, batch_size // workers), gpus) if gpus else 1
    if requested in (CPU, GPU):
        return max(1, gpus)
    if gpus and requested > gpus:
        raise UserError(
            f"--devices {requested}: TensorFlow finds {gpus} GPU(s). Pass at most that."
        )
    if devices.cluster and requested > 1 and not gpus:
        raise UserError(
            f"--devices {requested}: without GPUs each worker of TF_CONFIG has one replica. Pass "
            "--devices 1, or start more workers."
        )
    return requested


def _divide_cpu(count):
    (cpu,) = tf.config.list_physical_devices("CPU")
    parts = [tf.config.LogicalDeviceConfiguration() for _ in range(count)]
    _change_devices(lambda: tf.config.set_logical_device_configuration(cpu, parts))


def _change_devices(change):
    try:
        change()
    except RuntimeError as error:
        raise UserError(
            f"--devices: this process has chosen its devices before ({error}). Use one process "
            "for each choice."
        ) from error


_JOIN_SECONDS = 120


# Strategies are made once per process: the messages of a second one mix with those of the first.
@functools.cache
def _mirrored(kind, count):
    return tf.distribute.MirroredStrategy([f"{kind}:{number}" for number in range(count)])


@functools.cache
def _in_cluster(cluster):
    """Wait for the other workers of TF_CONFIG and join them."""
    wait_for_workers(cluster)
    # TensorFlow waits in C++, where Python's own handlers never run, and catches SIGTERM itself:
    # the system's alarm ends a worker whose others have died in these seconds.
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)
    kept = {number: signal.signal(number, signal.SIG_DFL) for number in numbers}
    signal.alarm(_JOIN_SECONDS)
    try:
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
    except (tf.errors.OpError, RuntimeError) as error:
        raise UserError(f"TF_CONFIG: the other workers cannot be joined: {error}") from error
    finally:
        signal.alarm(0)
        for number, handler in kept.items():
            signal.signal(number, handler)
    return TensorFlowReplicas(strategy, cluster.index, len(cluster.addresses))


class TensorFlowReplicas(Replicas):
    """The replicas of a `tf.distribute.Strategy`.

    Args:
        strategy: a MirroredStrategy or a MultiWorkerMirroredStrategy.
        worker: number of this process.
        workers: number of processes, which have equally many replicas.
    """

    def __init__(self, strategy, worker=0, workers=1):
        self._strategy, self.worker, self.workers = strategy, worker, workers
        self.count = strategy.num_replicas_in_sync
        self._local = self.count // workers

    def scope(self):
        return self._strategy.scope()

    def share(self, array):
        if array is None:
            return None
        size = array.shape[0] // self._local

        def part(context):
            first = self._local_number(context) * size
            return tf.identity(array[first : first + size])

        return self._strategy.experimental_distribute_values_from_function(part)

    def run(self, function, *shared):
        of_each = self._strategy.run(function, args=shared)
        names = list(of_each)
        # One reduction for all: between machines each costs a message.
        stacked = self._strategy.run(lambda terms: tf.stack([terms[n] for n in names]), (of_each,))
        means = self._strategy.reduce(tf.distribute.ReduceOp.MEAN, stacked, axis=None)
        return dict(zip(names, tf.unstack(means), strict=True))

    def sum_over_workers(self, array):
        array = np.asarray(array)
        values, nothing = array.astype(np.float32), np.zeros(array.shape, np.float32)

        def value(context):  # each worker counts once
            return tf.constant(nothing if self._local_number(context) else values)

        of_each = self._strategy.experimental_distribute_values_from_function(value)
        total = self._strategy.reduce(tf.distribute.ReduceOp.SUM, of_each, axis=None)
        return total.numpy().astype(np.int64)

    def _local_number(self, context):
        return context.replica_id_in_sync_group % self._local
