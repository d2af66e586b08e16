"""The generated tables of measured speed: from results/bench/*.csv to Markdown."""

import csv

from colorkeras.report.document import MISSING
from colorkeras.report.overview.cells import fixed, markdown
from colorkeras.report.overview.clone import Clone

_COMPARED = (" usual", " loader")  # ends of the ratios of loaders


def frameworks_table(clone: Clone) -> str:
    """The training steps of results/bench/frameworks.csv, a row per experiment."""
    steps: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
    for row in _measured(clone, "frameworks.csv"):
        key = (row["experiment"], f"{row['batch']} of {row['height']}×{row['width']}")
        steps.setdefault(key, {})[row["framework"]] = row
    names = {"tensorflow": "TensorFlow", "jax": "JAX", "pytorch": "PyTorch"}
    rows = []
    for key, step in steps.items():
        found = [step.get(name, {}) for name in names]
        speeds = [fixed(row.get("images_per_second"), 1) for row in found]
        rows.append([*key, *speeds, *(fixed(row.get("ratio_to_pytorch"), 2) for row in found[:2])])
    head = ["experiment", "batch", *names.values(), "TensorFlow/PyTorch", "JAX/PyTorch"]
    return markdown(head, rows)


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


def _measured(clone: Clone, name: str) -> list[dict[str, str]]:
    text = (clone.root / "results" / "bench" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
