"""The formats that a model can be exported to, and what each of them needs; no Keras is loaded."""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field

from colorkeras.console.cli import program_name
from colorkeras.console.errors import UserError
from colorkeras.devices.backend import VARIABLE, chosen_name

# The names of what goes into an exported model and comes out; a .keras file has the order alone.
LUMINANCE, NOISE, CHROMA = "luminance", "noise", "chroma"
METADATA, USAGE = "metadata.json", "usage.py"  # the files beside the model


@dataclass(frozen=True)
class Format:
    """A format.

    Attributes:
        name: what `--format` takes.
        title: what people call it.
        file: name of the file or folder that holds the model.
        any_backend: whether it is written without TensorFlow.
        batch: images at a time; None for any number.
        needs: what to `pip install` by module; the extras of setup.cfg have the same.
        runtime: what to `pip install` to run it.
    """

    name: str
    title: str
    file: str
    runtime: str
    any_backend: bool = False
    batch: int | None = None
    needs: Mapping[str, str] = field(default_factory=dict)


FORMATS = {
    known.name: known
    for known in (
        Format("keras", "Keras 3", "model.keras", "keras tensorflow", any_backend=True),
        Format("savedmodel", "TensorFlow SavedModel", "saved_model", "tensorflow"),
        Format(
            "onnx",
            "ONNX",
            "model.onnx",
            "onnxruntime",
            needs={
                "onnx": "onnx>=1.19,<2",
                "onnxruntime": "onnxruntime>=1.22,<2",
                "tf2onnx": "tf2onnx>=1.17,<2",
            },
        ),
        Format(
            "litert",
            "LiteRT",
            "model.tflite",
            "ai-edge-litert",
            batch=1,
            needs={"ai_edge_litert": "ai-edge-litert>=2.1,<3"},
        ),
    )
}


def check_can_export(to: Format) -> None:
    """Check that what a format needs is installed, and that the backend can write it.

    Raises:
        UserError: naming the package or the backend, and what to do.
    """
    missing = [pip for module, pip in to.needs.items() if not importlib.util.find_spec(module)]
    if missing:
        names = ", ".join(name.partition(">")[0] for name in missing)
        install = " ".join(f"'{name}'" for name in missing)
        raise UserError(
            f"--format {to.name}: needs what is not installed here: {names}. Install it: pip "
            f"install {install}, or the extra {to.name} of colorkeras."
        )
    if not to.any_backend and chosen_name() != "tensorflow":
        raise UserError(
            f"--format {to.name}: is written with TensorFlow, and {VARIABLE} is {chosen_name()}. "
            f"Leave {VARIABLE} out for {program_name('colorkeras.export')}."
        )
