"""One training on several devices or machines (experimental): what is divided, what must agree.

A *replica* is a copy of the networks on one device; it sees its part of every batch. A *worker* is
a process with one replica or more. All of them take the same steps from the same weights: losses
and gradients are means over the whole batch, however it is divided. Experimental: never
tested on several GPUs or machines. Parts of one CPU are slower than the whole.
"""

import contextlib
import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import numpy.typing as npt

from colorkeras.config.settings import TrainTable
from colorkeras.console.errors import UserError

_LONGEST = 60  # text of a disagreement that a message repeats


class Replicas:
    """One replica in one process; several are made by `replicas_tensorflow` and `replicas_jax`.

    Attributes:
        count: replicas of all workers.
        workers: number of processes.
        worker: number of this one.
        can_be_local: whether batch statistics can be those of each replica's part.
    """

    count = workers = 1
    worker = 0
    can_be_local = True

    @property
    def is_chief(self) -> bool:
        """Whether this process evaluates and writes."""
        return self.worker == 0

    def scope(self) -> AbstractContextManager[Any]:
        """Return a context in which networks and optimizers are to be built."""
        return contextlib.nullcontext()

    def rows(self, batch_size: int) -> slice:
        """Return the rows of a batch that this worker sees, as a slice."""
        size = batch_size // self.workers
        return slice(self.worker * size, (self.worker + 1) * size)

    def share(self, array: Any) -> Any:
        """Divide an array of this worker's rows among its replicas; the result is for `run`."""
        return array

    def run(self, function: Callable[..., dict[str, Any]], *shared: Any) -> dict[str, Any]:
        """Call a function of tensors in every replica; return the means of its scalars.

        Args:
            function: called with each replica's part; it returns a dict of scalars.
            shared: what `share` returned, or None.
        """
        return function(*shared)

    def sum_over_workers(self, array: npt.ArrayLike) -> np.ndarray:
        """Add up an array of small whole numbers, exact in float32, over the workers."""
        return np.asarray(array)

    def any(self, flag: bool) -> bool:
        """Return whether a flag is set in any worker; all of them must call it."""
        return flag if self.workers == 1 else bool(self.sum_over_workers([int(flag)])[0])

    def from_chief(self, text: str = "") -> str:
        """Return the chief's text in every worker; all must call it, and wait for the chief."""
        if self.workers == 1:
            return text
        mine = text.encode() if self.is_chief else b""
        length = int(self.sum_over_workers([len(mine)])[0])
        if not length:
            return ""
        padded = np.zeros(length, np.uint8)
        padded[: len(mine)] = np.frombuffer(mine, np.uint8)
        return self.sum_over_workers(padded).astype(np.uint8).tobytes().decode()

    def check_agreement(self, facts: dict[str, str]) -> None:
        """Refuse workers that do not train the same.

        Args:
            facts: dict of texts by name, the same names in every worker.

        Raises:
            UserError: in every worker, naming the first fact that differs.
        """
        if self.workers == 1:
            return
        digests = np.zeros((self.workers, len(facts), 8), np.uint8)
        for number, text in enumerate(facts.values()):
            digests[self.worker, number] = np.frombuffer(
                hashlib.sha256(text.encode()).digest()[:8], np.uint8
            )
        digests = self.sum_over_workers(digests)
        for number, (name, mine) in enumerate(facts.items()):
            others = np.flatnonzero((digests[:, number] != digests[0, number]).any(axis=-1))
            if len(others):
                here = f"; here it is {mine}" if len(mine) < _LONGEST else ""
                raise UserError(
                    f"worker {others[0]} has another {name} than the chief{here}. Start all "
                    "workers with the same command, data and versions, where they see the same "
                    "files."
                )


ONE = Replicas()


def check_batch(count: int, train: TrainTable) -> None:
    """Raise UserError when a batch cannot be divided among replicas.

    Args:
        count: number of replicas.
        train: the `TrainTable`.
    """
    check_division(count, train.batch_size)
    if count > 1 and train.accumulate > 1:
        raise UserError(
            f"{count} replicas: train.accumulate = {train.accumulate} is not possible with several "
            "replicas, each of which has a part of the batch already. Pass --set "
            "train.accumulate=1, or --devices 1."
        )


def check_division(count: int, batch: int) -> None:
    """Raise UserError when a batch of so many images cannot be divided among replicas."""
    if batch < count:
        raise UserError(
            f"{count} replicas: more than train.batch_size = {batch} has images. Pass --devices "
            f"{batch}, or a larger --set train.batch_size."
        )
    if batch % count:
        near = " or ".join(str(n) for n in (batch - batch % count, batch - batch % count + count))
        raise UserError(
            f"{count} replicas: train.batch_size = {batch} cannot be divided among them. Pass "
            f"--set train.batch_size={near}, or --devices {divisor(batch, count)}."
        )


def divisor(batch_size: int, most: int) -> int:
    """Return the largest number of replicas, up to `most`, that a batch can be divided among."""
    return max(n for n in range(1, most + 1) if batch_size % n == 0)
