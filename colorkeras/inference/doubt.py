"""The doubt map: where on a photograph the predicted colors disagree with each other."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from colorkeras.data.images.mark import save_options
from colorkeras.records.atomic import replacing

LONGEST = 2048  # pixels of the map's longer side
# CIELAB units that are shown brightest: of opinions alone, and with the spread of color classes,
# which is about 20 on average.
MOST, MOST_OF_CLASSES = 25.0, 40.0


def doubt_of(opinions: Sequence[np.ndarray], spreads: Sequence[np.ndarray]) -> np.ndarray:
    """How far the colors lie apart that may be meant: the standard deviation of (a*, b*).

    Args:
        opinions: (rows, columns, 3) float32 sRGB in [0, 1] of one photograph, at least two; their
            sizes may differ.
        spreads: (rows, columns) float32, the spread inside of each model's prediction, where it is
            known; see `ClassSpread`. The variances are added.

    Returns:
        (rows, columns) float32 in CIELAB units, of the largest size.
    """
    rows, columns = max(opinion.shape[:2] for opinion in opinions)
    chroma = [
        cv2.cvtColor(cv2.resize(opinion, (columns, rows)), cv2.COLOR_RGB2LAB)[..., 1:]
        for opinion in opinions
    ]
    variance = np.var(chroma, axis=0).sum(axis=-1)
    if spreads:
        variance += np.mean([cv2.resize(x, (columns, rows)) ** 2 for x in spreads], axis=0)
    return np.sqrt(variance)


def write_doubt(
    path: Path, doubt: np.ndarray, most: float, size: tuple[int, int], facts: dict[str, Any]
) -> None:
    """Write a doubt map as a PNG: black for none, through red to yellow.

    Args:
        path: of the file; an existing one is replaced.
        doubt: as of `doubt_of`.
        most: CIELAB units that are shown brightest.
        size: (height, width) of the photograph.
        facts: for the mark.

    Raises:
        UserError: when it cannot be written.
    """
    shown = shown_doubt(doubt, most, size)
    with replacing(path) as temporary:
        Image.fromarray(shown).save(temporary, "PNG", **save_options(".png", facts))


def shown_doubt(
    doubt: np.ndarray, most: float, size: tuple[int, int], longest: int = LONGEST
) -> np.ndarray:
    """A doubt map in colors: black for none, through red to yellow.

    Args:
        doubt, most, size: as of `write_doubt`.
        longest: pixels of its longer side, at most.

    Returns:
        (rows, columns, 3) uint8 sRGB, with the photograph's proportions.
    """
    scale = min(1.0, longest / max(size))
    height, width = (max(1, round(length * scale)) for length in size)
    enlarged = cv2.resize(doubt / most, (width, height), interpolation=cv2.INTER_LINEAR)
    levels = np.rint(255 * np.clip(enlarged, 0, 1)).astype(np.uint8)
    return np.ascontiguousarray(cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)[..., ::-1])
