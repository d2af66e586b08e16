"""Evaluation results as CSV: eval.csv in summary, eval_images.csv per image."""

import csv
from collections.abc import Sequence
from typing import Any

from colorkeras.console.safe_text import csv_cell
from colorkeras.metrics.definitions import DIVERSITY, METRICS
from colorkeras.metrics.protocol import Protocol
from colorkeras.records.atomic import replacing
from colorkeras.records.csv_file import CsvFile, format_cell
from colorkeras.records.run_folder import RunFolder

EVAL_CSV, IMAGES_CSV = "eval.csv", "eval_images.csv"
EVAL_HEADER = ("step", "epoch", "split", "method", "images", *METRICS, DIVERSITY, "protocol")
# Columns that the eval.csv of earlier versions lacks, some or all of them.
_ADDED = ("auc_rebalanced", "histogram_distance", "hue_error", "bleeding")


def evaluation_csv(folder: RunFolder) -> CsvFile:
    """Open the eval.csv of a `RunFolder`.

    One that an earlier version began gets the new columns at its end, blank in its rows.

    Raises:
        UserError: when it cannot be read or written, or begins with other columns.
    """
    path = folder.path / EVAL_CSV
    if path.exists():
        file = CsvFile.stored(path, EVAL_HEADER[: EVAL_HEADER.index(METRICS[0])])
        if set(EVAL_HEADER) - set(_ADDED) <= set(file.header) < set(EVAL_HEADER):
            file.widen(_ADDED)
        if set(file.header) == set(EVAL_HEADER):
            return file
    return folder.csv(EVAL_CSV, EVAL_HEADER)


def append_evaluation(
    file: CsvFile,
    step: int,
    epoch: int | None,
    summary: dict[str, dict[str, float]],
    protocol: Protocol,
) -> list[dict[str, Any]]:
    """Append one row per method of an evaluation summary to an eval.csv; return the rows."""
    rows = []
    for method, values in summary.items():
        row = {
            "step": step,
            "epoch": epoch,
            "split": protocol.split,
            "method": method,
            "images": protocol.num_images,
            "protocol": protocol.hash,
            **{name: values.get(name) for name in (*METRICS, DIVERSITY)},
        }
        file.append(**row)
        rows.append(row)
    return rows


def write_per_image(
    folder: RunFolder, names: Sequence[str], per_image: dict[str, dict[str, Any]]
) -> None:
    """Write eval_images.csv: one row per method and image.

    Args:
        folder: the `RunFolder`.
        names: the images' names, in order.
        per_image: as `Evaluator.run` returns it.
    """
    random = any(DIVERSITY in values for values in per_image.values())
    columns = (*METRICS, DIVERSITY) if random else METRICS
    path = folder.path / IMAGES_CSV
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("method", "image", *columns))
        for method, values in per_image.items():
            for index, name in enumerate(names):
                cells = (float(values[key][index]) if key in values else None for key in columns)
                writer.writerow((method, csv_cell(name), *map(format_cell, cells)))
