"""Figures of stored test images: samples, error maps, crops, and the best and worst of a system.

Rows are the truth, the grey image and the systems; columns are images. Which images and which
regions are shown follows rules, given with each figure: nobody chooses them.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from colorkeras.color.cielab import levels_to_lab
from colorkeras.metrics.ciede2000_formula import difference
from colorkeras.report.curves import is_drawable
from colorkeras.report.image_figure import Cell, Scale, image_figure
from colorkeras.report.shared_images import Row
from colorkeras.report.shown_metrics import Metric
from colorkeras.report.stored_images import read_image
from colorkeras.report.stored_runs import read_csv
from colorkeras.report.systems import Member, System

CROP_PART = 3  # the side of a crop is this part of the image's shorter side
EXTREMES = 3  # best and worst images of a system
_LEAST_CROP = 16  # pixels
_COMMON_QUANTILE = 0.99  # of the errors of all systems: the end of their color scale


def samples_figure(rows: Sequence[Row], systems: dict[int, System]) -> Figure:
    """The same images colorized by every system."""
    return image_figure(
        [
            ("truth", [Cell(row.truth) for row in rows]),
            ("grey", [Cell(row.grey) for row in rows]),
            *((systems[i].label, [Cell(row.models[i][0]) for row in rows]) for i in systems),
        ],
        [row.name for row in rows],
    )


def error_maps(rows: Sequence[Row], systems: dict[int, System]) -> Figure:
    """ΔE2000 of each pixel, in the same colors for all systems; below each map, its mean."""
    maps = {
        "grey": [delta_e(row.grey, row.truth) for row in rows],
        **{
            s.label: [delta_e(row.models[i][0], row.truth) for row in rows]
            for i, s in systems.items()
        },
    }
    everything = np.concatenate([m.ravel() for images in maps.values() for m in images])
    most = max(1.0, float(np.ceil(np.quantile(everything, _COMMON_QUANTILE))))
    return image_figure(
        [
            ("truth", [Cell(row.truth) for row in rows]),
            *(
                (label, [Cell(image, f"mean {image.mean():.2f}") for image in images])
                for label, images in maps.items()
            ),
        ],
        [row.name for row in rows],
        Scale(most, "ΔE2000 of a pixel"),
    )


def crops_figure(rows: Sequence[Row], systems: dict[int, System]) -> Figure:
    """The same region of the same images, enlarged: where the truth's chroma varies most."""
    boxes = [most_varied_square(row.truth) for row in rows]
    placed = list(zip(rows, boxes, strict=True))
    return image_figure(
        [
            ("truth, with the region", [Cell(row.truth, box=box) for row, box in placed]),
            ("truth", [Cell(_crop(row.truth, box)) for row, box in placed]),
            ("grey", [Cell(_crop(row.grey, box)) for row, box in placed]),
            *(
                (system.label, [Cell(_crop(row.models[i][0], box)) for row, box in placed])
                for i, system in systems.items()
            ),
        ],
        [row.name for row in rows],
    )


def most_varied_square(truth: np.ndarray) -> tuple[int, int, int]:
    """The square in which the truth's chroma varies most.

    Args:
        truth: (height, width, 3) uint8 sRGB.

    Returns:
        (left, top, side) in pixels: the side is a third of the image's shorter side, at least 16
            pixels; of all squares the one with the largest variance of a* plus that of b*, the
            upper left one of equals.
    """
    height, width = truth.shape[:2]
    side = min(height, width, max(_LEAST_CROP, min(height, width) // CROP_PART))
    ab = levels_to_lab(truth)[..., 1:].astype(np.float64)
    sums, squares = _window_sums(ab, side), _window_sums(np.square(ab), side)
    area = side * side
    variance = (squares / area - np.square(sums / area)).sum(axis=-1)
    # Rounded: sums over equal windows differ in their last digits.
    top, left = np.unravel_index(np.argmax(variance.round(6)), variance.shape)
    return int(left), int(top), side


def _window_sums(values: np.ndarray, side: int) -> np.ndarray:
    """(height, width, n) → the sums over all squares inside, (height - side + 1, …, n)."""
    total = np.pad(values, [[1, 0], [1, 0], [0, 0]]).cumsum(axis=0).cumsum(axis=1)
    lower, upper = total[side:], total[:-side]
    return lower[:, side:] - lower[:, :-side] - upper[:, side:] + upper[:, :-side]


def _crop(image: np.ndarray, box: tuple[int, int, int]) -> np.ndarray:
    left, top, side = box
    return image[top : top + side, left : left + side]


def delta_e(image: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """ΔE2000 of each pixel.

    Args:
        image: (height, width, 3) uint8 sRGB.
        truth: the same.

    Returns:
        (height, width) float32.
    """
    one, other = ([*np.moveaxis(levels_to_lab(levels), -1, 0)] for levels in (image, truth))
    return np.asarray(difference(one, other, np))


def best_and_worst(systems: dict[int, System], metric: Metric) -> Figure | None:
    """The best and the worst of the images that each system stored, above their truth.

    Below each image: the metric, and its rank among all images in eval_images.csv.

    Returns:
        The figure; None where no system stored enough of its images.
    """
    rows: list[tuple[str, list[Cell]]] = []
    for system in systems.values():
        if system.shown:
            rows += _extremes_of(system.label, system.shown, metric)
    columns = ["best", *[""] * (2 * EXTREMES - 2), "worst"]
    return image_figure(rows, columns) if rows else None


def _extremes_of(label: str, member: Member, metric: Metric) -> list[tuple[str, list[Cell]]]:
    """Two rows: the images that a system made, and their truth."""
    ranked = ranked_images(member, metric)
    stored = []
    for rank, (name, value) in enumerate(ranked, 1):
        if name in member.images:
            text = f"{metric.title} {metric.format(value)}\nrank {rank} of {len(ranked)}"
            stored.append((member.images[name], text))
    if len(stored) < 2 * EXTREMES:
        return []
    made, truths = [], []
    for image, text in stored[:EXTREMES] + stored[-EXTREMES:]:
        model, truth = read_image(image.model), read_image(image.truth)
        if model is None or truth is None:
            return []
        made.append(Cell(model, text))
        truths.append(Cell(truth, _short(image.name)))
    return [(label, made), ("truth", truths)]


def ranked_images(member: Member, metric: Metric) -> list[tuple[str, float]]:
    """The names of the test images with the model's metric of each, the best first."""
    found = []
    for row in read_csv(member.entry.run.folder / "eval_images.csv"):
        name, value = row.get("image"), row.get(metric.key)
        if row.get("method") == "model" and name and is_drawable(value):
            found.append((str(name), value))
    return sorted(found, key=lambda item: (metric.distance(item[1]), item[0]))


def _short(name: str) -> str:
    """The end of a long name: a folder's images begin alike."""
    return name if len(name) <= 26 else f"…{name[-25:]}"
