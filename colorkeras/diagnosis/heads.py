"""The outputs of a run's model before they become colors: does its last activation saturate?"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from colorkeras.console.errors import UserError
from colorkeras.report.stored_images import read_pairs

if TYPE_CHECKING:
    import keras

# The ends of each activation; where within 1% of its range the slope of tanh is at most 0.04.
_ENDS = {"tanh": (-1.0, 1.0), "sigmoid": (0.0, 1.0)}
_NEAR = 0.01  # of the range
_HANDS_ON = ("UpSampling2D", "Cropping2D")  # layers that leave values as they are, or mix a few


@dataclass(frozen=True)
class HeadOutputs:
    """How many outputs are at the ends of the activation.

    Attributes:
        layer: the layer with the activation.
        activation: "tanh" or "sigmoid".
        share: of the outputs.
        share_truth: of the targets.
        count: of images.
    """

    layer: str
    activation: str
    share: float
    share_truth: float
    count: int


def head_outputs(folder: Path) -> HeadOutputs:
    """Open the model of a run and color the originals in its `samples/test` with it.

    Raises:
        UserError: when model or images are missing or damaged, or the model has no activation
            with ends.
    """
    truths = [truth for _, truth in read_pairs(folder)]
    if not truths:
        raise UserError(
            f"{folder / 'samples' / 'test'}: no images that can be read, which --model colors. "
            "They are written at the end of a run; diagnose without --model."
        )
    from colorkeras.devices import backend

    backend.set_up_inference(on_gpu=False)
    from colorkeras.inference.predictor import Predictor
    from colorkeras.inference.saved_model import load_model

    saved = load_model(folder / "model.h5")
    layer, activation = _head(saved.model, folder)
    images = np.stack(truths)
    predictor = Predictor(saved.model, saved.space, saved.noise, compiled=False)
    outputs = np.asarray(predictor(images, range(len(images))))
    _, targets = saved.space.split(images)
    return HeadOutputs(
        layer,
        activation,
        share_at_ends(outputs, activation),
        share_at_ends(np.asarray(targets), activation),
        len(images),
    )


def share_at_ends(values: np.ndarray, activation: str) -> float:
    """The share of values within 1% of the range of an activation from its ends, or beyond."""
    low, high = _ENDS[activation]
    margin = _NEAR * (high - low)
    return float(((values <= low + margin) | (values >= high - margin)).mean())


def _head(model: "keras.Model", folder: Path) -> tuple[str, str]:
    """The layer that ends the model, and its activation."""
    for layer in reversed(model.layers):
        name = getattr(getattr(layer, "activation", None), "__name__", "")
        if name in _ENDS:
            return str(layer.name), name
        if _class_of(layer) not in _HANDS_ON:
            break
    raise UserError(
        f"{folder / 'model.h5'}: its last layers are {_class_of(model.layers[-1])} and others "
        "without tanh or sigmoid, so there is no activation that saturates. Diagnose without "
        "--model."
    )


def _class_of(layer: Any) -> str:
    return type(layer).__name__
