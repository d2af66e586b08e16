"""What `hostile_models.py` spoils files with: the model that they come from, what is changed."""

import functools
import json
import shutil
from pathlib import Path

import h5py

HEIGHT, WIDTH = 16, 32
ATTRIBUTE = "colorkeras"
CORPUS = {}
MARK = "it-ran"  # the file that an attack would write, in its working folder


def entry(name, *arguments):
    """Register a spoiler under a name, or one for each argument."""

    def register(function):
        if not arguments:
            CORPUS[name] = function
        for argument in arguments:
            key = f"{name}-{str(argument)[:60]}"
            assert key not in CORPUS, key
            CORPUS[key] = functools.partial(function, value=argument)
        return function

    return register


def write_base(path):
    """Save the model that all others come from, as an earlier version would have."""
    import keras
    from saved_models import METADATA

    from colorkeras.color.space import ColorSpace
    from colorkeras.inference.saving import save_model

    keras.utils.set_random_seed(1)
    layers = keras.layers
    inputs = keras.Input((HEIGHT, WIDTH, 1), name="luminance")
    x = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu", name="down")(inputs)
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.UpSampling2D(name="up")(layers.Dropout(0.5, name="drop")(x))
    x = layers.Activation("sigmoid", name="act")(x)
    x = layers.Concatenate(name="both")([x, inputs])
    outputs = layers.Conv2D(2, 1, activation="tanh", name="chroma")(x)
    model = keras.Model(inputs, outputs, name="tiny")
    save_model(path, model, ColorSpace.named("yuv_tanh"), METADATA)
    change_metadata(path, format=1, integrity=None)
    return path


def change_metadata(path, **changes):
    """Change keys of the metadata; None takes a key away."""
    with h5py.File(path, "r+") as file:
        metadata = {**json.loads(file.attrs[ATTRIBUTE]), **changes}
        file.attrs[ATTRIBUTE] = json.dumps({k: v for k, v in metadata.items() if v is not None})


def change_config(path, change):
    """Let `change` alter the parsed architecture in place, or return another one."""
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        config = change(config) or config
        file.attrs["model_config"] = json.dumps(config)


def layer_of(config, name):
    """The entry of one layer of a functional model."""
    return next(part for part in config["config"]["layers"] if part["name"] == name)


def change_layer(path, name, changes, **top):
    """Change the options of a layer, and keys beside them."""

    def change(config):
        layer = layer_of(config, name)
        layer["config"].update(changes)
        layer.update(top)

    change_config(path, change)


def replace_layer(path, name, class_name, config, **top):
    """Put another layer in the place of `name`, with its name and wiring."""

    def change(whole):
        layer = layer_of(whole, name)
        layer["class_name"] = class_name
        layer["config"] = {"name": name, "trainable": True, "dtype": "float32", **config}
        layer.update(top)

    change_config(path, change)


def tensor(name="drop", call=0, output=0, shape=(None, 8, 16, 4), dtype="float32"):
    """A serialized tensor as Keras writes it."""
    config = {"shape": list(shape), "dtype": dtype, "keras_history": [name, call, output]}
    return {"class_name": "__keras_tensor__", "config": config}


def node(*args, **kwargs):
    return [{"args": list(args), "kwargs": kwargs}]


def make(folder, base, name):
    """Write the file `name` of the corpus into a folder; return its path."""
    path = Path(shutil.copy(base, Path(folder) / "model.h5"))
    CORPUS[name](path)
    return path
