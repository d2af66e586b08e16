"""The value of a metric for each test image of a run, from eval_images.csv."""

import math
import statistics

from colorkeras.claims.run_values import UndecidedError
from colorkeras.report.comparison import Entry
from colorkeras.report.stored_runs import Row, read_csv

_COLORFULNESS, _RATIO = "colorfulness", "colorfulness_ratio"
_CLOSE = 1e-3  # relative: the files have seven digits, devices add up in different orders


def image_values(entry: Entry, metric: str, method: str) -> dict[str, float]:
    """A metric of one method, by the name of the image; blank values are left out.

    Of a metric that is not measured for each image, the value of the whole test, under "". The
    colorfulness ratio of a test is that of the means, so of an image it is here the part that it
    has in this ratio: its colorfulness over the mean of the truths'.

    Args:
        entry: the final test of a run.
        metric: a column of eval.csv.
        method: "model" or a baseline.

    Raises:
        UndecidedError: when a value is missing or not finite, an image is there twice, or the mean
            over the images is not the value of eval.csv.
    """
    label, whole = entry.run.label, entry.value(metric, method)
    what = metric if method == "model" else f"{metric} of {method}"
    if whole is None:
        raise UndecidedError(f"{what} was not measured in {label}")
    if not math.isfinite(whole):
        raise UndecidedError(f"{what} is {whole} in {label}")
    column = _COLORFULNESS if metric == _RATIO else metric
    rows = [row for row in _rows(entry) if row.get("method") == method and column in row]
    values: dict[str, float] = {}
    for row in rows:
        if isinstance(value := row[column], int | float):
            values[str(row["image"])] = value
    if metric == _RATIO:
        values = _parts(values, entry, method)
    if not values:
        return {"": whole}
    if len({row["image"] for row in rows}) < len(rows):
        raise UndecidedError(f"{label}: eval_images.csv has an image twice")
    if not all(map(math.isfinite, values.values())):
        raise UndecidedError(f"{what} of an image is not finite in {label}")
    mean = statistics.fmean(values.values())
    if not math.isclose(mean, whole, rel_tol=_CLOSE, abs_tol=1e-6):
        raise UndecidedError(
            f"{label}: the mean of {what} over eval_images.csv is {mean:.6g}, eval.csv has "
            f"{whole:.6g}: one of the files was changed"
        )
    return values


def _rows(entry: Entry) -> list[Row]:
    return [row for row in read_csv(entry.run.folder / "eval_images.csv") if row.get("image")]


def _parts(values: dict[str, float], entry: Entry, method: str) -> dict[str, float]:
    """Colorfulness of images → their parts in the ratio of the test."""
    ratio, mean = entry.value(_RATIO, method), entry.value(_COLORFULNESS, method)
    if ratio is None or not mean:
        return {}
    return {name: value * ratio / mean for name, value in values.items()}
