"""Losses that two or more experiments use, on normalised chroma, in `keras.ops`."""

from collections.abc import Callable
from typing import Any

from keras import ops

from colorkeras.experiment.objective import StepBatch

_REGRESSIONS = {
    "mse": lambda error: ops.mean(ops.square(error)),
    "mae": lambda error: ops.mean(ops.abs(error)),
}


def regression(kind: str) -> Callable[[StepBatch], dict[str, Any]]:
    """Return the loss function of a supervised objective.

    Args:
        kind: "mse" (mean squared error) or "mae" (mean absolute error), over all pixels and both
            chroma channels, in the units of the experiment's color space.

    Returns:
        A function of a `StepBatch` that returns one scalar term, named `loss_<kind>`.

    Raises:
        ValueError: on another kind.
    """
    if kind not in _REGRESSIONS:
        raise ValueError(f"loss: received {kind!r}, expected one of {', '.join(_REGRESSIONS)}.")

    def loss(batch: StepBatch) -> dict[str, Any]:
        return {f"loss_{kind}": _REGRESSIONS[kind](batch.outputs - batch.targets)}

    return loss
