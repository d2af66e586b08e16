"""Losses of networks that predict color at a fraction of the image's size.

Logits over color classes, or two channels of chroma, are compared with every k-th pixel of the
true chroma, as Zhang, Isola, Efros, "Colorful Image Colorization", 2016 ([Z] below) do.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from colorkeras.experiment.color_classes import ColorClasses
from colorkeras.experiment.objective import StepBatch

Loss = Callable[[StepBatch], dict[str, Any]]
GREY_BELOW = 5.0  # CIELAB units: the threshold of the authors' NonGrayMaskLayer


def class_cross_entropy(
    layer: str, classes: ColorClasses, weights: np.ndarray | None = None, skip_grey: bool = False
) -> Loss:
    """Return the loss of a network of color classes: [Z] equation 2.

    Args:
        layer: name of the layer whose outputs are the logits, (batch, h, w, Q) with a height and
            a width that divide those of the images; the objective has to read it.
        classes: the Q classes.
        weights: (Q,), how much the pixels of each class count, by their nearest class; None
            counts all the same.
        skip_grey: let images count as zero whose a* and b* are all within 5 units of grey.

    Returns:
        A function of a `StepBatch` that returns the scalar term `loss_classes`, in nats: the mean
        over all pixels of the batch, those of skipped images included.
    """
    table = None if weights is None else np.asarray(weights, np.float32)

    def loss(batch: StepBatch) -> dict[str, Any]:
        logits = ops.cast(batch.layers[layer], "float32")
        targets = every_kth(batch.targets, logits, layer)
        indices, shares = classes.encode(targets)
        # -Σ share · log softmax = log Σ exp - Σ share · logit, as the shares sum to 1.
        chosen = ops.sum(shares * ops.take_along_axis(logits, indices, axis=-1), axis=-1)
        entropy = ops.logsumexp(logits, axis=-1) - chosen
        if table is not None:
            entropy *= ops.take(table, indices[..., 0], axis=0)
        if skip_grey:
            entropy *= _is_colored(classes, targets)
        return {"loss_classes": ops.mean(entropy)}

    return loss


def subsampled_l2(layer: str) -> Loss:
    """Return the loss of a regression at a fraction of the size: [Z] equation 1.

    Args:
        layer: name of the layer whose outputs are chroma, (batch, h, w, 2).

    Returns:
        A function of a `StepBatch` that returns the scalar term `loss_l2`: half of the squared
        distance of the two chroma, mean over the pixels ([Z] takes the sum).
    """

    def loss(batch: StepBatch) -> dict[str, Any]:
        chroma = ops.cast(batch.layers[layer], "float32")
        error = chroma - every_kth(batch.targets, chroma, layer)
        return {"loss_l2": 0.5 * ops.mean(ops.sum(ops.square(error), axis=-1))}

    return loss


def every_kth(targets: Any, predicted: Any, layer: str) -> Any:
    """Every k-th pixel of the chroma, in the size of what a network predicts.

    Args:
        targets: (batch, height, width, 2) chroma.
        predicted: (batch, height / k, width / k, any).
        layer: the predicting layer, for the message.

    Returns:
        (batch, height / k, width / k, 2), of the type of `targets`.

    Raises:
        ValueError: when there is no such whole k.
    """
    (height, width), (rows, columns) = targets.shape[1:3], predicted.shape[1:3]
    step = height // rows
    if (rows * step, columns * step) != (height, width):
        raise ValueError(
            f"Layer {layer!r} predicts {rows}×{columns} pixels of images of {height}×{width}: "
            "expected one size to be a whole multiple of the other."
        )
    return targets[:, ::step, ::step]


def _is_colored(classes: ColorClasses, targets: Any) -> Any:
    """(batch, 1, 1) float32: 1 for images with any |a*| or |b*| above the threshold."""
    units = classes.units(targets)
    largest = ops.max(ops.abs(units), axis=(1, 2, 3))
    return ops.cast(largest > GREY_BELOW, "float32")[:, None, None]
