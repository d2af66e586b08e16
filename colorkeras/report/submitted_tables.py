"""Check the two tables of a submission: every cell, and that the two files and columns agree."""

import csv
import io
import math
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from statistics import fmean

from colorkeras.console.errors import reason_of
from colorkeras.console.safe_text import csv_cell, shortened
from colorkeras.metrics.definitions import DIVERSITY, METRICS, NOT_OF_EVERY_IMAGE
from colorkeras.metrics.protocol import Protocol
from colorkeras.report.image_values import MODEL, RATIO

Line = tuple[int, dict[str, str]]  # its number in the file, its cells
_INF = math.inf
REBALANCED = "auc_rebalanced"
# What a metric can be. The bounds of ab and of colorfulness are beyond what sRGB reaches.
RANGES = {
    "psnr": (0.0, 100.0),
    "ssim": (-1.0, 1.0),
    "mse": (0.0, 255.0**2),
    "chroma_mse": (0.0, 300.0**2),
    "chroma_mae": (0.0, 300.0),
    "chroma_rmse": (0.0, 300.0),
    "ciede2000": (0.0, 200.0),
    "colorfulness": (0.0, 500.0),
    RATIO: (0.0, _INF),
    "threshold_error": (0.0, 1.0),
    "auc": (0.0, 1.0),
    REBALANCED: (0.0, 1.0),
    "histogram_distance": (0.0, 1.0),
    "hue_error": (0.0, 180.0),
    "bleeding": (0.0, 1.0),
    DIVERSITY: (0.0, 300.0),
}
_NOT_OF_EVERY = (RATIO, *NOT_OF_EVERY_IMAGE)
ALLOWED = (*METRICS, DIVERSITY)
_SUMMARY = ("split", "method", "images", "protocol")
_OTHERS = ("step", "epoch")
_ROUNDING = 1e-4  # of values with 7 digits, and of sums in float32
_MOST_OF_ONE = 5  # problems of one column that are listed


def check_tables(
    summary: Path, images: Path, protocol: Protocol | None, names: Iterable[str] | None
) -> list[str]:
    """What is wrong with eval.csv and eval_images.csv.

    Args:
        summary: the path of eval.csv.
        images: the path of eval_images.csv.
        protocol: by run.json; None where that is wrong.
        names: of the protocol's images; None where they are not known.
    """
    of_set, problems = _read(summary, _SUMMARY, (*ALLOWED, *_OTHERS))
    of_images, more = _read(images, ("method", "image"), ALLOWED)
    problems += more
    problems += _about(summary, _check_summary(of_set, protocol))
    problems += _about(images, _check_images(of_images, protocol, names))
    problems += _about(summary, _check_cells(of_set, is_set=True))
    problems += _about(images, _check_cells(of_images, is_set=False))
    return problems + _about(images, _check_means(of_set, of_images))


def _about(file: Path, problems: Iterable[str]) -> list[str]:
    return [f"{file.name}: {problem}" for problem in problems]


def _read(
    file: Path, needed: Iterable[str], allowed: Iterable[str]
) -> tuple[list[Line], list[str]]:
    """The lines of a table, and what is wrong with its form."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return [], [f"{file.name}: there is no such file"]
    except (OSError, UnicodeDecodeError) as error:
        return [], [f"{file.name}: cannot be read: {reason_of(error)}"]
    problems = [] if text.endswith("\n") else ["the last line is not complete: no line end"]
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        return [], [f"{file.name}: not a CSV file: {error}"]
    header = rows[0] if rows else []
    problems += [f"no column {name}" for name in needed if name not in header]
    if not set(header) & set(METRICS):
        problems.append(f"no column of a metric; expected at least one of {', '.join(METRICS)}")
    known = {*needed, *allowed}
    problems += [f"unknown column {_quoted(name)}" for name in header if name not in known]
    problems += [f"column {_quoted(name)} is there twice" for name in _twice(header)]
    lines = []
    for number, row in enumerate(rows[1:], 2):
        if len(row) == len(header):
            lines.append((number, dict(zip(header, row, strict=True))))
        elif row:
            problems.append(f"line {number}: {len(row)} cells, expected {len(header)}")
    return lines, _about(file, _first(problems))


def _check_summary(lines: list[Line], protocol: Protocol | None) -> list[str]:
    methods = [row.get("method", "") for _, row in lines]
    problems = [f"two rows of the method {_quoted(name)}" for name in _twice(methods)]
    if MODEL not in methods:
        problems.append(f'no row of the method "{MODEL}"')
    if protocol is None:
        return problems
    expected = {
        "split": protocol.split,
        "images": str(protocol.num_images),
        "protocol": protocol.hash,
    }
    problems += [
        f"line {number}: {key} is {_quoted(row[key])}, by run.json {value!r}"
        for number, row in lines
        for key, value in expected.items()
        if key in row and row[key].strip() != value
    ]
    return _first(problems)


def _check_images(
    lines: list[Line], protocol: Protocol | None, names: Iterable[str] | None
) -> list[str]:
    pairs = [(row.get("method", ""), row.get("image", "")) for _, row in lines]
    problems = [f"two rows of {_quoted(image)} by {method}" for method, image in _twice(pairs)]
    by_method: dict[str, set[str]] = {}
    for method, image in pairs:
        by_method.setdefault(method, set()).add(image)
    if MODEL not in by_method:
        problems.append(f'no row of the method "{MODEL}"')
    known = {csv_cell(name) for name in names} if names is not None else by_method.get(MODEL, set())
    where = "the protocol" if names is not None else "the model"
    for method, found in by_method.items():
        if protocol is not None and len(found) != protocol.num_images:
            expected = f"{protocol.num_images} of the protocol"
            problems.append(f"{len(found)} images of {_quoted(method)}, expected {expected}")
        for text, apart in (
            (f"images of {_quoted(method)} that {where} has not", found - known),
            (f"images of {where} that {_quoted(method)} lacks", known - found),
        ):
            if apart:
                shown = ", ".join(map(_quoted, sorted(apart)[:3]))
                problems.append(f"{len(apart)} {text}: {shown}{', …' * (len(apart) > 3)}")
    return problems


def _check_cells(lines: list[Line], is_set: bool) -> list[str]:
    """Every number: readable, finite, in the metric's range, in accord with its relatives."""
    problems: dict[str, list[str]] = {}
    for number, row in lines:
        values = {}
        for key in ALLOWED:
            problem, value = _number(key, row.get(key, ""), is_set, len(lines))
            if problem:
                problems.setdefault(key, []).append(f"line {number}: {key} is {problem}")
            elif value is not None:
                values[key] = value
        if not is_set:  # a mean of roots or logarithms is no root or logarithm of a mean
            for problem in _relatives(values):
                problems.setdefault("relatives", []).append(f"line {number}: {problem}")
        if is_set and row.get("method") == MODEL and not values:
            problems.setdefault("none", []).append(f"line {number}: no metric of the model")
    return [problem for found in problems.values() for problem in _first(found)]


