"""Published weights, loaded into a network before the training begins.

All names and shapes of the file are compared with the network's before the first value is set;
differences are described in terms of the file.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import h5py
import keras
import numpy as np

from colorkeras.console.inherited import KERAS_CACHE

# What h5py raises on damaged files, depending on the place of the damage.
_DAMAGE = (OSError, KeyError, RuntimeError, TypeError, AttributeError, UnicodeDecodeError)


@dataclass(frozen=True)
class PublishedWeights:
    """A weights file that Keras publishes.

    Attributes:
        network: what it belongs to, for messages.
        file: its name.
        folder: URL of the folder it is in, with the last slash.
        md5: of its content.
    """

    network: str
    file: str
    folder: str
    md5: str

    @property
    def help(self):
        """Where the file is found, and how to do without; the end of every message."""
        return (
            f"The weights of {self.network} are the file {self.file} of {self.folder}; pass it "
            "with --set model.weights=PATH, or start from random weights with "
            "--set model.weights=none."
        )

    def fetch(self):
        """Return the path of the file in Keras's cache (`~/.keras/models`), downloading it once.

        Raises:
            ValueError: when it is not in the cache and cannot be downloaded.
        """
        try:
            return keras.utils.get_file(
                self.file,
                self.folder + self.file,
                cache_dir=os.path.expanduser(KERAS_CACHE),
                cache_subdir="models",
                file_hash=self.md5,
            )
        except Exception as error:  # get_file raises no narrower class when the network fails
            raise ValueError(
                f"model.weights = imagenet: the weights are not in Keras's cache and could not be "
                f"downloaded ({error}). Download them where there is a network. {self.help}"
            ) from error


def load_weights(network, file, published):
    """Set all weights of `network` from a `.h5` file that names its layers, or none.

    Args:
        network: a `keras.Model`; its layers are matched by name.
        file: path of a `.h5`: the published weights file, or a model of the same layers that
            `keras.Model.save` wrote.
        published: the `PublishedWeights` that are expected.

    Raises:
        ValueError: when the file is missing, no HDF5, damaged, or of another network; `network`
            is unchanged then.
    """
    path = Path(os.path.expanduser(file))
    where = f"model.weights = {file}"
    _check_is_hdf5(path, where, published)
    layers = {layer.name: layer for layer in network.layers if layer.weights}
    try:
        with h5py.File(path, "r") as content:
            stored = _stored_layers(content)
            problem = _difference(
                {name: [tuple(w.shape) for w in layer.weights] for name, layer in layers.items()},
                {name: [dataset.shape for dataset in parts] for name, parts in stored.items()},
            )
            if problem:
                raise ValueError(f"{where}: {problem} Nothing was loaded. {published.help}")
            values = {name: [dataset[()] for dataset in parts] for name, parts in stored.items()}
    except _DAMAGE as error:
        raise ValueError(
            f"{where}: the file is damaged or cut short ({error}). Copy it again. {published.help}"
        ) from error
    for name, arrays in values.items():
        if not all(array.dtype.kind == "f" and np.isfinite(array).all() for array in arrays):
            raise ValueError(
                f"{where}: the weights of layer {name} are not all finite numbers. Nothing was "
                f"loaded. {published.help}"
            )
    for name, arrays in values.items():
        layers[name].set_weights(arrays)


def _check_is_hdf5(path, where, published):
    if not path.is_file():
        raise ValueError(
            f"{where}: no such file. Expected none, imagenet, or the path of a weights file. "
            f"{published.help}"
        )
    try:
        with path.open("rb") as file:
            start = file.read(40)
    except OSError as error:
        raise ValueError(f"{where}: cannot be read ({error.strerror}).") from error
    if not h5py.is_hdf5(path):
        is_page = start.lstrip().lower().startswith((b"<!doctype", b"<html"))
        found = "a web page instead of the download" if is_page else f"it begins with {start!r}"
        raise ValueError(f"{where}: no HDF5 file ({found}). {published.help}")


def _stored_layers(content):
    """Datasets by layer name, of layers with weights, in the order that Keras sets them.

    The layout of Keras's `.h5` files: one group for each layer, whose attribute `weight_names`
    lists its datasets; in the file of a whole model they are inside the group `model_weights`.
    """
    groups = content.get("model_weights", content)
    stored = {}
    for layer, group in groups.items():
        names = group.attrs.get("weight_names", ())
        if len(names):
            stored[layer] = [group[_text(name)] for name in names]
    return stored


def _text(name):
    return name.decode("utf-8") if isinstance(name, bytes) else str(name)


def _difference(expected, found):
    """Say how two dicts of shapes by layer name differ; "" where they do not."""
    if not found:
        return (
            "no layer with named weights in this file. (A .weights.h5 of Keras 3 keeps no layer "
            "names: load it into its model and write that with model.save('NAME.h5').)"
        )
    missing = [name for name in expected if name not in found]
    unknown = [name for name in found if name not in expected]
    other = [
        f"{name} {found[name]} instead of {shapes}"
        for name, shapes in expected.items()
        if name in found and found[name] != shapes
    ]
    parts = (("missing", missing), ("unknown", unknown), ("of another shape", other))
    problems = [f"{len(names)} {kind} ({_some(names)})" for kind, names in parts if names]
    if not problems:
        return ""
    return (
        f"weights of another network: expected {len(expected)} layers with weights, found "
        f"{len(found)}; {', '.join(problems)}."
    )


def _some(names):
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
