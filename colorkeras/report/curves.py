"""The data of learning curves: validation PSNR and loss terms against the images seen.

plots.py draws them.
"""

from dataclasses import dataclass, field
from typing import TypeGuard

import numpy as np

from colorkeras.console.safe_text import printable, shortened
from colorkeras.console.wrapping import wrap_name
from colorkeras.report.stored_runs import Row, StoredRun, Value

TITLE_WIDTH = 36  # characters
_MOST = 1e15  # beyond it Matplotlib's ticks fail
# Columns of train.csv that are not loss terms.
_PROGRESS = ("step", "epoch", "images", "learning_rate", "seconds", "loss_scale", "stage")

Curve = tuple[np.ndarray, np.ndarray]


@dataclass
class Panel:
    """One set of axes: curves of (x, y) by run, and baselines as horizontal lines."""

    title: str
    curves: dict[int, Curve] = field(default_factory=dict)
    baselines: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Band:
    """The curves of several seeds together.

    Attributes:
        x: the places.
        mean, low, high: mean, least and greatest value at each place.
        count: how many curves.
    """

    x: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    count: int


def band_of(curves: list[Curve]) -> Band:
    """Mean and range of curves, at all their places that every one of them covers.

    Between its own places a curve is interpolated linearly. Where no place is common to all, the
    curve that reaches farthest stands alone.

    Args:
        curves: at least one, none of them empty.
    """
    ordered = [(x[order], y[order]) for x, y in curves for order in [np.argsort(x, kind="stable")]]
    first, last = max(x[0] for x, _ in ordered), min(x[-1] for x, _ in ordered)
    if first > last:
        ordered = [max(ordered, key=lambda curve: curve[0][-1])]
        first, last = ordered[0][0][0], ordered[0][0][-1]
    places = np.unique(np.concatenate([x for x, _ in ordered]))
    places = places[(places >= first) & (places <= last)]
    values = np.stack([np.interp(places, x, y) for x, y in ordered])
    return Band(places, values.mean(axis=0), values.min(axis=0), values.max(axis=0), len(ordered))


def psnr_panels(runs: list[StoredRun], baselines: tuple[str, ...]) -> list[Panel]:
    """Validation PSNR, one panel per protocol: PSNRs of different protocols never share axes."""
    panels: dict[str, Panel] = {}
    for index, run in enumerate(runs):
        rows = [row for row in run.eval_rows if row.get("split") == "val"]
        for protocol in dict.fromkeys(row.get("protocol") for row in rows):
            same = [row for row in rows if row.get("protocol") == protocol]
            model = [row for row in same if row["method"] == "model"]
            x, y = _points(model, "psnr", _images_per_step(run))
            if not len(x):
                continue
            panel = panels.setdefault(str(protocol), Panel(""))
            panel.curves[index] = (x, y)
            for row in same:
                method, value = str(row["method"]), row.get("psnr")
                if method in baselines and is_drawable(value):
                    panel.baselines[method] = value
    for protocol, panel in panels.items():
        which = f", protocol {shortened(printable(protocol), 40)}" if len(panels) > 1 else ""
        panel.title = f"PSNR on the validation images (dB){which}"
    return list(panels.values())


def loss_panels(runs: list[StoredRun]) -> list[Panel]:
    """One panel per experiment and loss term: equal names mean different losses in two papers."""
    several = len({run.experiment for run in runs}) > 1
    panels: dict[str, Panel] = {}
    for index, run in enumerate(runs):
        columns = run.train_rows[0] if run.train_rows else {}
        for term in (name for name in columns if not name.startswith(_PROGRESS)):
            x, y = _points(run.train_rows, term, None)
            if len(x):
                place = wrap_name(run.experiment, TITLE_WIDTH) if several else []
                title = "\n".join([*place, *wrap_name(term, TITLE_WIDTH)])
                panels.setdefault(title, Panel(title)).curves[index] = (x, y)
    return [panels[title] for title in sorted(panels)]


def _points(rows: list[Row], column: str, images_per_step: float | None) -> Curve:
    """The finite values of a column against the images seen."""
    points = []
    for row in rows:
        seen = row.get("images")
        if images_per_step is not None:
            seen = _number(row.get("step")) * images_per_step
        seen, value = seen or 0, row.get(column)
        if is_drawable(value) and is_drawable(seen):
            points.append((seen, value))
    x, y = np.array(points, float).reshape(-1, 2).T
    return x, y


def _images_per_step(run: StoredRun) -> float:
    # "images" in eval.csv counts the images measured, so images seen come from the step.
    last = run.train_rows[-1] if run.train_rows else {}
    return (_number(last.get("images")) or 1) / (_number(last.get("step")) or 1)


def _number(value: Value) -> float:
    return value if isinstance(value, int | float) else 0


def is_drawable(value: Value) -> TypeGuard[float]:
    """Whether a value is a number that fits on axes."""
    return isinstance(value, int | float) and abs(value) <= _MOST  # refuses NaN
