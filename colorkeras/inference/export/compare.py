"""How far an exported model is from the model that it was made of, on fixed images."""

from pathlib import Path

import cv2
import numpy as np

from colorkeras.color.space import ColorSpace
from colorkeras.devices.backend import stderr_held_back
from colorkeras.devices.compiled import compiled
from colorkeras.experiment.generator import generate
from colorkeras.inference.export.formats import Format
from colorkeras.inference.export.runtimes import open_exported
from colorkeras.inference.saved_model import SavedModel

LIMIT = 1e-4  # of normalised chroma, where that lies between -1 and 1
IMAGES = 6
_COARSE = (5, 7)  # rows and columns of the random colors that are enlarged


def limit_of(space: ColorSpace) -> float:
    """The largest difference of normalised chroma that is rounding.

    A space whose chroma is beyond 1, such as CIELAB in its own units, gets as many times more: so
    many times larger are the steps of float32.

    Args:
        space: the model's color space.
    """
    return LIMIT * max(1.0, *(abs(value) for ends in space.target_range for value in ends))


def fixed_images(height: int, width: int) -> np.ndarray:
    """The images: two gradients, two smooth ones, random pixels, and black beside white.

    Args:
        height, width: pixels.

    Returns:
        (6, height, width, 3) uint8 sRGB, the same ones each time.
    """
    draw, size = np.random.default_rng(0), (height, width, 3)
    across = np.broadcast_to(np.linspace(0, 255, width)[np.newaxis, :, np.newaxis], size)
    down = np.broadcast_to(np.linspace(255, 0, height)[:, np.newaxis, np.newaxis], size)
    smooth = [cv2.resize(draw.uniform(0, 255, (*_COARSE, 3)), (width, height)) for _ in range(2)]
    pixels = draw.uniform(0, 255, size)
    halves = np.where(across < 128, 0.0, 255.0)
    return np.rint([across, down, *smooth, pixels, halves]).astype(np.uint8)


def largest_difference(saved: SavedModel, to: Format, path: Path) -> float:
    """Run both models on the fixed images, each with a noise z of its own.

    Args:
        saved: the model that was exported.
        to: the format.
        path: the file or folder that `convert` wrote.

    Returns:
        Largest absolute difference of normalised chroma; not finite where a model's chroma is not.
    """
    height, width = saved.model.inputs[0].shape[1:3]
    images = fixed_images(height, width)
    itself = compiled(lambda *inputs: generate(saved.model, *inputs), saved.model)
    apart = []
    with stderr_held_back():  # runtimes tell what they run on
        run = open_exported(to, path)
        for key, image in enumerate(images):
            luminance = np.asarray(saved.space.split(image[np.newaxis])[0])
            z = saved.noise.for_images([key], 0)
            inputs = (luminance,) if z is None else (luminance, z)
            apart.append(np.abs(run(*inputs) - np.asarray(itself(*inputs))).max())
    return float(np.max(apart))
