"""The value of a metric for each test image of a run, for paired comparisons."""

import math

import numpy as np

from colorkeras.claims.run_values import UndecidedError
from colorkeras.metrics.definitions import NOT_OF_EVERY_IMAGE
from colorkeras.report.comparison import Entry
from colorkeras.report.image_values import (
    IMAGES_CSV,
    is_mean,
    is_whole,
    read_image_rows,
    values_by_image,
)


def image_values(entry: Entry, metric: str, method: str) -> dict[str, float]:
    """A metric of one method, by the name of the image; their mean is the value of the test.

    Args:
        entry: the final test of a run.
        metric: a column of eval.csv.
        method: "model" or a baseline.

    Raises:
        UndecidedError: when values are missing or not finite, are not those of all test images, or
            their mean is not the value of eval.csv.
    """
    label, whole = entry.run.label, entry.value(metric, method)
    what = metric if method == "model" else f"{metric} of {method}"
    if whole is None:
        raise UndecidedError(f"{what} was not measured in {label}")
    if not math.isfinite(whole):
        raise UndecidedError(f"{what} is {whole} in {label}")
    rows = read_image_rows(entry.run)
    if not is_whole(len(rows.get(method, {})), entry.rows[method]):
        raise UndecidedError(
            f"{label}: {IMAGES_CSV} has {len(rows.get(method, {}))} images of {method}, eval.csv "
            f"has {entry.rows[method]['images']}"
        )
    found = values_by_image(metric, rows, method)
    if metric in NOT_OF_EVERY_IMAGE:
        found = {name: value for name, value in found.items() if not math.isnan(value)}
    if not found:
        raise UndecidedError(f"{label}: {IMAGES_CSV} has no {what} of single images")
    values = np.array(list(found.values()))
    if not np.isfinite(values).all():
        raise UndecidedError(f"{what} of an image is not finite in {label}")
    if not is_mean(values, whole, metric):
        raise UndecidedError(
            f"{label}: the mean of {what} over {IMAGES_CSV} is {values.mean():.6g}, eval.csv has "
            f"{whole:.6g}: one of the files was changed"
        )
    return found
