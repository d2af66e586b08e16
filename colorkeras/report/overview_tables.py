"""The generated tables of the documentation: from configurations and stored results to Markdown.

`overview.py` puts them into the pages. Every table takes the root of a clone of the repository.
"""

import csv
import re
from collections.abc import Callable
from pathlib import Path

from colorkeras.config.load import load_full_scale
from colorkeras.report.comparison import Entry, compare_runs
from colorkeras.report.shown_metrics import SHOWN_METRICS

BASELINES = ("grey", "mean_chroma")  # beside every result: what it has to beat
_METRICS = {metric.key: metric for metric in SHOWN_METRICS}
_MISSING = "-"
_COMPARED = (" usual", " loader")  # ends of the ratios of loaders
_NUMBERS = re.compile(r"[-+\d.,() %]+")


def systems_table(root: Path) -> str:
    """One row per experiment: what it is, and its `small` run on photographs."""
    small = {e.run.experiment: e for e in _photograph_runs(root) if e.run.get("preset") == "small"}
    head = ["system", "color space, size", "trainable parameters", "`small` run on photographs"]
    head += [_head("ciede2000"), _head("psnr"), "source"]
    rows = [
        [*system_cells(folder), *small_run_cells(small.get(folder.name)), source_of(folder)]
        for folder in sorted(path.parent for path in root.glob("experiments/*/config.toml"))
    ]
    return _markdown(head, rows)


def source_of(folder: Path) -> str:
    """The paper or report that an experiment reproduces."""
    return load_full_scale(folder).experiment.citation


def system_cells(folder: Path) -> list[str]:
    """An experiment's name, color space and size, and trainable parameters."""
    config = load_full_scale(folder)
    counts = config.expected.get("parameters", {})
    generator_first = sorted(counts, key=lambda network: network == "discriminator")
    return [
        f"[{folder.name}](experiments/{folder.name}/README.md)",
        f"`{config.color.space}`, {config.data.height}×{config.data.width}",
        " + ".join(f"{counts[network]:,}" for network in generator_first) or _MISSING,
    ]


def small_run_cells(entry: Entry | None) -> list[str]:
    """The images, then ΔE2000 and PSNR of the model and its baselines; says where no run is."""
    if entry is None:
        return ["no run stored", _MISSING, _MISSING]
    return [_images(entry), _values(entry, "ciede2000"), _values(entry, "psnr")]


def photographs_table(root: Path) -> str:
    """One row per finished training on photographs, each beside its own baselines."""
    head = ["run", "preset", "size", "epochs", "images", _head("psnr"), _head("ciede2000")]
    head.append(_METRICS["colorfulness_ratio"].heading)
    rows = []
    for entry in _photograph_runs(root):
        run = entry.run
        size = f"{run.get('protocol', 'height')}×{run.get('protocol', 'width')}"
        cells = [run.label, str(run.get("preset")), size, str(run.get("epochs")), _images(entry)]
        ratio = _METRICS["colorfulness_ratio"].format(entry.value("colorfulness_ratio"))
        rows.append([*cells, _values(entry, "psnr"), _values(entry, "ciede2000"), ratio])
    return _markdown(head, rows)


def frameworks_table(root: Path) -> str:
    """The training steps of results/bench/frameworks.csv, a row per experiment."""
    return _frameworks(_measured(root, "frameworks.csv"))


def frameworks_float32_table(root: Path) -> str:
    """The same of results/bench/frameworks-float32.csv."""
    return _frameworks(_measured(root, "frameworks-float32.csv"))


def _frameworks(measured: list[dict[str, str]]) -> str:
    """Speeds, ratios to both forms of PyTorch, and the share of the limit; JAX if measured."""
    steps: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
    for row in measured:
        key = (row["experiment"], f"{row['batch']} of {row['height']}×{row['width']}")
        steps.setdefault(key, {})[row["framework"]] = row
    shown = {row["framework"] for row in measured} | {"tensorflow", "pytorch", "pytorch_best"}
    columns = [column for column in _STEP_COLUMNS if column[1] in shown]
    rows = [
        [*key, *(show(step.get(name, {}).get(of), d) for _, name, of, show, d in columns)]
        for key, step in steps.items()
    ]
    return _markdown(["experiment", "batch", *(column[0] for column in columns)], rows)