def _number(key: str, text: str, is_set: bool, count: int) -> tuple[str, float | None]:
    """(what is wrong, the value); blank is missing, and "nan" where an image cannot have one."""
    text = text.strip()
    if not text or (key in _NOT_OF_EVERY and text == "nan" and not is_set):
        return "", None
    try:
        value = float(text)
    except ValueError:
        return f"{_quoted(text)}, expected a number", None
    if not math.isfinite(value):
        return f"{text}, expected a finite number, or blank where it was not measured", None
    low, high = RANGES[key]
    if key == REBALANCED and not is_set:  # an image's part in the value of the set may exceed 1
        high = float(count)
    if not low <= value <= high:
        return f"{text}, expected {low:g} to {high:g}", None
    return "", value


def _relatives(values: dict[str, float]) -> list[str]:
    """Metrics that follow from each other."""
    found = []
    mse, psnr = values.get("mse"), values.get("psnr")
    if mse is not None and psnr is not None:
        expected = min(100.0, 10 * math.log10(255**2 / mse)) if mse > 0 else 100.0
        if not math.isclose(psnr, expected, abs_tol=0.01):
            found.append(f"psnr is {psnr:g}, but mse {mse:g} makes it {expected:.4f}")
    square, root = values.get("chroma_mse"), values.get("chroma_rmse")
    if square is not None and root is not None and not math.isclose(root**2, square, rel_tol=1e-3):
        found.append(f"chroma_rmse is {root:g}, but chroma_mse is {square:g}")
    return found


def _check_means(of_set: list[Line], of_images: list[Line]) -> list[str]:
    """The table is the mean of the images; the colorfulness ratio is one of means, and is not."""
    problems = []
    repeated = _twice(row.get("method", "") for _, row in of_set)
    for number, row in of_set:
        method = row.get("method", "")
        if method in repeated:  # told already, and which of them is meant is not known
            continue
        own = [found for _, found in of_images if found.get("method") == method]
        for key in ALLOWED:
            wanted, values = _finite(row.get(key, "")), [_finite(r.get(key, "")) for r in own]
            known = [value for value in values if value is not None]
            if key == RATIO or (wanted is None and not known):
                continue
            if wanted is None or len(known) < max(1, len(values)):
                where = "eval.csv lacks it" if wanted is None else "images lack it"
                problems.append(f"{key} of {_quoted(method)}: {where}, but not the other file")
            elif not math.isclose(fmean(known), wanted, rel_tol=_ROUNDING, abs_tol=1e-5):
                problems.append(
                    f"{key} of {_quoted(method)}: the mean of the images is {fmean(known):.7g}, "
                    f"line {number} of eval.csv has {wanted:.7g}"
                )
    return problems


def _finite(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _twice(values: Iterable) -> list:
    return [value for value, count in Counter(values).items() if count > 1]


def _first(problems: list[str]) -> list[str]:
    more = len(problems) - _MOST_OF_ONE
    return [*problems[:_MOST_OF_ONE], *([f"and {more} more of this kind"] if more > 0 else [])]


def _quoted(text: str) -> str:
    return repr(shortened(text, 60))
