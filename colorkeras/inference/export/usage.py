"""Write the program that shows how an exported model is used: it needs nothing of colorkeras.

It takes the same steps as `colorkeras colorize`: its text is put together of the parts below, with
the numbers of the model.
"""

from dataclasses import dataclass
from typing import Any

from colorkeras.color.space import ColorSpace
from colorkeras.experiment.generator import Noise
from colorkeras.inference.export.formats import Format
from colorkeras.inference.export.usage_color import color_code

_WHOLE = '''"""Color a photograph: python usage.py PHOTO RESULT.png{number_word}

Needs: pip install numpy opencv-python-headless {install}
"""

import sys
from pathlib import Path

import cv2
import numpy as np

# Mistakes are told before the model is opened, which takes a while.
if __name__ == "__main__":
    if {wrong_arguments}:
        sys.exit(f"usage: {{__doc__.splitlines()[0].partition('python ')[2]}}")
    if not cv2.haveImageWriter(sys.argv[2]):
        sys.exit(f"{{sys.argv[2]}}: expected the name of an image, such as RESULT.png")
{imports}
{open}
HEIGHT, WIDTH = {height}, {width}  # of what the model sees


{color}

def predict(luminance{number_argument}):
    """(1, height, width, 1) normalised luminance → (1, height, width, 2) normalised chroma."""
{predict}


def colorize(photo{number_argument}):
    """(rows, columns, 3) uint8 sRGB → the same size in color; the luminance stays."""
    rows, columns = photo.shape[:2]
    scale = min(HEIGHT / rows, WIDTH / columns)
    height = min(HEIGHT, max(1, round(rows * scale)))
    width = min(WIDTH, max(1, round(columns * scale)))
    top, left = (HEIGHT - height) // 2, (WIDTH - width) // 2
    rule = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = cv2.resize(photo, (width, height), interpolation=rule)
    border = (top, HEIGHT - height - top, left, WIDTH - width - left)
    framed = cv2.copyMakeBorder(np.rint(255 * luma_of(small)), *border, cv2.BORDER_REFLECT)
    luminance = luminance_of(np.repeat(framed[..., None], 3, axis=2))
    inputs = np.float32(luminance / INPUT_SCALE + INPUT_OFFSET)
    chroma = predict(inputs[None, ..., None]{number})[0]
    color = merged(luminance, (chroma - TARGET_OFFSET) * TARGET_SCALE)
    # What the color differs from its own luma is enlarged, and added to the photograph's luma.
    difference = np.float32(color - luma_of(255 * color)[..., None])
    difference = difference[top : top + height, left : left + width]
    difference = cv2.resize(difference, (columns, rows), interpolation=cv2.INTER_CUBIC)
    luma = luma_of(photo)
    result = np.rint(255 * in_gamut(luma[..., None] + difference, luma))
    # Green makes up for what red and blue lose by rounding: the luma stays.
    green = (255 * luma - result[..., 0] * LUMA[0] - result[..., 2] * LUMA[2]) / LUMA[1]
    result[..., 1] = np.clip(np.rint(green), 0, 255)
    return np.uint8(result)


if __name__ == "__main__":
    photo = cv2.imread(sys.argv[1])
    if photo is None:
        sys.exit(f"{{sys.argv[1]}}: cannot be read as an image")
    result = colorize(cv2.cvtColor(photo, cv2.COLOR_BGR2RGB){given_number})
    if not cv2.imwrite(sys.argv[2], cv2.cvtColor(result, cv2.COLOR_RGB2BGR)):
        sys.exit(f"{{sys.argv[2]}}: cannot be written")
'''


@dataclass(frozen=True)
class _Runtime:
    """Code of one format: {file} and {inputs} are filled in.

    Attributes:
        imports: what it imports.
        open: opens the model.
        predict: the body of a function of `luminance`.
        inputs: what the model is called with, for one input and for two.
    """

    imports: str
    open: str
    predict: str
    inputs: tuple[str, str]


_NAMED = ('"luminance": luminance', '"luminance": luminance, "noise": z')
_RUNTIMES = {
    "keras": _Runtime(
        "import keras\n",
        "MODEL = keras.models.load_model({file}, compile=False)",
        "    return np.array(MODEL({inputs}, training=False))",
        ("luminance", "[luminance, z]"),
    ),
    "savedmodel": _Runtime(
        "import tensorflow as tf\n",
        "MODEL = tf.saved_model.load(str({file}))",
        "    inputs = {{{inputs}}}\n"
        "    tensors = {{name: tf.constant(value) for name, value in inputs.items()}}\n"
        '    return MODEL.signatures["serving_default"](**tensors)["chroma"].numpy()',
        _NAMED,
    ),
    "onnx": _Runtime(
        "import onnxruntime\n",
        "MODEL = onnxruntime.InferenceSession({file})",
        '    return MODEL.run(["chroma"], {{{inputs}}})[0]',
        _NAMED,
    ),
    "litert": _Runtime(
        "from ai_edge_litert.interpreter import Interpreter\n",
        "MODEL = Interpreter(model_path=str({file})).get_signature_runner()",
        '    return MODEL(**{{{inputs}}})["chroma"]',
        _NAMED,
    ),
}
# The noise that `colorkeras colorize --seed 0` takes; see `Noise.for_images`.
_DRAWN = {
    "normal": "draw.standard_normal({shape}, dtype=np.float32)",
    "uniform": "draw.uniform(-1, 1, {shape}).astype(np.float32)",
}


def usage_code(to: Format, size: tuple[int, int], space: ColorSpace, noise: Noise) -> str:
    """The program.

    Args:
        to: the format of the exported model, which lies beside the program.
        size: (height, width) of the model's images.
        space: its color space.
        noise: its noise; a model with a second input takes the number of the coloring as well.

    Returns:
        Python. Nothing in it but numbers comes from the model.
    """
    runtime, has_z = _RUNTIMES[to.name], noise.source == "input"
    parts: dict[str, Any] = dict.fromkeys(
        ("number_word", "number_argument", "number", "given_number"), ""
    )
    parts["wrong_arguments"] = "len(sys.argv) != 3"
    drawn = ""
    if has_z:
        shape = (1, *noise.shape)
        drawn = (
            "    draw = np.random.default_rng((2, 0, number))  # number: which of many colorings\n"
            f"    z = {_DRAWN[noise.distribution].format(shape=shape)}\n"
        )
        parts = {
            "number_word": " [NUMBER]",
            "number_argument": ", number=0",
            "number": ", number",
            "given_number": ", *map(int, sys.argv[3:4])",
            "wrong_arguments": "len(sys.argv) not in (3, 4) "
            "or not all(map(str.isdecimal, sys.argv[3:]))",
        }
    file = f'Path(__file__).parent / "{to.file}"'
    return _WHOLE.format(
        install=to.runtime,
        imports=runtime.imports,
        open=runtime.open.format(file=file),
        height=size[0],
        width=size[1],
        color=color_code(space),
        predict=drawn + runtime.predict.format(inputs=runtime.inputs[has_z]),
        **parts,
    )
