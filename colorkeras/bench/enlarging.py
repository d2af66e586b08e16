"""How color of a model's size is best brought to a photograph's size, measured on true colors.

    python -m colorkeras.bench enlarging FOLDER -o results/bench/enlarging.csv

Each color photograph is reduced to `--side` pixels. Its colors there are brought back to its size
in several ways, with its own luminance, and compared with the photograph: mean CIEDE2000, of which
less is better.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from colorkeras.bench.measured_csv import write_measured
from colorkeras.bench.photographs import each_measured, photographs_in
from colorkeras.config.toml import check_below
from colorkeras.console.cli import program_name
from colorkeras.console.errors import UserError
from colorkeras.console.tables import print_table
from colorkeras.data.images.decode import read_rgb, strips
from colorkeras.data.images.formats import UnusableImage
from colorkeras.data.images.grey import grey_reason
from colorkeras.devices import backend

NAME = "enlarging"
HEADER = ("photograph", "width", "height", "side", "colors", "way", "delta_e", "best")
MEAN = "mean"  # in the place of a photograph
# Option: its limit. The last four have the best defaults found for scikit-image's photographs.
LIMITS = {"side": 4096, "radius": 100, "eps": 10, "sigma-space": 100, "sigma-range": 100}


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the sub-command's options."""
    parser = argparse.ArgumentParser(
        prog=f"{program_name('colorkeras.bench')} {NAME}",
        description="Measure ways to bring color of a model's size to a photograph's size.",
    )
    option = parser.add_argument
    option("folder", type=Path, help="folder of color photographs")
    option(
        "--side",
        type=int,
        default=224,
        metavar="N",
        help="longer side of the reduced photograph, in pixels (default: 224)",
    )
    option("--radius", type=int, default=1, metavar="N", help="of the guided filter (default: 1)")
    option("--eps", type=float, default=1e-4, help="of the guided filter (default: 0.0001)")
    for name, default, unit in (("space", 0.4, "small pixels"), ("range", 0.05, "luma, 0 to 1")):
        option(
            f"--sigma-{name}",
            type=float,
            default=default,
            metavar="SIGMA",
            help=f"of joint bilateral upsampling, in {unit} (default: {default})",
        )
    option("-o", "--out", metavar="FILE.csv", help="also write the table as CSV")
    return parser


def run(argv: list[str]) -> int:
    """Run the sub-command with these arguments, without its name; return the exit code."""
    args = build_parser().parse_args(argv)
    for name, limit in LIMITS.items():
        check_below(f"--{name}", getattr(args, name.replace("-", "_")), limit)
    rows = list(_rows(args, photographs_in(args.folder, args.out)))
    if not rows:
        raise UserError(
            f"{args.folder}: no color photograph larger than {args.side} pixels; expected some. "
            "Choose a smaller --side, or another folder."
        )
    means = _means(rows)
    titles = ("colors enlarged", "way", "mean ΔE2000", "best in")
    print_table(titles, (row[4:] for row in means), texts=2)
    if args.out:
        write_measured(args.out, HEADER, [*rows, *means], [NAME, *argv], ())
    return 0


def _rows(args: argparse.Namespace, names: list[str]) -> Iterator[tuple[object, ...]]:
    """The rows of all photographs."""
    backend.load()
    from colorkeras.bench.enlarging_ways import ways

    found = ways(args.radius, args.eps, args.sigma_space, args.sigma_range)

    def measure(file: Path) -> list[tuple[object, ...]]:
        photograph = read_rgb(file)
        if reason := _unfit(photograph, args.side):
            raise UnusableImage(reason)
        small = reduced_to(photograph, args.side)
        differences = {
            key: mean_difference(way(small, photograph), photograph) for key, way in found.items()
        }
        height, width, _ = photograph.shape
        best = min(differences.values())
        return [
            (width, height, args.side, *key, f"{difference:.4f}", int(difference == best))
            for key, difference in differences.items()
        ]

    for name, rows in each_measured(args.folder, names, measure):
        for cells in rows:
            yield name, *cells


def _unfit(photograph: np.ndarray, side: int) -> str:
    """Why a photograph is not measured; nothing where it is."""
    if max(photograph.shape[:2]) <= side:
        return f"no side is longer than {side} pixels"
    return grey_reason(photograph)


def reduced_to(photograph: np.ndarray, side: int) -> np.ndarray:
    """A photograph with so many pixels on its longer side, by area averaging.

    Args:
        photograph: (height, width, 3) uint8 sRGB.
        side: in pixels.

    Returns:
        (rows, columns, 3) float32 sRGB in [0, 1], not rounded.
    """
    height, width, _ = photograph.shape
    rows, columns = (max(1, round(n * side / max(height, width))) for n in (height, width))
    samples = photograph.astype(np.float32) / np.float32(255)
    return cv2.resize(samples, (columns, rows), interpolation=cv2.INTER_AREA)


def mean_difference(image: np.ndarray, truth: np.ndarray) -> float:
    """Mean CIEDE2000 over the pixels of two (height, width, 3) uint8 sRGB images."""
    from colorkeras.color.srgb import rgb_to_lab
    from colorkeras.metrics.ciede2000 import ciede2000

    height, width, _ = truth.shape
    total = 0.0
    for top, bottom in strips(height, width):  # a large photograph would take gigabytes
        labs = (rgb_to_lab(pixels[top:bottom]) for pixels in (image, truth))
        total += float(np.asarray(ciede2000(*labs)).sum(dtype=np.float64))
    return total / (height * width)


def _means(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """A row for each way: the mean over photographs, and in how many it is the best."""
    by_way: dict[tuple[object, ...], list[tuple[float, int]]] = {}
    for _, _, _, side, colors, way, difference, best in rows:
        found = by_way.setdefault((side, colors, way), [])
        found.append((float(str(difference)), int(str(best))))
    return [
        (MEAN, "", "", *key, f"{np.mean([d for d, _ in found]):.4f}", sum(b for _, b in found))
        for key, found in by_way.items()
    ]
