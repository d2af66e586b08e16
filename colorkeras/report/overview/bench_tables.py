"""The generated tables of measured speed: from results/bench/*.csv to Markdown."""

import csv
from collections.abc import Callable

from colorkeras.report.document import MISSING
from colorkeras.report.overview.cells import fixed, markdown
from colorkeras.report.overview.clone import Clone

_COMPARED = (" usual", " loader")  # ends of the ratios of loaders


def frameworks_table(clone: Clone) -> str:
    """The training steps of results/bench/frameworks.csv, a row per experiment."""
    return _frameworks(_measured(clone, "frameworks.csv"))


def frameworks_float32_table(clone: Clone) -> str:
    """The same of results/bench/frameworks-float32.csv."""
    return _frameworks(_measured(clone, "frameworks-float32.csv"))


def _frameworks(measured: list[dict[str, str]]) -> str:
    """Speeds, ratios to both forms of PyTorch, and the share of the limit, where measured."""
    steps: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
    for row in measured:
        key = (row["experiment"], f"{row['batch']} of {row['height']}×{row['width']}")
        steps.setdefault(key, {})[row["framework"]] = row
    columns = [
        column
        for column in _STEP_COLUMNS
        if any(row.get(column[2]) for row in measured if row["framework"] == column[1])
    ]
    rows = [
        [*key, *(show(step.get(name, {}).get(of), d) for _, name, of, show, d in columns)]
        for key, step in steps.items()
    ]
    return markdown(["experiment", "batch", *(column[0] for column in columns)], rows)


def loaders_table(clone: Clone) -> str:
    """The loaders of results/bench/loaders.csv, each with its ratio to another."""
    rows = [
        [row["part"], fixed(row["images_per_second"], 0), row["ratio"] or MISSING, row["meaning"]]
        for row in _measured(clone, "loaders.csv")
        if row["part"] == "usual" or row["ratio"].endswith(_COMPARED)
    ]
    return markdown(["loader", "images/s", "ratio", "what it does"], rows)


def fast_layers_table(clone: Clone) -> str:
    """What the layers of networks/fast gain, by results/bench/fast_layers.csv."""
    head = ["experiment", "images/s, ours to Keras's", "lowest round", "highest round"]
    head.append("the same per second of processor time")
    keys = ("ratio", "lowest", "highest", "cpu_ratio")
    rows = [
        [row["experiment"], *(fixed(row[key], 2) for key in keys)]
        for row in _measured(clone, "fast_layers.csv")
    ]
    return markdown(head, rows)


def _percent(share: str | float | None, decimals: int) -> str:
    return f"{fixed(100 * float(share), decimals)} %" if share else MISSING


# Of a training step: heading, contender, cell of the CSV file, how it is shown, decimals.
_STEP_COLUMNS: list[tuple[str, str, str, Callable[[str | None, int], str], int]] = [
    ("TensorFlow", "tensorflow", "images_per_second", fixed, 1),
    ("JAX", "jax", "images_per_second", fixed, 1),
    ("PyTorch, plain", "pytorch", "images_per_second", fixed, 1),
    ("PyTorch, best", "pytorch_best", "images_per_second", fixed, 1),
    ("TensorFlow/plain", "tensorflow", "ratio_to_pytorch", fixed, 2),
    ("TensorFlow/best", "tensorflow", "ratio_to_pytorch_best", fixed, 2),
    ("JAX/best", "jax", "ratio_to_pytorch_best", fixed, 2),
    ("TensorFlow, share of the limit", "tensorflow", "share_of_limit", _percent, 0),
]


def _measured(clone: Clone, name: str) -> list[dict[str, str]]:
    text = (clone.root / "results" / "bench" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
