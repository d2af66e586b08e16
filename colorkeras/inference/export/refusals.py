"""What a converter could not do, in a sentence that names the operation and its layer."""

import re

import keras

from colorkeras.console.errors import UserError
from colorkeras.experiment.generator import all_layers
from colorkeras.inference.export.formats import Format
from colorkeras.inference.model_file.rules import shown

# TensorFlow's converter to LiteRT: a place such as
#   fused["ResizeBicubic:", "model/up_sampling2d/resize/ResizeBicubic@__inference_1"]
# and ONNX's checker of what tf2onnx left as it was. Both name the operation and its path.
_OPERATIONS = (
    re.compile(r'fused\["(?P<operation>\w+):", "(?P<path>[^"@]+)(?=.*neither a custom op)', re.S),
    re.compile(r"No Op registered for .*Name: (?P<path>\S+) OpType: (?P<operation>\w+)", re.S),
)


def unsupported(
    error: BaseException, model: keras.Model, to: Format, label: str
) -> UserError | None:
    """The refusal of a model that has an operation which a format does not have.

    Args:
        error: what a converter raised.
        model, to, label: as `convert` takes them.

    Returns:
        The error to raise; None when the converter failed for another reason.
    """
    for pattern in _OPERATIONS:
        if found := pattern.search(str(error)):
            return UserError(
                f"{label}: {to.title} has no operation {found['operation']}, which"
                f"{_layer_of(found['path'], model)} needs. Choose another --format."
            )
    return None


def failed(error: BaseException, to: Format, label: str, done: str = "exported") -> UserError:
    """The refusal of a model that could not be exported, or run, for any other reason."""
    lines = str(error).strip().splitlines() or [""]
    return UserError(
        f"{label}: cannot be {done} as {to.title}: {type(error).__name__}: {shown(lines[0])}. "
        "Choose another --format."
    )


def _layer_of(path: str, model: keras.Model) -> str:
    """The innermost layer on the path of an operation, with its class."""
    classes = {layer.name: type(layer).__name__ for layer in all_layers(model)}
    for part in reversed(path.split("/")):
        # TensorFlow adds a number to the name of a layer that it has seen before, as Keras's are.
        for name in (re.sub(r"_\d+$", "", part), part):
            if name in classes:
                return f" the layer {name} ({classes[name]})"
    return " one of its layers"
