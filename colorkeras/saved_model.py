"""The inference model: one `.h5` that plain Keras opens, with a passport as a JSON attribute.

The file is written without optimizer, in float32, from built-in layers only. Reading one back
treats it as a stranger's: `check_saved_model` looks at the file before Keras builds anything.
"""

import contextlib
import json
import logging
from dataclasses import dataclass

import h5py
import keras

from colorkeras.atomic import replacing
from colorkeras.color import ColorSpace
from colorkeras.errors import UserError
from colorkeras.saved_model_check import check_saved_model

ATTRIBUTE = "colorkeras"
FORMAT = 1


@dataclass(frozen=True)
class SavedModel:
    """A model read back: the Keras model, its color space and the passport it came with."""

    model: keras.Model
    space: ColorSpace
    passport: dict


def save_model(path, model, space, passport):
    """Write the inference model.

    Args:
        path: file name, usually ending in `.h5`.
        model: a float32 model of built-in Keras layers.
        space: the `ColorSpace` of its inputs and outputs.
        passport: JSON-able dict: experiment, run, commit, versions, data, mean chroma.
    """
    height, width = model.input_shape[1:3]
    passport = {
        "format": FORMAT,
        "height": height,
        "width": width,
        "color_space": space.to_dict(),
        **passport,
    }
    with replacing(path) as temporary:
        with _without_legacy_warning():
            model.save(temporary, include_optimizer=False)
        with h5py.File(temporary, "r+") as file:
            file.attrs[ATTRIBUTE] = json.dumps(passport)


def load_model(path):
    """Read an inference model that this suite saved.

    Returns:
        A `SavedModel`, in float32, not compiled.

    Raises:
        UserError: when the file is missing, cut short, not ours, of another format, or holds
            anything but plain weights and built-in layers.
    """
    passport = check_saved_model(path, ATTRIBUTE)
    if passport.get("format") != FORMAT:
        raise UserError(
            f"{path}: saved-model format {passport.get('format')!r}; this version reads {FORMAT}."
        )
    try:
        space = ColorSpace.from_dict(passport["color_space"])
        model = keras.models.load_model(path, compile=False, safe_mode=True)
    except (KeyError, ValueError, TypeError, OSError, RecursionError) as error:
        raise UserError(f"{path}: not a usable colorkeras model: {error}") from error
    return SavedModel(model, space, passport)


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