def loaders_table(root: Path) -> str:
    """The loaders of results/bench/loaders.csv, each with its ratio to another."""
    rows = [
        [row["part"], _fixed(row["images_per_second"], 0), row["ratio"] or _MISSING, row["meaning"]]
        for row in _measured(root, "loaders.csv")
        if row["part"] == "usual" or row["ratio"].endswith(_COMPARED)
    ]
    return _markdown(["loader", "images/s", "ratio", "what it does"], rows)


def fast_layers_table(root: Path) -> str:
    """What the layers of networks/fast gain, by results/bench/fast_layers.csv."""
    head = ["experiment", "images/s, ours to Keras's", "lowest round", "highest round"]
    head.append("the same per second of processor time")
    keys = ("ratio", "lowest", "highest", "cpu_ratio")
    rows = [
        [row["experiment"], *(_fixed(row[key], 2) for key in keys)]
        for row in _measured(root, "fast_layers.csv")
    ]
    return _markdown(head, rows)


TABLES: dict[str, Callable[[Path], str]] = {
    "systems": systems_table,
    "photographs": photographs_table,
    "frameworks": frameworks_table,
    "frameworks_float32": frameworks_float32_table,
    "loaders": loaders_table,
    "fast_layers": fast_layers_table,
}


def _photograph_runs(root: Path) -> list[Entry]:
    """The finished trainings on anything but rendered scenes, sorted by name."""
    entries = compare_runs(root / "results").entries
    found = [
        entry
        for entry in entries
        if entry.run.get("kind") == "training"
        and not str(entry.run.training_data.get("source", "")).startswith("scenes:")
    ]
    return sorted(found, key=lambda entry: entry.run.label)


def _images(entry: Entry) -> str:
    """The data set's name, how many images trained, and the start of its manifest hash."""
    data = entry.run.training_data
    name = str(data.get("source") or "unknown").rstrip("/").rpartition("/")[2]
    count = data.get("train")
    number = f"{count:,}" if isinstance(count, int) else "?"
    return f"{name}: {number}, `{str(data.get('manifest') or 'unknown')[:8]}`"


def _head(metric: str) -> str:
    return f"{_METRICS[metric].heading} (grey, mean chroma)"


def _values(entry: Entry, metric: str) -> str:
    """The model's value, and in brackets those that it has to beat."""
    model, *baselines = (
        _METRICS[metric].format(entry.value(metric, method)) for method in ("model", *BASELINES)
    )
    return f"{model} ({', '.join(baselines)})"


def _measured(root: Path, name: str) -> list[dict[str, str]]:
    text = (root / "results" / "bench" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _fixed(number: str | None, decimals: int) -> str:
    return f"{float(number):,.{decimals}f}" if number else _MISSING


def _percent(share: str | None, decimals: int) -> str:
    return f"{100 * float(share):.{decimals}f} %" if share else _MISSING


# Of a training step: heading, contender, cell of the CSV file, how it is shown, decimals.
_STEP_COLUMNS: list[tuple[str, str, str, Callable[[str | None, int], str], int]] = [
    ("TensorFlow", "tensorflow", "images_per_second", _fixed, 1),
    ("JAX", "jax", "images_per_second", _fixed, 1),
    ("PyTorch, plain", "pytorch", "images_per_second", _fixed, 1),
    ("PyTorch, best", "pytorch_best", "images_per_second", _fixed, 1),
    ("TensorFlow/plain", "tensorflow", "ratio_to_pytorch", _fixed, 2),
    ("TensorFlow/best", "tensorflow", "ratio_to_pytorch_best", _fixed, 2),
    ("JAX/best", "jax", "ratio_to_pytorch_best", _fixed, 2),
    ("TensorFlow, share of the limit", "tensorflow", "share_of_limit", _percent, 0),
]


def _markdown(head: list[str], rows: list[list[str]]) -> str:
    """A table whose cells may hold links and code; columns of numbers are aligned right."""
    columns = list(zip(*rows, strict=True))
    rule = ["---:" if all(map(_NUMBERS.fullmatch, column)) else "---" for column in columns]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows)) + "\n"
