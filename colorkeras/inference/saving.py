"""Write the inference model: one `.h5` that plain Keras opens, with its metadata as JSON inside.

The file has no optimizer, is in float32, and is built from built-in layers only. It carries a
checksum of all that makes the model, and a probe of what it computes. `saved_model.py` reads it.
"""

import contextlib
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np

from colorkeras.color.space import ColorSpace
from colorkeras.console.errors import UserError
from colorkeras.inference.model_file import container
from colorkeras.inference.model_file.checks import ModelFile, check_to_save, digest
from colorkeras.inference.model_file.compression import copy_compressed
from colorkeras.inference.model_file.metadata import EMPTY
from colorkeras.inference.model_file.network import read_network
from colorkeras.inference.model_file.rules import RefusedError
from colorkeras.inference.saved_model import probe_of
from colorkeras.records.hdf5_file import hdf5_in_memory, writing_hdf5

ATTRIBUTE = container.METADATA
FORMAT = 2


def save_model(
    path: str | Path,
    model: keras.Model,
    space: ColorSpace,
    facts: dict[str, Any],
    compressed: bool = False,
) -> None:
    """Write the inference model.

    Args:
        path: file name, usually ending in `.h5`.
        model: a float32 model of built-in Keras layers.
        space: the `ColorSpace` of its inputs and outputs.
        facts: what else its metadata say, JSON-able: experiment, run, commit, versions, data,
            mean chroma.
        compressed: store large weights in the form of `model_file.compression`.

    Raises:
        UserError: when the file cannot be written, or `load_model` would refuse the model: a layer
            that is not in `model_file.layer_kinds`, say, or predictions that are not finite.
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
        if compressed:
            with hdf5_in_memory() as plain:
                model.save(plain, include_optimizer=False)
                copy_compressed(plain, file)
        else:
            model.save(file, include_optimizer=False)
        file.attrs[ATTRIBUTE] = json.dumps(metadata)
        file.flush()
        checked = check_to_save(path, file)
        metadata["integrity"] = _integrity(checked, model, space)
        file.attrs[ATTRIBUTE] = json.dumps(metadata)


def check_can_be_saved(model: keras.Model) -> None:
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
            "options of colorkeras/inference/model_file/layer_kinds.py, or add to them."
        ) from error


def _integrity(checked: ModelFile, model: keras.Model, space: ColorSpace) -> dict[str, Any]:
    """Probe of a model and checksum of its file."""
    tried = probe_of(checked, model, space)
    if not np.isfinite(tried).all():
        raise UserError(f"{checked.path}: not saved: the model predicts NaN or infinity.")
    checked.metadata["integrity"] = {"probe": tried.tolist()}
    return {"probe": tried.tolist(), "sha256": digest(checked)}


@contextlib.contextmanager
def _without_legacy_warning() -> Iterator[None]:
    """Keras warns that .h5 is a legacy format; it is the one this suite promises."""
    logger = logging.getLogger("absl")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
