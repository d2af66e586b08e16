"""The value of a metric for each test image of a run, for paired comparisons."""

import math

import numpy as np

from colorkeras.claims.run_values import UndecidedError
from colorkeras.report.comparison import Entry
from colorkeras.report.image_values import IMAGES_CSV, is_mean, read_image_rows, values_by_image


def image_values(entry: Entry, metric: str, method: str) -> dict[str, float]:
    """A metric of one method, by the name of the image; their mean is the value of the test.

    Of a metric that is not measured for each image, the value of the whole test, under "".

    Args:
        entry: the final test of a run.
        metric: a column of eval.csv.
        method: "model" or a baseline.

    Raises:
        UndecidedError: when a value is missing or not finite, or the mean over the images is not
            the value of eval.csv.
    """
    label, whole = entry.run.label, entry.value(metric, method)
    what = metric if method == "model" else f"{metric} of {method}"
    if whole is None:
        raise UndecidedError(f"{what} was not measured in {label}")
    if not math.isfinite(whole):
        raise UndecidedError(f"{what} is {whole} in {label}")
    found = values_by_image(metric, read_image_rows(entry.run), method)
    if not found:
        return {"": whole}
    if not all(map(math.isfinite, found.values())):
        raise UndecidedError(f"{what} of an image is not finite in {label}")
    values = np.array(list(found.values()))
    if not is_mean(values, whole, metric):
        raise UndecidedError(
            f"{label}: the mean of {what} over {IMAGES_CSV} is {values.mean():.6g}, eval.csv has "
            f"{whole:.6g}: one of the files was changed"
        )
    return found
