"""What may end a training from outside: signals, memory, lost workers; each with what to do."""

import contextlib
import signal
import time

from colorkeras.console.child_process import SAME_EVENT_SECONDS
from colorkeras.console.errors import UserError
from colorkeras.devices import backend


@contextlib.contextmanager
def explain_out_of_memory(train):
    """Replace the long message of TensorFlow or JAX by what can be done.

    Args:
        train: the `TrainTable`.

    Raises:
        UserError: when the block runs out of memory.
    """
    try:
        yield
    except Exception as error:
        if not backend.is_out_of_memory(error):
            raise
        raise UserError(
            f"out of memory with train.batch_size = {train.batch_size}, train.accumulate = "
            f"{train.accumulate}. Start a new run with {less_memory(train)}."
        ) from error


def less_memory(train):
    """Return the options of a command that lower the memory of a step, as text."""
    sizes = range(train.accumulate + 1, train.batch_size + 1)
    parts = next((n for n in sizes if train.batch_size % n == 0), None)
    accumulate = f"--set train.accumulate={parts} (the same batch, in parts), " if parts else ""
    return (
        f"{accumulate}a lower --set train.batch_size, or a smaller --set data.height and data.width"
    )


@contextlib.contextmanager
def explain_lost_worker(replicas, folder):
    """Replace TensorFlow's long message when another worker has ended by what can be done.

    Args:
        replicas: the `Replicas`.
        folder: the `RunFolder`, which all workers see.

    Raises:
        UserError: when the block loses another worker.
    """
    try:
        yield
    except Exception as error:
        if replicas.workers == 1 or not backend.is_lost_worker(error):
            raise
        advice = "Start all workers again."
        if folder.checkpoint.exists():
            advice = "The last checkpoint is kept: start all workers again, with --resume."
        raise UserError(
            f"worker {replicas.worker} of {replicas.workers} lost the others: one of them has "
            f"ended, or cannot be reached; its own message says why. {advice}"
        ) from error


@contextlib.contextmanager
def stopping_on_signals(trainer, say):
    """Turn the first Ctrl-C or SIGTERM into a clean stop after the running step.

    A second one aborts, unless it comes at once: `timeout` and job schedulers signal a process and
    its group, and mean one stop.

    Args:
        trainer: the `Trainer`, whose `stop_requested` is set.
        say: takes a note.
    """
    first = None

    def stop(number, frame):
        nonlocal first
        if first is None:
            first = time.monotonic()
            trainer.stop_requested = True
            say("Stopping after this step …")
        elif time.monotonic() - first > SAME_EVENT_SECONDS:
            raise KeyboardInterrupt

    old = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
