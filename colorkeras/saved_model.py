"""The inference model: one `.h5` that plain Keras opens, with a passport as a JSON attribute.

The file is written without optimizer, in float32, from built-in layers only. Reading one back
treats it as a stranger's: `check_saved_model` looks at the file before Keras builds anything.
"""

import contextlib
import json
import logging
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import keras
import numpy as np

from colorkeras.color import ColorSpace
from colorkeras.errors import UserError
from colorkeras.hdf5_file import writing_hdf5
from colorkeras.noise import Noise, input_shapes
from colorkeras.saved_model_check import check_saved_model
from colorkeras.settings import NOISE_DISTRIBUTIONS, NOISE_SOURCES, RESIZE_RULES

ATTRIBUTE = "colorkeras"
FORMAT = 1
MAX_NOISE = 2**24  # numbers per sample: a stranger's file must not ask for all memory
# What `evaluate` and `colorize` need to know of a model: a check for each entry, and its words.
_PASSPORT = {
    **dict.fromkeys(("height", "width", "step"), (lambda v: type(v) is int, "an integer")),
    **dict.fromkeys(
        ("experiment", "run"),
        (lambda v: isinstance(v, str) and v.isprintable(), "a printable text"),
    ),
    **dict.fromkeys(("color_space", "data"), (lambda v: isinstance(v, dict), "a table")),
    "noise": (lambda v: _is_noise(v), "a table of a known source and distribution"),
    "resize": (lambda v: v in RESIZE_RULES, f"one of {', '.join(RESIZE_RULES)}"),
    "mean_ab": (lambda v: _is_numbers(v) and len(v) == 2, "two numbers"),
}


@dataclass(frozen=True)
class SavedModel:
    """A model read back: the Keras model, its color space and noise, and its passport."""

    model: keras.Model
    space: ColorSpace
    noise: Noise
    passport: dict


def save_model(path, model, space, passport):
    """Write the inference model.

    Args:
        path: file name, usually ending in `.h5`.
        model: a float32 model of built-in Keras layers.
        space: the `ColorSpace` of its inputs and outputs.
        passport: JSON-able dict: experiment, run, commit, versions, data, mean chroma.
    """
    height, width = model.inputs[0].shape[1:3]
    passport = {
        "format": FORMAT,
        "height": height,
        "width": width,
        "color_space": space.to_dict(),
        **passport,
    }
    with writing_hdf5(path) as file, _without_legacy_warning():
        model.save(file, include_optimizer=False)
        file.attrs[ATTRIBUTE] = json.dumps(passport)


def load_model(path):
    """Read an inference model that this suite saved.

    Returns:
        A `SavedModel`, in float32, not compiled.

    Raises:
        UserError: when the file is missing, cut short, not ours, of another format, or holds
            anything but plain finite weights and built-in layers of the sizes stored.
    """
    # Files from before there were systems with noise say nothing about it.
    passport = {"noise": Noise().record(), **check_saved_model(path, ATTRIBUTE)}
    if passport.get("format") != FORMAT:
        raise UserError(
            f"{path}: saved-model format {passport.get('format')!r}; this version reads {FORMAT}."
        )
    _check_passport(path, passport)
    try:
        space = ColorSpace.from_dict(passport["color_space"])
        with ThreadPoolExecutor(1) as thread:
            thread.submit(_load_without_memory, path).result()
        model = _load(path)
    except Exception as error:  # a stranger's configuration can make Keras raise anything
        raise UserError(f"{path}: not a usable colorkeras model: {error}") from error
    _check_model(path, model, passport)
    return SavedModel(model, space, Noise.of(model, **passport["noise"]), passport)


def _check_passport(path, passport):
    missing = sorted(_PASSPORT.keys() - passport.keys())
    if missing:
        raise UserError(f"{path}: its passport lacks {', '.join(missing)}; expected a model.h5.")
    for key, (is_right, expected) in _PASSPORT.items():
        if not is_right(passport[key]):
            raise UserError(
                f"{path}: its passport says {key} = {passport[key]!r}, expected {expected}."
            )


def _is_noise(value):
    return (
        isinstance(value, dict)
        and value.keys() == {"source", "distribution"}
        and value["source"] in NOISE_SOURCES
        and value["distribution"] in NOISE_DISTRIBUTIONS
    )


def _is_numbers(value):
    return isinstance(value, list) and all(
        type(item) in (int, float) and math.isfinite(item) for item in value
    )


def _load(path):
    return keras.models.load_model(path, compile=False, safe_mode=True)


def _load_without_memory(path):
    """Load a model whose variables have a shape but no values: a layer that is larger than the
    weights stored for it fails here, before gigabytes are asked for.

    Keras keeps a list of such variables for each thread, to give them values later; call this in
    a thread that ends, and the list ends with it.
    """
    with keras.StatelessScope(initialize_variables=False):
        _load(path)


def _check_model(path, model, passport):
    """Refuse shapes that are not those of the passport, and weights that are no numbers."""
    height, width = passport["height"], passport["width"]
    found = f"{model.input_shape} → {model.output_shape}"
    noise = None
    if passport["noise"]["source"] == "input":
        noise = model.inputs[1].shape[1:] if len(model.inputs) > 1 else ("?",)
    expected = f"{input_shapes(height, width, noise)} → (None, {height}, {width}, 2)"
    if found != expected:
        raise UserError(f"{path}: the model maps {found}; its passport says {expected}.")
    if noise and math.prod(noise) > MAX_NOISE:
        raise UserError(f"{path}: noise of shape {noise}; at most {MAX_NOISE:,} numbers expected.")
    for weight in model.weights:
        if not np.isfinite(weight.value).all():
            raise UserError(
                f"{path}: the weight {weight.path} is not finite: the training went wrong, or "
                "the file is damaged. Use another model."
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
