"""The inference model: one `.h5` that plain Keras opens, with its metadata as a JSON attribute.

The file is written without optimizer, in float32, from built-in layers only, with a checksum of all
that makes the model and a probe of what it computes. Reading one back treats it as a stranger's:
`model_file.checks` looks at all of it before Keras builds anything.
"""

import contextlib
import json
import logging
from dataclasses import dataclass

import keras
import numpy as np

from colorkeras.color.space import ColorSpace
from colorkeras.console.errors import UserError
from colorkeras.devices.backend import is_out_of_memory
from colorkeras.experiment.noise import Noise
from colorkeras.inference.model_file import container
from colorkeras.inference.model_file.bound import DEFAULT_MAX_MEMORY
from colorkeras.inference.model_file.build import build_model
from colorkeras.inference.model_file.checks import check_to_save, digest, open_checked
from colorkeras.inference.model_file.metadata import EMPTY, has_integrity
from colorkeras.inference.model_file.network import read_network
from colorkeras.inference.model_file.probe import difference, probe
from colorkeras.inference.model_file.rules import RefusedError, shown
from colorkeras.records.hdf5_file import hdf5_in_memory, writing_hdf5

ATTRIBUTE = container.METADATA
FORMAT = 2
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
    """

    path: str
    model: keras.Model
    space: ColorSpace
    noise: Noise
    metadata: dict
    largest_batch: int


def save_model(path, model, space, facts):
    """Write the inference model.

    Args:
        path: file name, usually ending in `.h5`.
        model: a float32 model of built-in Keras layers.
        space: the `ColorSpace` of its inputs and outputs.
        facts: what else its metadata say, JSON-able: experiment, run, commit, versions, data,
            mean chroma.

    Raises:
        UserError: when the file cannot be written, or `load_model` would refuse the model: a layer
            that is not in `model_file.layer_kinds`, say, or predictions that are no numbers.
    """
    height, width = model.inputs[0].shape[1:3]
    metadata = {
        **facts,
        "format": FORMAT,
        "height": height,
        "width": width,
        "color_space": space.to_dict(),
        "integrity": EMPTY,
    }
    with writing_hdf5(path) as file, _without_legacy_warning():
        model.save(file, include_optimizer=False)
        file.attrs[ATTRIBUTE] = json.dumps(metadata)
        file.flush()
        checked = check_to_save(path, file)
        metadata["integrity"] = _integrity(checked, model, space)
        file.attrs[ATTRIBUTE] = json.dumps(metadata)


def check_can_be_saved(model):
    """Refuse, before it is trained, a network that `save_model` would refuse afterwards.

    Args:
        model: a float32 model, whose weights do not matter.

    Raises:
        UserError: naming the first layer or option that is not in `model_file.layer_kinds`.
    """
    with hdf5_in_memory() as file, _without_legacy_warning():
        model.save(file, include_optimizer=False)
        architecture = json.loads(file.attrs[container.CONFIG])
    try:
        read_network(architecture)
    except RefusedError as error:
        raise UserError(
            f"build_model: its network could not be saved as a model file: {error}. Use layers and "
            "options of colorkeras/model_file/layer_kinds.py, or add to them."
        ) from error


def _integrity(checked, model, space):
    """Probe of a model and checksum of its file."""
    tried = _probe(checked, model, space)
    if not np.isfinite(tried).all():
        raise UserError(f"{checked.path}: not saved: the model predicts what is no number.")
    checked.metadata["integrity"] = {"probe": tried.tolist()}
    return {"probe": tried.tolist(), "sha256": digest(checked)}


def _probe(checked, model, space):
    return probe(model, space.input_range, checked.network.cost.all_outputs <= _EAGER_BYTES)


def load_model(path, max_memory=DEFAULT_MAX_MEMORY):
    """Read an inference model that this suite saved.

    Args:
        path: the file.
        max_memory: GiB that the model may take for one image.

    Returns:
        A `SavedModel`, in float32, not compiled.

    Raises:
        UserError: when the file is missing, cut short, not ours, of another format, larger than
            the bound, or holds anything but plain finite weights and built-in layers; when the
            model cannot be run, predicts what is no number, or not what it did when it was saved.
    """
    return load_checked(open_checked(path, max_memory))


def load_checked(checked):
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
        model = build_model(checked.network, checked.weights)
        tried = _probe(checked, model, space)
    except Exception as error:  # a stranger's values can make Keras and its backend raise anything
        if is_out_of_memory(error):
            raise UserError(f"{path}: memory does not suffice for this model.") from error
        reason = shown(str(error).strip().partition("\n")[0])
        raise UserError(f"{path}: not a usable colorkeras model: {reason}") from error
    _check_probe(path, metadata, tried)
    noise = Noise.of(model, **metadata["noise"])
    return SavedModel(str(path), model, space, noise, metadata, checked.largest_batch())


def _check_probe(path, metadata, tried):
    """Refuse a model that does not compute what it did when it was saved."""
    if not np.isfinite(tried).all():
        raise UserError(
            f"{path}: the model predicts values that are no numbers (NaN or infinite): its "
            "training went wrong, or the file is damaged. Use another model."
        )
    if has_integrity(metadata) and difference(metadata["integrity"]["probe"], tried) > 1:
        raise UserError(
            f"{path}: the model does not predict here what it did when it was saved. Its weights "
            "are not those, or this version of Keras computes something else: please report it."
        )


@contextlib.contextmanager
def _without_legacy_warning():
    """Keras warns that .h5 is a legacy format; it is the one this suite promises."""
    logger = logging.getLogger("absl")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
