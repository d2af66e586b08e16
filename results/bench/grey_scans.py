"""How well grey images are told from color ones, stamps and yellowed edges included.

python results/bench/grey_scans.py FOLDER [--scans 100] [-o results/bench/grey_scans.csv]

FOLDER holds color images. All of them are judged, then grey and tinted scans of SCAN_SIDE pixels,
rendered from some of them and saved as JPEG.
"""

import argparse
import csv
import io
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from colorkeras.data.folders.walk import walk_images
from colorkeras.data.images.decode import read_rgb
from colorkeras.data.images.formats import UnusableImage
from colorkeras.data.images.grey import GREY_SIDE, grey_reason
from colorkeras.data.splits import keep_smallest
from colorkeras.records.atomic import replacing

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
    dark, light = np.array(TINTS[tint], float)
    luma = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None] / 255.0
    return dark + (light - dark) * luma


def stamped(image, share, number):
    """A rectangle of ink, twice as wide as high, that covers `share` of the area at 85 %."""
    rows, columns = image.shape[:2]
    height = max(1, min(rows, round((share * rows * columns / 2) ** 0.5)))
    place = np.random.default_rng(number)
    top = place.integers(0, rows - height + 1)
    left = place.integers(0, max(1, columns - 2 * height + 1))
    part = image[top : top + height, left : left + 2 * height]
    part[:] = 0.15 * part + 0.85 * np.array(INKS[number % len(INKS)])
    return image


def yellowed(image, share, all_edges):
    """Yellow that begins at the right edge, or all edges, and ends at `share` of the size."""
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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scans", type=int, default=100)
    parser.add_argument("-o", "--out", type=Path, default=Path("results/bench/grey_scans.csv"))
    args = parser.parse_args()
    names = walk_images(args.folder).names
    jobs = list(enumerate(args.folder / name for name in keep_smallest(names, args.scans)))
    rows = []
    with ProcessPoolExecutor(initializer=cv2.setNumThreads, initargs=(1,)) as workers:
        found = workers.map(is_grey, [args.folder / name for name in names], chunksize=64)
        judged = [value for value in found if value is not None]
        rows.append(("color", "", "", len(judged), sum(judged)))
        for tint in TINTS:
            for mark in MARKS:
                for quality in QUALITIES:
                    judge = partial(is_grey_scan, tint, mark, quality)
                    hits = sum(workers.map(judge, jobs, chunksize=16))
                    rows.append((tint, mark, quality, len(jobs), hits))
    with replacing(args.out) as temporary, temporary.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("image", "mark", "jpeg_quality", "images", "taken_for_grey"))
        writer.writerows(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
