"""Photographs and what `colorize` made of them, on one sheet.

    python -m colorkeras.report.before_after PHOTOS COLORIZED -o sheet.png

PHOTOS is a folder; COLORIZED the folder that `colorkeras colorize PHOTOS -o COLORIZED` wrote. The
first image of README.md is such a sheet.
"""

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np

from colorkeras.console.cli import run_command
from colorkeras.console.errors import UserError
from colorkeras.data.folders.walk import walk_images
from colorkeras.data.images.decode import fit, read_rgb
from colorkeras.data.images.formats import UnusableImage
from colorkeras.data.images.mark import save_options
from colorkeras.report.sample_grid import MIN_CELL_WIDTH, make_grid, save_png

TITLES = ("grayscale", "colorized", "original")
_RESULTS = (".png", ".jpg", ".tif", ".tiff", ".webp")  # what `colorize` writes


def main(argv: list[str] | None = None) -> int:
    """Run the command.

    Returns:
        0; 2 for a mistake.
    """
    return run_command(lambda: _command(argv))


def _command(argv: list[str] | None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m colorkeras.report.before_after",
        description="Draw photographs beside their colorized versions.",
    )
    parser.add_argument("photos", metavar="PHOTOS", type=Path, help="folder of photographs")
    parser.add_argument("colorized", metavar="COLORIZED", type=Path, help="what colorize wrote")
    parser.add_argument("-o", "--out", required=True, metavar="PNG", type=Path, help="the sheet")
    parser.add_argument("--size", type=int, default=160, help="of a cell in pixels (default: 160)")
    parser.add_argument("--columns", type=int, default=2, help="photographs in a row (default: 2)")
    args = parser.parse_args(argv)
    if args.size < MIN_CELL_WIDTH or args.columns < 1:
        raise UserError(f"expected --size ≥ {MIN_CELL_WIDTH} and --columns ≥ 1.")
    save_png(args.out, sheet(args.photos, args.colorized, args.size, args.columns), **_mark())
    print(args.out)
    return 0


def sheet(photos: Path, colorized: Path, size: int = 160, columns: int = 2) -> np.ndarray:
    """Lay photographs out as grayscale, colorized and original.

    Args:
        photos: folder of photographs.
        colorized: folder with an image of the same path for each of them, as `colorize` writes.
        size: width and height of a cell in pixels; the middle square of an image is shown.
        columns: photographs in a row.

    Returns:
        (height, width, 3) uint8 sRGB.

    Raises:
        UserError: when there are no photographs, or one cannot be read or was not colorized.
    """
    names = walk_images(photos).names
    if not names:
        raise UserError(f"{photos}: no images in this folder.")
    photographs = [
        [*_cells(_read(photos / name, size), _read(_result(colorized, name), size))]
        for name in names
    ]
    blank = [np.full((size, size, 3), 255, np.uint8)] * len(TITLES)
    photographs += [blank] * (-len(names) % columns)
    cells = [cell for photograph in photographs for cell in photograph]
    wide = columns * len(TITLES)
    rows = [cells[first : first + wide] for first in range(0, len(cells), wide)]
    return make_grid(rows, list(TITLES) * columns)


def _result(colorized: Path, name: str) -> Path:
    for suffix in _RESULTS:
        if (path := (colorized / name).with_suffix(suffix)).is_file():
            return path
    raise UserError(
        f"{colorized}: no colorized version of {name}, expected "
        f"{' or '.join(Path(name).with_suffix(suffix).name for suffix in _RESULTS)}. "
        "Colorize the photographs first."
    )


def _read(path: Path, size: int) -> np.ndarray:
    try:
        return fit(read_rgb(path), size, size)
    except UnusableImage as error:
        raise UserError(f"{path}: {error}.") from error


def _cells(original: np.ndarray, colorized: np.ndarray) -> tuple[np.ndarray, ...]:
    grey = cv2.cvtColor(original, cv2.COLOR_RGB2GRAY)
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), colorized, original


def _mark() -> dict[str, object]:
    """So that no later training takes the sheet for a photograph."""
    return save_options(".png", {})


if __name__ == "__main__":
    sys.exit(main())
