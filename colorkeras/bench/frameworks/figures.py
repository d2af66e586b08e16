"""What is told of each experiment and contender: speeds, ratios, share of the machine's limit."""

import statistics
import sys

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from colorkeras.bench.frameworks.jobs import BEST, FRAMEWORKS, REFERENCE, config_of
from colorkeras.bench.frameworks.turns import ratios

CSV_HEADER = (
    *("experiment", "preset", "height", "width", "batch", "precision", "framework"),
    *("images_per_second", "lowest", "highest", "ratio_to_pytorch", "ratio_to_pytorch_best"),
    *("gflop_per_image", "share_of_limit", "limit_gflop_per_second", "limit_product"),
    *("parameters", "peak_resident_mb", "device", "version"),
)
_RATIOS = (  # of the printed table: title, contender, what it is compared with
    ("TF/PyTorch", "tensorflow", REFERENCE),
    ("TF/best", "tensorflow", BEST),
    ("JAX/best", "jax", BEST),
)


def csv_rows(job, found, limit):
    """Yield the row of each contender, as CSV_HEADER names its cells.

    Args:
        job: of `make_jobs`.
        found: facts by contender, of `measure_in_turn`.
        limit: of `find_limit`, or None.
    """
    config = config_of(job)
    data, batch = config.data, config.train.batch_size
    operations = _operations(found)
    for name, one in found.items():
        rates = (f"{of(one['rates']):.2f}" for of in (statistics.median, min, max))
        yield (
            *(job["name"], config.experiment.preset, data.height, data.width, batch),
            *(job["precision"], name, *rates),
            *(_ratio(found, name, form, 3) for form in (REFERENCE, BEST)),
            "" if operations is None else f"{operations / 1e9:.3f}",
            _share(found, name, limit, 3),
            *(("", "") if limit is None else (f"{limit['rate'] / 1e9:.1f}", limit["product"])),
            *(one["parameters"], one["peak_mb"], one["device"], one["version"]),
        )


def print_table(title, results, limit):
    """Print a row per experiment to standard output.

    Args:
        title: above the table.
        results: (job, facts by contender) of each.
        limit: of `find_limit`, or None.
    """
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    measured = [name for name in FRAMEWORKS if any(name in found for _, found in results)]
    numbers = [FRAMEWORKS[name][1] for name in measured]
    numbers += [*(shown for shown, _, _ in _RATIOS), "TF/limit"]
    for head in ("experiment", "images", *numbers):
        table.add_column(head, justify="right" if head in numbers else "left", no_wrap=True)
    for job, found in results:
        config = config_of(job)
        table.add_row(
            job["name"],
            f"{config.train.batch_size} of {config.data.height}×{config.data.width}",
            *(_median(found, name) for name in measured),
            *(_ratio(found, name, other, 2) for _, name, other in _RATIOS),
            _share(found, "tensorflow", limit, 2),
        )
    Console(highlight=False, width=None if sys.stdout.isatty() else 120).print(table)


def _median(found, name):
    return f"{statistics.median(found[name]['rates']):.2f}" if name in found else ""


def _ratio(found, name, other, digits):
    """The median of the rounds' own ratios, as text; "" where one of both is missing."""
    if name not in found or other not in found:
        return ""
    return f"{statistics.median(ratios(found[name], found[other])):.{digits}f}"


def _operations(found):
    """Operations per image, which TensorFlow's process has counted; None without it."""
    counted = (one["operations"] for one in found.values() if "operations" in one)
    return next(counted, None)


def _share(found, name, limit, digits):
    """The operations per second of a step as a share of the limit, as text; "" where unknown."""
    operations = _operations(found)
    if operations is None or limit is None or name not in found:
        return ""
    rate = statistics.median(found[name]["rates"]) * operations
    return f"{rate / limit['rate']:.{digits}f}"
