"""The test images that a run stored: `samples/test` with index.csv and three PNG files of each.

Training and `evaluate --images` write them; figures and pages read them through this module only.
A missing or damaged file never raises here.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from colorkeras.report.stored_runs import read_csv

FOLDER = Path("samples", "test")
INDEX_CSV = "index.csv"
KINDS = ("grey", "model", "truth")
_BROKEN = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)  # what Pillow raises


@dataclass(frozen=True)
class StoredImage:
    """One test image: its name in the image set, and the paths of its three files."""

    name: str
    grey: Path
    model: Path
    truth: Path


def file_name(number: int, kind: str) -> str:
    """The file name of image `number`; `kind` is one of `KINDS`."""
    return f"{number:03d}_{kind}.png"


def stored_images(run_folder: str | Path) -> dict[str, StoredImage]:
    """Find the images that a run or an evaluation stored.

    Args:
        run_folder: the folder that holds run.json.

    Returns:
        By the name of the image, in the order of index.csv: those of which all three files are
        there. Whether a file can be read, `read_image` tells.
    """
    folder = Path(run_folder) / FOLDER
    found = {}
    for row in read_csv(folder / INDEX_CSV):
        name, number = row.get("image"), row.get("number")
        if not name or not isinstance(number, int) or number < 0:
            continue
        paths = [folder / file_name(number, kind) for kind in KINDS]
        if all(path.is_file() for path in paths):
            found[str(name)] = StoredImage(str(name), *paths)
    return found


def read_pairs(run_folder: str | Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """The pairs of prediction and original that a run stored, of those that can be read."""
    files = stored_images(run_folder).values()
    pairs = [(read_image(each.model), read_image(each.truth)) for each in files]
    return [(a, b) for a, b in pairs if a is not None and b is not None and a.shape == b.shape]


def read_image(path: Path) -> np.ndarray | None:
    """Read one image.

    Returns:
        (height, width, 3) uint8 sRGB; None where the file is missing or damaged.
    """
    try:
        with Image.open(path) as image:
            return np.asarray(image.convert("RGB"))
    except _BROKEN:
        return None
