"""The colors of a run's sample images: how strong, how varied and how smooth they are.

Stored PNG files are read, so no model is needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from colorkeras.report.sample_grid import read_grid
from colorkeras.report.stored_images import read_pairs

HUE_BINS = 36  # of 10°: finer bins would count the rounding of dark 8-bit colors as hues


@dataclass(frozen=True)
class Colors:
    """What is measured on some images, over the pixels of all of them.

    Attributes:
        chroma: mean distance from grey, in CIELAB ab units.
        deviation: standard deviation of (a*, b*), √(var a* + var b*), in ab units.
        within: mean over the images of that deviation inside one image.
        hue_entropy: of the histogram of hues, weighted by chroma, in bits: 0 for one hue, 5.17
            for all hues alike.
        roughness: mean ab distance between a pixel and its right neighbor.
        clipped: share of pixels with a channel at 0 or 255.
    """

    chroma: float
    deviation: float
    within: float
    hue_entropy: float
    roughness: float
    clipped: float


@dataclass(frozen=True)
class SampleColors:
    """Predictions beside their originals.

    Attributes:
        model, truth: the `Colors` of both.
        count: of images.
        file: where they were read, below the run's folder.
    """

    model: Colors
    truth: Colors
    count: int
    file: str

    @property
    def images(self) -> str:
        """How many images, in words."""
        return "1 image" if self.count == 1 else f"{self.count} images"


def colors_of(images: Sequence[np.ndarray]) -> Colors:
    """Measure images.

    Args:
        images: at least one (height, width, 3) uint8 sRGB image.
    """
    chroma = [_chroma_of(image) for image in images]
    pixels = np.concatenate([plane.reshape(-1, 2) for plane in chroma])
    steps = np.concatenate([np.diff(plane, axis=1).reshape(-1, 2) for plane in chroma])
    ends = [((image == 0) | (image == 255)).any(axis=-1) for image in images]
    return Colors(
        chroma=float(np.linalg.norm(pixels, axis=-1).mean()),
        deviation=_deviation(pixels),
        within=float(np.mean([_deviation(plane.reshape(-1, 2)) for plane in chroma])),
        hue_entropy=_hue_entropy(pixels),
        roughness=float(np.linalg.norm(steps, axis=-1).mean()) if len(steps) else 0.0,
        clipped=float(np.concatenate([end.reshape(-1) for end in ends]).mean()),
    )


def find_sample_colors(folder: Path, size: tuple[int, int]) -> SampleColors | None:
    """Measure the newest sample images of a run.

    The single images of the test are read; without them the grid `final.png`, or that of the last
    epoch.

    Args:
        folder: the run's folder.
        size: height and width of an image, which tell where the cells of a grid are.

    Returns:
        Their `SampleColors`; None where there are none, or none that can be read.
    """
    pairs = read_pairs(folder)
    if pairs:
        return sample_colors(pairs, "samples/test")
    grids = [*sorted((folder / "samples").glob("epoch_*.png")), folder / "samples" / "final.png"]
    found = (grid_colors(grid, size) for grid in reversed(grids))
    return next((colors for colors in found if colors), None)


def grid_colors(path: Path, size: tuple[int, int]) -> SampleColors | None:
    """Measure the sample grid in a file; None where it cannot be read."""
    pairs = [(row[1], row[-1]) for row in read_grid(path, size)]
    return sample_colors(pairs, f"samples/{path.name}") if pairs else None


def sample_colors(pairs: Sequence[tuple[np.ndarray, np.ndarray]], file: str) -> SampleColors:
    """Measure pairs of prediction and original, which were read from `file`."""
    predictions, originals = zip(*pairs, strict=True)
    return SampleColors(colors_of(predictions), colors_of(originals), len(pairs), file)


def _chroma_of(image: np.ndarray) -> np.ndarray:
    """(height, width, 3) uint8 sRGB → (height, width, 2) float32 a*, b*."""
    return cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[..., 1:]


def _deviation(pixels: np.ndarray) -> float:
    return float(np.sqrt(pixels.astype(np.float64).var(axis=0).sum()))


def _hue_entropy(pixels: np.ndarray) -> float:
    hues = np.arctan2(pixels[:, 1], pixels[:, 0])
    weights = np.linalg.norm(pixels, axis=-1).astype(np.float64)
    shares, _ = np.histogram(hues, HUE_BINS, (-np.pi, np.pi), weights=weights)
    if not shares.sum() > 0:
        return 0.0
    shares = shares[shares > 0] / shares.sum()
    return float(-(shares * np.log2(shares)).sum())
