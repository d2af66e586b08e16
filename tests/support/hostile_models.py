"""Model files that a stranger might send: some 300 made from one small model, each spoilt once.

`hostile_files.CORPUS` maps a name to a function that spoils the file at a path. The files claim to
be of an earlier version, without checksum, so that nothing but the check of each kind stops them.
`hostile_models_run.py` runs the real command on every file.
"""

import json

import h5py
import hostile_containers  # noqa: F401 - adds its own files to the corpus
import numpy as np
from hostile_files import (
    ATTRIBUTE,
    HEIGHT,
    MARK,
    WIDTH,
    change_config,
    change_layer,
    change_metadata,
    entry,
    node,
    replace_layer,
    tensor,
)

# --- layers that run code, read files or reach the network -------------------------------------

REFUSED_LAYERS = (
    *("Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "StringLookup"),
    *("IntegerLookup", "TextVectorization", "Hashing", "Wrapper", "TimeDistributed", "LSTM"),
    *("Bidirectional", "RNN", "Embedding", "EinsumDense", "MultiHeadAttention", "Discretization"),
    *(
        "layers.Lambda",
        "layers.TFSMLayer",
        "legacy.Lambda",
        "models.Sequential",
        "Layer",
        "Pipeline",
    ),
    *("__lambda__", "function", "DTypePolicy", "Adam", "conv2d", "", "Conv2D ", "keras>Lambda"),
)


@entry("layer-class", *REFUSED_LAYERS)
def _(path, value):
    options = {"filepath": MARK, "call_endpoint": "serve", "function": "system"}
    replace_layer(path, "act", value, options)


@entry("layer-class-in-module", "keras", "keras.layers", "keras.saving", "keras.src.layers")
def _(path, value):
    replace_layer(path, "act", "layers.Lambda", {"function": MARK}, module=value)


MODULES = ("os", "builtins", "keras", "keras.models", "kerasx.layers", "keras.layers.core", "", 5)


@entry("module", *MODULES, "keras_hub.layers", "keras.datasets.cifar10", [], {"a": 1})
def _(path, value):
    change_layer(path, "act", {}, module=value)


@entry("registered-name", "Custom>Layer", "Activation", 1, [])
def _(path, value):
    change_layer(path, "act", {}, registered_name=value)


@entry("beside-config", "build_config", "compile_config", "shared_object_id", "name_scope")
def _(path, value):
    change_layer(path, "act", {}, **{value: {"input_shape": [None, 10**6, 10**6, 1]}})


SERIALIZED = {
    "layer": {
        "module": "keras.layers",
        "class_name": "TFSMLayer",
        "config": {"filepath": MARK, "name": "x"},
        "registered_name": None,
    },
    "function": {
        "module": "keras.layers",
        "class_name": "function",
        "config": "TFSMLayer",
        "registered_name": "TFSMLayer",
    },
    "dataset": {
        "module": "keras.datasets.mnist",
        "class_name": "function",
        "config": "load_data",
        "registered_name": "load_data",
    },
    "dotted": {
        "module": "keras",
        "class_name": "function",
        "config": "datasets.boston_housing.load_data",
        "registered_name": None,
    },
    "get_file": {
        "module": "keras.utils",
        "class_name": "function",
        "config": "get_file",
        "registered_name": "get_file",
    },
    "os": {"module": "os", "class_name": "function", "config": "system", "registered_name": None},
    "lambda": {"class_name": "__lambda__", "config": {"value": "4wEA"}},
    "numpy": {"class_name": "__numpy__", "config": {"value": ["x"], "dtype": "U500000000"}},
    "tensor": {"class_name": "__tensor__", "config": {"value": [1.0], "dtype": "float32"}},
    "typespec": {
        "class_name": "__typespec__",
        "spec_name": "TensorSpec",
        "module": "tensorflow",
        "config": [[10**9], "float32", None],
        "registered_name": None,
    },
    "type-spec": {"class_name": "TypeSpec", "type_spec": "tf.TensorSpec", "serialized": []},
    "composite": {"class_name": "CompositeTensor", "spec": {}, "tensors": []},
    "shape": {"class_name": "TensorShape", "items": [None, 8]},
    "tuple": {"class_name": "__tuple__", "items": [1, 2]},
    "bytes": {"class_name": "__bytes__", "config": {"value": "x"}},
    "slice": {"class_name": "__slice__", "config": {"start": 0, "stop": 1, "step": None}},
    "ellipsis": {"class_name": "__ellipsis__", "config": {}},
    "passive": {"class_name": "Dense", "config": {}, "__passive_serialization__": True},
}


@entry("activation", *SERIALIZED)
def _(path, value):
    change_layer(path, "act", {"activation": SERIALIZED[value]})


@entry("activation-name", "nothing", "layers.Lambda", "keras.layers.Lambda", "os.system", 5, [])
def _(path, value):
    change_layer(path, "act", {"activation": value})


@entry("initializer", *SERIALIZED)
def _(path, value):
    change_layer(path, "chroma", {"kernel_initializer": SERIALIZED[value]})


@entry("regularizer", "layer", "function", "lambda", "os")
def _(path, value):
    change_layer(path, "chroma", {"kernel_regularizer": SERIALIZED[value]})


@entry(
    "initializer-values", {"seed": {"class_name": "SeedGenerator", "config": {}}}, {"mean": "os.x"}
)
def _(path, value):
    plain = {
        "module": "keras.initializers",
        "class_name": "RandomNormal",
        "config": value,
        "registered_name": None,
    }
    change_layer(path, "chroma", {"kernel_initializer": plain})


@entry("node-argument", *SERIALIZED)
def _(path, value):
    change_layer(path, "act", {}, inbound_nodes=node(tensor("up"), SERIALIZED[value]))


@entry("node-keyword", *SERIALIZED)
def _(path, value):
    change_layer(path, "act", {}, inbound_nodes=node(tensor("up"), call_endpoint=SERIALIZED[value]))


def quantized(name):
    return {
        "module": "keras.dtype_policies",
        "class_name": name,
        "config": {"mode": "int8", "source_name": "float32"},
        "registered_name": None,
    }


DTYPES = ("float16", "bfloat16", "mixed_float16", "int8_from_float32", "int32", "float64", "string")


@entry("dtype", *DTYPES, "float1024", 5, {}, quantized("QuantizedDTypePolicy"))
def _(path, value):
    change_layer(path, "chroma", {"dtype": value})


@entry("dtype-of-input", "int32", "string", "float16", "bool", None)
def _(path, value):
    change_layer(path, "luminance", {"dtype": value})


@entry("training-config")
def _(path):
    with h5py.File(path, "r+") as file:
        file.attrs["training_config"] = json.dumps({"optimizer_config": SERIALIZED["layer"]})


# --- wiring ------------------------------------------------------------------------------------

NODES = {
    "none": [],
    "of-keras-2": [["up", 0, 0, {}]],
    "keras-2-arguments": [["up", 0, 0, {"mask": SERIALIZED["numpy"]}]],
    "itself": node(tensor("act")),
    "a-loop": node(tensor("chroma", shape=(None, HEIGHT, WIDTH, 2))),
    "nowhere": node(tensor("nowhere")),
    "another-output": node(tensor("up", output=1)),
    "another-call": node(tensor("up", call=7)),
    "negative": node(tensor("up", output=-1)),
    "another-shape": node(tensor("up", shape=(None, 10**6, 10**6, 4))),
    "another-dtype": node(tensor("up", dtype="int32")),
    "two": node(tensor("up"), tensor("up")),
    "a-list": node([tensor("up")]),
    "a-number": node(3.0),
    "a-text": node("up"),
    "no-history": node({"class_name": "__keras_tensor__", "config": {"shape": [], "dtype": "x"}}),
    "text": "nodes",
    "many": node(tensor("up")) * 5000,
    "training": node(tensor("up"), training=True),
    "mask": node(tensor("up"), mask=tensor("up")),
}


@entry("node", *NODES)
def _(path, value):
    change_layer(path, "act", {}, inbound_nodes=NODES[value])


STRUCTURES = (
    [],
    {},
    "luminance",
    ["luminance"],
    [["nowhere", 0, 0]],
    [["up", 0, 0]],
    ["up", 0, 10**9],
)


@entry("inputs", *STRUCTURES)
def _(path, value):
    change_config(path, lambda config: config["config"].update(input_layers=value))


@entry("outputs", *STRUCTURES, [["chroma", 0, 0], ["up", 0, 0]])
def _(path, value):
    change_config(path, lambda config: config["config"].update(output_layers=value))


# --- more than a machine has -------------------------------------------------------------------

_LAST = {"data_format": "channels_last"}
_WINDOW = {"padding": "same", "strides": [1, 1], **_LAST}
LARGE = {
    "padding": ("ZeroPadding2D", {"padding": [[30_000, 30_000]] * 2, **_LAST}),
    "upsampling": ("UpSampling2D", {"size": [500, 500], "interpolation": "nearest", **_LAST}),
    "upsampling-255": ("UpSampling2D", {"size": [255, 255], "interpolation": "nearest", **_LAST}),
    "repeat": ("RepeatVector", {"n": 10**9}),
    "reshape": ("Reshape", {"target_shape": [10**9, 10**9]}),
    "cropping": ("Cropping2D", {"cropping": [[30_000, 30_000]] * 2, **_LAST}),
    "cropping-negative": ("Cropping2D", {"cropping": [[-30_000, -30_000]] * 2, **_LAST}),
    "pooling": ("AveragePooling2D", {"pool_size": [10**6, 10**6], **_WINDOW}),
    "rnn": ("SimpleRNN", {"units": 10**6}),
    "resizing": (
        "Resizing",
        {
            **{"height": 40_000, "width": 40_000, "interpolation": "bilinear", "fill_value": 0.0},
            **dict.fromkeys(("crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias"), False),
            **{"fill_mode": "constant", **_LAST},
        },
    ),
}


@entry("large", *LARGE)
def _(path, value):
    class_name, config = LARGE[value]
    replace_layer(path, "drop", class_name, config)


CONVOLUTION = (
    *({"filters": n} for n in (0, -1, 5 * 10**8, "two", [[2]], 2.0, True)),
    *({"kernel_size": k} for k in (3, [3], [10**6, 10**6], [3, 3, 3], [0, 1], [-1, 1], None)),
    *({"strides": s} for s in ([0, 0], [10**6, 1], "x")),
    *({"dilation_rate": d} for d in ([10**6, 10**6], [255, 255], [0, 0])),
    *({name: [33, 33]} for name in ("kernel_size", "strides", "dilation_rate")),
    *({"groups": g} for g in (0, 2, 3, 10**9)),
    *({"padding": "causal"}, {"data_format": "channels_first"}, {"use_bias": 1}, {"surprise": 1}),
)


@entry("convolution", *CONVOLUTION)
def _(path, value):
    change_layer(path, "down", value)


@entry("input-shape", [None, 20_000, 20_000, 1], [None, None, None, 1], [5, 16, 32, 1], [None], [])
def _(path, value):
    change_layer(path, "luminance", {"batch_shape": value})


_RESIZING = {
    **{"height": 8, "width": 16, "interpolation": "bilinear", "fill_value": 0.0},
    **dict.fromkeys(("crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias"), False),
    **{"fill_mode": "constant", **_LAST},
}
# What makes far more on the way than in the end.
RESIZING = (
    *({name: True} for name in ("crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias")),
    *({"interpolation": name} for name in ("area", "lanczos3", "lanczos5")),
)


@entry("resizing", *RESIZING)
def _(path, value):
    replace_layer(path, "drop", "Resizing", {**_RESIZING, **value})


@entry("enlarging", "lanczos3", "lanczos5", "area")
def _(path, value):
    config = {"size": [1, 1], "interpolation": value, **_LAST}
    replace_layer(path, "drop", "UpSampling2D", config)


@entry("pool", 33, 255)
def _(path, value):
    replace_layer(path, "drop", "MaxPooling2D", {"pool_size": [value, value], **_WINDOW})


def convolution(**options):
    """A convolution without weights to train, of any class, in the place of another layer."""
    plain = {"class_name": "Zeros", "config": {}, "module": "keras.initializers"}
    names = ("bias", "depthwise", "pointwise")
    return {
        **{"kernel_size": [1, 1], "dilation_rate": [1, 1], "activation": "linear", **_WINDOW},
        **{f"{name}_initializer": {**plain, "registered_name": None} for name in names},
        **{f"{name}_{kind}": None for name in names for kind in ("regularizer", "constraint")},
        **{"use_bias": False, "activity_regularizer": None, **options},
    }


@entry("separable", 1, 256)
def _(path, value):
    config = convolution(filters=4, depth_multiplier=value)
    replace_layer(path, "drop", "SeparableConv2D", config)


@entry("depthwise", 9, 256)
def _(path, value):
    config = convolution(depth_multiplier=value)
    del config["pointwise_initializer"], config["pointwise_regularizer"]
    del config["pointwise_constraint"]
    replace_layer(path, "drop", "DepthwiseConv2D", config)


def chain(path, class_name, config, count, merge=False):
    """`count` layers one after the other behind "drop", unused by the output."""

    def change(whole):
        shape, before = [None, 8, 16, 4], "drop"
        for number in range(count):
            name = f"more{number}"
            inner = tensor(before, shape=shape)
            given = node([inner, inner]) if merge else node(inner)
            options = {"name": name, "trainable": True, "dtype": "float32", **config}
            whole["config"]["layers"].append(
                {"class_name": class_name, "config": options, "name": name, "inbound_nodes": given}
            )
            shape = [*shape[:3], shape[3] * 2] if merge else shape
            before = name

    change_config(path, change)


@entry("doublings", 22, 2000)
def _(path, value):
    chain(path, "Concatenate", {"axis": -1}, value, merge=True)


@entry("many-layers", 3000)
def _(path, value):
    chain(path, "Activation", {"activation": "relu"}, value)


def nested(depth, twice=False):
    """A Sequential of a Sequential of …; `twice`: each of them has the inner one twice."""
    inner = {"class_name": "Activation", "config": {"activation": "relu"}}
    inner["config"].update(name="relu", trainable=True, dtype="float32")
    first = {"batch_shape": [None, 8, 16, 4], "dtype": "float32", "name": "in", "sparse": False}
    source = {"class_name": "InputLayer", "config": first}
    for level in range(depth):
        parts = [source, inner]
        if twice:
            again = json.loads(json.dumps(inner))
            again["config"]["name"] += "again"
            parts.append(again)
        config = {"name": f"level{level}", "trainable": True, "layers": parts}
        inner = {"class_name": "Sequential", "config": config}
    return inner


@entry("nested", 3, 200)
def _(path, value):
    change_config(path, lambda config: nested(value))


@entry("nested-twice", 7, 12)
def _(path, value):
    change_config(path, lambda config: nested(value, twice=True))


def enlarged(path, rows, columns):
    """Behind "drop", unused by the output, a layer "more0" of (rows, columns, 4)."""
    chain(path, "Resizing", {**_RESIZING, "height": rows, "width": columns}, 1)


@entry("temporaries")
def _(path):
    """A map of 0.13 GiB; a layer that makes it from another needs about 4 of them."""
    enlarged(path, 2048, 4352)


@entry("slow", "MaxPooling2D", "AveragePooling2D")
def _(path, value):
    """40 poolings of 32×32 at each of 2 million places take minutes."""
    enlarged(path, 1024, 2048)

    def change(whole):
        shape = [None, 1024, 2048, 4]
        for number in range(40):
            name, before = f"pool{number}", f"pool{number - 1}" if number else "more0"
            config = {"name": name, "trainable": True, "dtype": "float32", "pool_size": [32, 32]}
            part = {"class_name": value, "config": {**config, **_WINDOW}, "name": name}
            part["inbound_nodes"] = node(tensor(before, shape=shape))
            whole["config"]["layers"].append(part)

    change_config(path, change)


def nested_model(name, inner, calls):
    """A functional model of (8, 16, 4) that calls `inner` so many times, or nothing."""
    batch_shape = [None, 8, 16, 4]
    config = {"batch_shape": batch_shape, "dtype": "float32", "name": "in", "sparse": False}
    source = {"class_name": "InputLayer", "config": config, "name": "in", "inbound_nodes": []}
    parts, last = [source], ["in", 0, 0]
    if inner:
        names = [("in", 0)] + [(inner["name"], number) for number in range(calls - 1)]
        nodes = [part for source in names for part in node(tensor(*source))]
        parts.append({**inner, "inbound_nodes": nodes})
        last = [inner["name"], calls, 0]  # Keras counts from 1 here
    config = {"name": name, "trainable": True, "layers": parts, "input_layers": ["in", 0, 0]}
    return {
        **{"class_name": "Functional", "name": name},
        "config": {**config, "output_layers": last},
    }


@entry("model-of-nothing", 0, 2, 7)
def _(path, value):
    """Models that hand on their input, 8 times in 8 times …: millions of calls of no cost."""
    inner = None
    for level in range(value + 1):
        inner = nested_model(f"level{level}", inner, 8)
    inner["inbound_nodes"] = node(tensor("drop"))
    change_config(path, lambda config: config["config"]["layers"].append(inner))


@entry("noise-input", [2**24, 20], [2**24, 2**24, 4], [16_000, 10_000, 1])
def _(path, value):
    """A second input that nothing uses, and that would be drawn for each image."""
    config = {"batch_shape": [None, *value], "dtype": "float32", "name": "z", "sparse": False}

    def change(whole):
        whole["config"]["layers"].append(
            {"class_name": "InputLayer", "config": config, "name": "z", "inbound_nodes": []}
        )
        whole["config"]["input_layers"] = [["luminance", 0, 0], ["z", 0, 0]]

    change_config(path, change)
    change_metadata(path, noise={"source": "input", "distribution": "uniform"})


# Names that TensorFlow refuses where it builds a graph, or that mean something to HDF5.
NAMES = ("a b", "é漢", "a\\b", "%s", "^c", "c:0", "🙂", "-x", "_x", ".", "x" * 201, "a/b", "x\n")


@entry("layer-name", *NAMES)
def _(path, value):
    change_config(
        path, lambda config: json.loads(json.dumps(config).replace('"act"', json.dumps(value)))
    )


@entry("model-name", *NAMES)
def _(path, value):
    change_config(path, lambda config: config["config"].update(name=value))


# --- metadata ----------------------------------------------------------------------------------

QUIET = {"source": "none", "distribution": "normal"}
METADATA = (
    *({"height": n} for n in (0, -1, 10**9, 24, "16", True)),
    *(
        {"width": 20_000},
        {"step": -1},
        {"step": 1.5},
        {"run": "\x1b[31m"},
        {"run": 5},
        {"data": []},
    ),
    *({"resize": "shrink"}, {"mean_ab": [1e300, 0]}, {"mean_ab": [1]}, {"mean_ab": [None, 0]}),
    *({"noise": n} for n in ("input", {"source": "input"}, {"source": "x", "distribution": "y"})),
    *({"noise": {name: n, **QUIET}} for name in ("evil", "self") for n in (None, False)),
    *({"height": 4096, "width": 1025}, {"height": 4097, "width": 4}),
    *({"format": n} for n in (0, 2, 3, "1", True)),
    *({"color_space": n} for n in ("lab", {}, {"format": 1})),
    {"experiment": "x" * 10**5},
)


@entry("metadata", *METADATA)
def _(path, value):
    change_metadata(path, **value)


SCALES = (
    *({"input_scale": x} for x in (1e300, 0.0, 1e-300, "1", None)),
    *({"target_scale": x} for x in ([1e300, 1e300], [0.436, float("nan")], [1.0], 5)),
    *({"input_offset": 1e300}, {"target_offset": [float("inf"), 0.0]}, {"family": "cmyk"}),
    *({"format": n} for n in (0, 2, 999, True)),
    *({"name": 5}, {"name": "=1+1"}, {"surprise": 1}, {"surprise": None}, {"family": "lab"}),
)


@entry("color-space", *SCALES)
def _(path, value):
    with h5py.File(path, "r") as file:
        space = json.loads(file.attrs[ATTRIBUTE])["color_space"]
    change_metadata(path, color_space={**space, **value})


TEXTS = {
    "open": "{",
    "deep": "[" * 100_000,
    "deep-closed": '{"a": ' * 50_000 + "1" + "}" * 50_000,
    "list": "[]",
    "number": "1",
    "nothing": "",
    "twice": '{"class_name": "Functional", "class_name": "Lambda", "config": {}}',
    "digits": '{"class_name": ' + "9" * 10_000 + "}",
    "no-class": "{}",
    "class-list": '{"class_name": [], "config": 5}',
    "bytes": b"\xff\xfe{",
    "large": " " * (8 * 2**20 + 1),
    "array": np.zeros(3),
    "integer": 5,
}


@entry("config-text", *TEXTS)
def _(path, value):
    with h5py.File(path, "r+") as file:
        file.attrs["model_config"] = TEXTS[value]


@entry("metadata-text", *TEXTS)
def _(path, value):
    with h5py.File(path, "r+") as file:
        file.attrs[ATTRIBUTE] = TEXTS[value]
