"""Values of single images, from eval_images.csv: what intervals and paired comparisons need."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from colorkeras.metrics.definitions import NOT_OF_EVERY_IMAGE
from colorkeras.report.stored_runs import Row, StoredRun, Value, read_csv

IMAGES_CSV = "eval_images.csv"
MODEL = "model"
COLORFULNESS, RATIO = "colorfulness", "colorfulness_ratio"
# eval.csv and eval_images.csv keep 7 digits; a mean of float32 values may differ in the fifth. The
# ratio's truth is known but for images that are nearly grey.
_CLOSE, _CLOSE_RATIO = 2e-4, 0.01

Rows = dict[str, dict[str, Row]]  # by method and image


def read_image_rows(run: StoredRun) -> Rows:
    """The rows of eval_images.csv by method and image; of an image that is twice, the last row."""
    found: Rows = {}
    for row in read_csv(run.folder / IMAGES_CSV):
        method, image = row.get("method"), row.get("image")
        if method and image:
            found.setdefault(str(method), {})[str(image)] = row
    return found


def values_by_image(key: str, by_method: Mapping[str, dict[str, Row]], method: str) -> dict:
    """What each image contributes to a metric of a method.

    Args:
        key: of the metric.
        by_method: rows by method and image.
        method: such as "model".

    Returns:
        A number by image, whose mean is the metric's value of the set; without the images of
        which it was not measured.
    """
    if key == RATIO:
        return _ratio_parts(by_method, method)
    return _numbers(key, by_method.get(method, {}))


@dataclass(frozen=True)
class ImageTable:
    """What is known of single images of one evaluation.

    Attributes:
        names: of the images, sorted; empty where nothing is known.
        values: by method and metric (images,) float64, finite, whose mean is that of eval.csv.
        problem: the first contradiction between the two files; empty where there is none.
    """

    names: tuple[str, ...]
    values: dict[tuple[str, str], np.ndarray]
    problem: str = ""


def image_table(run: StoredRun, means: Mapping[str, Row], keys: Sequence[str]) -> ImageTable:
    """Read the values of single images that belong to an evaluation.

    Left out is a metric of a method that an image lacks or of which it is not finite, and one whose
    mean is not that of eval.csv, as in a file that another evaluation left.

    Args:
        run: whose eval_images.csv is read.
        means: the rows of eval.csv by method.
        keys: of the metrics to read.
    """
    by_method = read_image_rows(run)
    names = tuple(sorted(by_method.get(MODEL, {})))
    of_model = means.get(MODEL, {})
    if not is_whole(len(names), of_model):
        few = f"{IMAGES_CSV} has {len(names)} images, eval.csv {of_model['images']:.0f}"
        return ImageTable((), {}, few if names else "")
    values, problem = {}, ""
    for method, row in means.items():
        for key in keys:
            found = values_by_image(key, by_method, method)
            if not names or found.keys() != set(names):
                continue
            array = np.array([found[name] for name in names], np.float64)
            if np.isfinite(array).all() and is_mean(array, row.get(key), key):
                values[method, key] = array
            elif not problem and not (key in NOT_OF_EVERY_IMAGE and np.isnan(array).any()):
                found_mean = f"the mean of {key} of {method} in {IMAGES_CSV} is {array.mean():.6g}"
                problem = f"{found_mean}, that in eval.csv {row.get(key)}"
    return ImageTable(names, values, problem)


def is_whole(number: int, row: Row) -> bool:
    """Whether so many images are all that a row of eval.csv is the mean of."""
    return row.get("images") in (None, number)


def is_mean(array: np.ndarray, mean: Value, key: str) -> bool:
    """Whether values of single images have the mean of eval.csv, but for rounding."""
    if not isinstance(mean, int | float):
        return False
    close = _CLOSE_RATIO if key == RATIO else _CLOSE
    return math.isclose(float(array.mean()), mean, rel_tol=close, abs_tol=1e-4)


def _ratio_parts(by_method: Mapping[str, dict[str, Row]], method: str) -> dict[str, float]:
    """What each image contributes to the colorfulness ratio, which is one of means over images.

    The ratio R = mean(c) / mean(t) is no mean of ratios. R + (c - R t) / mean(t) of each image has
    the mean R, and to first order its spread: the delta method.
    """
    truth = _truth_colorfulness(by_method)
    own = _numbers(COLORFULNESS, by_method.get(method, {}))
    if not truth or not own or not own.keys() <= truth.keys():
        return {}
    mean = fmean(truth[name] for name in own)
    if mean <= 0:
        return {}
    ratio = fmean(own.values()) / mean
    return {name: ratio + (value - ratio * truth[name]) / mean for name, value in own.items()}


def _truth_colorfulness(by_method: Mapping[str, dict[str, Row]]) -> dict[str, float]:
    """Colorfulness of the original by image, from a prediction's and its ratio to the original's.

    An image without a ratio is grey: 0.
    """
    found = dict.fromkeys((name for rows in by_method.values() for name in rows), 0.0)
    for rows in by_method.values():
        colorfulness, ratios = _numbers(COLORFULNESS, rows), _numbers(RATIO, rows)
        for name, ratio in ratios.items():
            if ratio > 0 and name in colorfulness:
                found[name] = colorfulness[name] / ratio
    return found if any(found.values()) else {}


def _numbers(key: str, rows: dict[str, Row]) -> dict[str, float]:
    """A metric by image, where it was measured."""
    return {
        name: float(value)
        for name, row in rows.items()
        if isinstance(value := row.get(key), int | float)
    }
