"""The doubt map: where on a photograph the predicted colors disagree with each other."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from colorkeras.data.images.mark import save_options
from colorkeras.records.atomic import replacing

MOST = 25.0  # CIELAB units that are shown brightest
LONGEST = 2048  # pixels of the map's longer side


def spread(opinions: Sequence[np.ndarray]) -> np.ndarray:
    """How far predicted colors lie apart: the standard deviation of (a*, b*) among them.

    Args:
        opinions: (rows, columns, 3) float32 sRGB in [0, 1] of one photograph, at least two; their
            sizes may differ.

    Returns:
        (rows, columns) float32 in CIELAB units, of the largest size.
    """
    rows, columns = max(opinion.shape[:2] for opinion in opinions)
    chroma = [
        cv2.cvtColor(cv2.resize(opinion, (columns, rows)), cv2.COLOR_RGB2LAB)[..., 1:]
        for opinion in opinions
    ]
    return np.sqrt(np.var(chroma, axis=0).sum(axis=-1))


def write_doubt(
    path: Path, opinions: Sequence[np.ndarray], size: tuple[int, int], facts: dict[str, Any]
) -> float:
    """Write the doubt map of a photograph as a PNG: black for none, through red to yellow.

    Args:
        path: of the file; an existing one is replaced.
        opinions: as of `spread`.
        size: (height, width) of the photograph.
        facts: for the mark.

    Returns:
        The mean of the doubt, in CIELAB units.

    Raises:
        UserError: when it cannot be written.
    """
    doubt = spread(opinions)
    scale = min(1.0, LONGEST / max(size))
    height, width = (max(1, round(length * scale)) for length in size)
    enlarged = cv2.resize(doubt / MOST, (width, height), interpolation=cv2.INTER_LINEAR)
    levels = np.rint(255 * np.clip(enlarged, 0, 1)).astype(np.uint8)
    shown = cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)[..., ::-1]
    with replacing(path) as temporary:
        Image.fromarray(shown.copy()).save(temporary, "PNG", **save_options(".png", facts))
    return float(doubt.mean())
