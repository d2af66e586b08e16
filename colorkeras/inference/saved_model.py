"""Open an inference model that `saving.save_model` wrote, or that somebody changed.

No file is trusted: `model_file.checks` looks at all of it before Keras builds
anything, and the model is tried on one input afterwards.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from colorkeras.color.space import ColorSpace
from colorkeras.console.errors import UserError
from colorkeras.devices.backend import is_out_of_memory
from colorkeras.experiment.generator import Noise
from colorkeras.inference.model_file.build import build_model, difference, probe
from colorkeras.inference.model_file.checks import ModelFile, open_checked
from colorkeras.inference.model_file.metadata import has_integrity
from colorkeras.inference.model_file.rules import DEFAULT_MAX_MEMORY, shown
from colorkeras.records.checksum import sha256_of

_EAGER_BYTES = 64 * 2**20  # of all layers' outputs, which a model run eagerly keeps


@dataclass(frozen=True)
class SavedModel:
    """A model read back.

    Attributes:
        path: the file, for messages.
        model: the Keras model.
        space, noise: its `ColorSpace` and `Noise`.
        metadata: its metadata.
        largest_batch: how many images at a time keep to the bound on memory.
        sha256: of the file.
    """

    path: str
    model: keras.Model
    space: ColorSpace
    noise: Noise
    metadata: dict[str, Any]
    largest_batch: int
    sha256: str


def probe_of(checked: ModelFile, model: keras.Model, space: ColorSpace) -> np.ndarray:
    """What a model computes on the fixed input; see `model_file.build.probe`.

    Args:
        checked: its `ModelFile`, whose layers' outputs decide how it is run.
        model: the Keras model.
        space: its `ColorSpace`.
    """
    return probe(model, space.input_range, checked.checked_network.cost.all_outputs <= _EAGER_BYTES)


def load_model(path: str | Path, max_memory: float = DEFAULT_MAX_MEMORY) -> SavedModel:
    """Read an inference model that this suite saved.

    Args:
        path: the file.
        max_memory: GiB that the model may take for one image.

    Returns:
        A `SavedModel`, in float32, not compiled.

    Raises:
        UserError: when the file is missing, cut short, not ours, of another format, larger than
            the bound, or holds anything but plain finite weights and built-in layers; when the
            model cannot be run, predicts NaN or infinity, or not what it did when it was saved.
    """
    return load_checked(open_checked(path, max_memory))


def load_checked(checked: ModelFile) -> SavedModel:
    """Build the model of a file that has passed all checks.

    Args:
        checked: a `ModelFile` from `open_checked`; its weights are moved into the model.

    Returns:
        A `SavedModel`.

    Raises:
        UserError: as `load_model` does, once a file has passed.
    """
    path, metadata = checked.path, checked.metadata
    try:
        space = ColorSpace.from_dict(metadata["color_space"])
        model = build_model(checked.checked_network, checked.weights)
        tried = probe_of(checked, model, space)
    except Exception as error:  # untrusted values can make Keras and its backend raise anything
        if is_out_of_memory(error):
            raise UserError(f"{path}: memory does not suffice for this model.") from error
        reason = shown(str(error).strip().partition("\n")[0])
        raise UserError(f"{path}: not a usable colorkeras model: {reason}") from error
    _check_probe(path, metadata, tried)
    noise = Noise.of(model, **metadata["noise"])
    batch = checked.largest_batch()
    return SavedModel(str(path), model, space, noise, metadata, batch, sha256_of(path))


def _check_probe(path: Path, metadata: dict[str, Any], tried: np.ndarray) -> None:
    """Refuse a model that does not compute what it did when it was saved."""
    if not np.isfinite(tried).all():
        raise UserError(
            f"{path}: the model predicts values that are not finite (NaN or infinity): its "
            "training went wrong, or the file is damaged. Use another model."
        )
    if has_integrity(metadata) and difference(metadata["integrity"]["probe"], tried) > 1:
        raise UserError(
            f"{path}: the model does not predict here what it did when it was saved. Its weights "
            "are not those, or this version of Keras computes something else: please report it."
        )
