"""How well grey images are told from color ones, stamps and yellowed edges included.

    python -m colorkeras.bench grey-scans FOLDER -o results/bench/grey_scans.csv

All color images of a folder are judged, then grey and tinted scans of SCAN_SIDE pixels, rendered
from some of them and saved as JPEG.
"""

import argparse
import io
import itertools
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from colorkeras.bench.measured_csv import write_measured
from colorkeras.config.toml import check_below
from colorkeras.console.cli import program_name
from colorkeras.console.errors import UserError
from colorkeras.data.folders.walk import walk_images
from colorkeras.data.images.decode import read_rgb
from colorkeras.data.images.formats import UnusableImage
from colorkeras.data.images.grey import GREY_SIDE, grey_reason
from colorkeras.data.splits import keep_smallest
from colorkeras.records.atomic import check_writable

NAME = "grey-scans"
MOST = 1_000_000  # scans
HEADER = ("image", "mark", "jpeg_quality", "images", "taken_for_grey")
# Colors of black and of white.
TINTS = {
    "grey": ((0, 0, 0), (255, 255, 255)),
    "sepia": ((40, 20, 5), (255, 240, 200)),
    "cyanotype": ((10, 30, 60), (230, 245, 255)),
}
INKS = ((200, 30, 30), (40, 60, 190), (110, 30, 140), (30, 130, 60))
MARKS = ("none", "stamp 0.01", "stamp 0.04", "stamp 0.08", "edge 0.1", "all edges 0.15")
QUALITIES = (75, 90)
SCAN_SIDE = 1024


def tinted(image, tint):
    """Return (height, width, 3) float levels in [0, 255] of a uint8 sRGB image, in one tint."""
    dark, light = np.array(TINTS[tint], float)
    luma = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None] / 255.0
    return dark + (light - dark) * luma


def stamped(image, share, number):
    """Draw a rectangle of ink over a float image: twice as wide as high, `share` of its area.

    The ink covers 85 %. Its color and place follow from `number`. The image is changed, and
    returned.
    """
    rows, columns = image.shape[:2]
    height = max(1, min(rows, round((share * rows * columns / 2) ** 0.5)))
    place = np.random.default_rng(number)
    top = place.integers(0, rows - height + 1)
    left = place.integers(0, max(1, columns - 2 * height + 1))
    part = image[top : top + height, left : left + 2 * height]
    part[:] = 0.15 * part + 0.85 * np.array(INKS[number % len(INKS)])
    return image


def yellowed(image, share, all_edges):
    """Return a float image with yellow at the right edge, or all, up to `share` of its size."""
    rows, columns = image.shape[:2]
    distance = 1 - np.arange(columns)[None, :] / columns + np.zeros((rows, 1))
    if all_edges:
        down = np.arange(rows)[:, None] / rows
        distance = np.minimum.reduce(
            [distance, 1 - distance, 1 - down + 0 * distance, down + 0 * distance]
        )
    amount = 0.9 * np.clip(1 - distance / share, 0, 1)[..., None]
    return image * (1 - amount * [0.0, 0.15, 0.5])


def is_grey_scan(tint, mark, quality, job):
    """Whether a scan rendered from a color image is taken for grey.

    Args:
        tint, mark, quality: of TINTS, MARKS and QUALITIES.
        job: a pair: number, path of the color image.
    """
    number, path = job
    original = read_rgb(path)
    scale = SCAN_SIDE / max(original.shape)
    image = tinted(cv2.resize(original, None, fx=scale, fy=scale), tint)
    kind, _, size = mark.rpartition(" ")
    if kind == "stamp":
        image = stamped(image, float(size), number)
    elif kind:
        image = yellowed(image, float(size), kind == "all edges")
    file = io.BytesIO()
    Image.fromarray(image.round().astype(np.uint8)).save(file, "JPEG", quality=quality)
    return bool(grey_reason(np.asarray(Image.open(file).convert("RGB"))))


def is_grey(path):
    """Whether a color image is taken for grey; None for a file that cannot be read."""
    try:
        return bool(grey_reason(read_rgb(path, at_least=(GREY_SIDE, GREY_SIDE))))
    except UnusableImage:
        return None


def build_parser():
    """Return the parser of the sub-command's options."""
    parser = argparse.ArgumentParser(
        prog=f"{program_name('colorkeras.bench')} {NAME}",
        description="Count how many color images, and how many grey scans, are taken for grey.",
    )
    parser.add_argument("folder", type=Path, help="folder of color images")
    parser.add_argument(
        "--scans", type=int, default=100, metavar="N", help="images to render as scans"
    )
    parser.add_argument("-o", "--out", metavar="FILE.csv", help="also write the table as CSV")
    return parser


def run(argv):
    """Run the sub-command with these arguments, without its name; return the exit code."""
    return _measure(build_parser().parse_args(argv), argv)


def _measure(args, argv):
    check_below("--scans", args.scans, MOST)
    names = walk_images(args.folder).names
    if not names:
        raise UserError(f"{args.folder}: no images here; expected a folder of color images.")
    if args.out:
        check_writable(args.out)
    rows = list(_judge(args.folder, names, args.scans))
    for row in rows:
        print(*row, sep=", ")
    if args.out:
        write_measured(args.out, HEADER, rows, [NAME, *argv], ())
    return 0


def _judge(folder, names, scans):
    """Yield the rows: what was judged, how many, and how many of them were taken for grey."""
    jobs = list(enumerate(folder / name for name in keep_smallest(names, scans)))
    # Not forked: the process that asks may have threads.
    with ProcessPoolExecutor(
        mp_context=multiprocessing.get_context("spawn"),
        initializer=cv2.setNumThreads,
        initargs=(1,),
    ) as workers:
        found = workers.map(is_grey, [folder / name for name in names], chunksize=64)
        judged = [value for value in found if value is not None]
        yield "color", "", "", len(judged), sum(judged)
        for tint, mark, quality in itertools.product(TINTS, MARKS, QUALITIES):
            judge = partial(is_grey_scan, tint, mark, quality)
            yield tint, mark, quality, len(jobs), sum(workers.map(judge, jobs, chunksize=16))
