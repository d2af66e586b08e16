"""Look at a `.h5` from anyone before Keras opens it.

Keras refuses code in a model file, but not a file of a few kilobytes that declares gigabytes of
weights, nor links out of the file. The checks here read names, kinds and sizes only; that each
layer is no larger than the weights stored for it is checked by `saved_model.load_model`.
"""

import json
import math
from pathlib import Path

import h5py

from colorkeras.errors import UserError

MAX_OBJECTS = 20_000
MAX_CONFIG_BYTES = 8 * 2**20
_ALLOWED_MODULES = ("keras", "keras.layers", "keras.models", "keras.initializers")
# Layers that read files, run code, or hold other frameworks' objects.
_REFUSED_CLASSES = (
    "Lambda",
    "TFSMLayer",
    "TorchModuleWrapper",
    "JaxLayer",
    "FlaxLayer",
    "StringLookup",
    "IntegerLookup",
    "TextVectorization",
    "Hashing",
)


def check_saved_model(path, attribute):
    """Refuse a file that Keras should not open; return its passport.

    Args:
        path: the file.
        attribute: name of the root attribute that holds the JSON passport.

    Returns:
        The passport as a dict.

    Raises:
        UserError: naming the file, what was found and what was expected.
    """
    path = Path(path)
    if not path.is_file():
        raise UserError(f"{path}: no such file; expected the model.h5 of a finished run.")
    if not h5py.is_hdf5(path):
        raise UserError(f"{path}: not an HDF5 file; expected the model.h5 of a finished run.")
    try:
        with h5py.File(path, "r") as file:
            passport = _json_attribute(path, file, attribute)
            if passport is None:
                raise UserError(
                    f"{path}: not written by colorkeras (no {attribute!r} attribute), so its "
                    "color space is unknown. Expected the model.h5 of a finished run."
                )
            _check_contents(path, file)
            _check_layers(path, _json_attribute(path, file, "model_config"))
    # What h5py raises on damaged files, depending on the place of the damage.
    except (OSError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise UserError(
            f"{path}: damaged or cut short ({error}). Copy it again from where it came."
        ) from error
    return passport


def _json_attribute(path, file, name):
    if name not in file.attrs:
        return None
    text = file.attrs[name]
    if not isinstance(text, str) or len(text) > MAX_CONFIG_BYTES:
        raise UserError(f"{path}: attribute {name!r} is no JSON text of sensible size.")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: attribute {name!r} is not valid JSON: {error}") from error
    if not isinstance(value, dict):
        raise UserError(f"{path}: attribute {name!r} is no JSON object.")
    return value


def _check_contents(path, file):
    """Walk hard links only; bound what the datasets declare by what the file holds."""
    pending, seen, declared = [("", file)], 0, 0
    while pending:
        prefix, group = pending.pop()
        for name in group:
            seen += 1
            link = group.get(name, getlink=True)
            if not isinstance(link, h5py.HardLink) or seen > MAX_OBJECTS:
                raise UserError(f"{path}: {prefix}/{name} is a link, or there are too many parts.")
            item = group[name]
            if isinstance(item, h5py.Group):
                pending.append((f"{prefix}/{name}", item))
                continue
            if not _holds_plain_numbers(item):
                raise UserError(f"{path}: {prefix}/{name} does not hold plain numbers.")
            declared += math.prod(item.shape) * item.dtype.itemsize
    if declared > path.stat().st_size:
        raise UserError(
            f"{path}: declares {declared:,} bytes of weights in a file of "
            f"{path.stat().st_size:,} bytes; refused."
        )


def _holds_plain_numbers(item):
    """False also for a named type, for a dataset of no shape, and for bytes kept elsewhere."""
    return (
        isinstance(item, h5py.Dataset)
        and not item.external
        and not item.is_virtual
        and item.shape is not None
        and item.dtype.kind in "fiub"
    )


def _check_layers(path, config):
    """Allow built-in layers only."""
    if config is None:
        raise UserError(f"{path}: holds weights but no architecture (no model_config).")
    pending = [config]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending.extend(node)
            continue
        if not isinstance(node, dict):
            continue
        pending.extend(node.values())
        if "class_name" in node and "config" in node:
            module = str(node.get("module") or "keras")
            if module not in _ALLOWED_MODULES and not module.startswith("keras."):
                raise UserError(f"{path}: class from module {module!r}; expected built-in Keras.")
            if node["class_name"] in _REFUSED_CLASSES:
                raise UserError(f"{path}: layer {node['class_name']} is refused in model files.")
