"""Try a model on one fixed input: are its weights really there, and does it compute as it did?

The checksum holds the file; the probe holds what was made of it: by another version of Keras, on
another backend or device, a model must still map the same input to the same chroma.
"""

import keras
import numpy as np

from colorkeras.devices.compiled import compiled
from colorkeras.experiment.generator import generate
from colorkeras.inference.model_file.metadata import PROBE_NUMBERS

_CELLS = 4  # rows and columns of the grid over which chroma is averaged
# Float32 rounds otherwise on another device; matrix units of GPUs keep 10 bits (TF32).
_OF_SCALE, _OF_MAGNITUDE, _LEAST = 0.05, 1e-3, 1e-6


def probe(model, luminance_range, eagerly=True):
    """Run a model once on the fixed input.

    Args:
        model: (batch, height, width, 1) luminance, perhaps z → (batch, height, width, 2) chroma.
        luminance_range: lowest and highest normalised luminance.
        eagerly: with TensorFlow, layer by layer, which is faster once but keeps all outputs.

    Returns:
        (64,) float64: mean and standard deviation of both chroma channels in a grid of 4×4 cells;
        not finite where the chroma is not.
    """
    draw = np.random.default_rng(0)
    ranges = (luminance_range, (-1.0, 1.0))
    given = [
        _uniform(draw, low, high, (1, *tensor.shape[1:]))
        for tensor, (low, high) in zip(model.inputs, ranges, strict=False)
    ]
    chroma = np.asarray(_run(model, eagerly)(*given))[0]
    cells = [
        cell
        for rows in np.array_split(chroma, _CELLS, axis=0)
        for cell in np.array_split(rows, _CELLS, axis=1)
    ]
    statistics = [(cell.mean((0, 1), np.float64), cell.std((0, 1), np.float64)) for cell in cells]
    return np.reshape(statistics, PROBE_NUMBERS)


def _uniform(draw, low, high, shape):
    """Float32 numbers from `low` to `high`, without a copy in float64."""
    values = draw.random(shape, np.float32)
    values *= np.float32(high - low)
    values += np.float32(low)
    return values


def _run(model, eagerly):
    """A function of the inputs; JAX compiles each operation, so that one program takes less."""

    def run(*inputs):
        return generate(model, *inputs)

    if eagerly and keras.backend.backend() == "tensorflow":
        return run
    return compiled(run, model)


def difference(stored, found):
    """How far two probes lie apart, in units of what rounding explains; more than 1 is wrong.

    Args:
        stored: (64,) numbers, of the model that was saved.
        found: (64,) numbers, of the one that was loaded.
    """
    stored, found = np.asarray(stored), np.asarray(found)
    # The deviations are every second pair: a chroma channel's own scale, whatever its offset.
    scale = stored.reshape(-1, 2, 2)[:, 1].max()
    allowed = _OF_SCALE * scale + _OF_MAGNITUDE * np.abs(stored).max() + _LEAST
    return float(np.abs(stored - found).max() / allowed)
