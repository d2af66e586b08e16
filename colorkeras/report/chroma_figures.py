"""AuC curves and chroma histograms, measured on the stored images."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from colorkeras.color.cielab import levels_to_lab
from colorkeras.console.wrapping import wrap_name
from colorkeras.metrics.definitions import AUC_THRESHOLDS
from colorkeras.report.figure_style import (
    BASELINE_DASHES,
    INK,
    LINE_HEIGHT,
    PLAIN_TEXT,
    draw_key,
    line_style,
    prepare_axes,
)
from colorkeras.report.shared_images import Row
from colorkeras.report.systems import System

_BIN = 2  # CIELAB units, side of a cell of the histograms
_EDGE = 112  # units: beyond every a* and b* of sRGB, and a multiple of _BIN
_CELLS = 2 * _EDGE // _BIN
# Up to here the lines of the shown τ are apart; the rest of the curve is nearly 1.
_MOST_TAU = 100
_SAME_COLOR = 1e-3  # as in colorkeras.metrics.auc
_COLUMNS = 4
_KEY_WIDTH, _TITLE_WIDTH = 42, 24  # characters
_FEWEST_PIXELS = 0.01  # share of the densest cells' range that the color scale leaves out


@dataclass
class ChromaCounts:
    """What curves and histograms need, summed over images.

    Attributes:
        num_images: how many images were counted.
        within: of each system and seed, (151,) float64: the share of pixels within ab distance
            τ = 0, 1, …, 150 of the truth, summed over the images. None is the grey image.
        cells: (112, 112) float64 numbers of pixels by a* and b*, of each system's first seed; None
            is the truth.
    """

    num_images: int = 0
    within: dict[int | None, list[np.ndarray]] = field(default_factory=dict)
    cells: dict[int | None, np.ndarray] = field(default_factory=dict)


def count_chroma(rows: Iterable[Row]) -> ChromaCounts:
    """Measure images, each of them as often as there are seeds that stored it.

    A seed that lacks an image that another seed stored ends the curves of that seed's system at
    the seeds that have all of them.
    """
    counts = ChromaCounts()
    for row in rows:
        truth = levels_to_lab(row.truth)[..., 1:]
        counts.num_images += 1
        _add(counts.cells, None, _cells(truth))
        _add_curves(counts, None, [within_distances(levels_to_lab(row.grey)[..., 1:], truth)])
        for index, seeds in row.models.items():
            made = [levels_to_lab(image)[..., 1:] for image in seeds]
            _add(counts.cells, index, _cells(made[0]))
            _add_curves(counts, index, [within_distances(ab, truth) for ab in made])
    return counts


def within_distances(ab: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The share of an image's pixels within ab distance τ of the truth, for each τ.

    Their mean over τ is the image's metric `auc`.

    Args:
        ab: (height, width, 2) float32 CIELAB a*, b*.
        truth: the same.

    Returns:
        (151,) float64 for τ = 0, 1, …, 150; "within" includes equality.
    """
    apart = np.sqrt(np.square(ab - truth).sum(axis=-1))
    missed = np.ceil(np.where(apart > _SAME_COLOR, apart, 0)).astype(int).ravel()
    counted = np.bincount(np.minimum(missed, AUC_THRESHOLDS), minlength=AUC_THRESHOLDS + 1)
    return np.cumsum(counted[:AUC_THRESHOLDS]) / missed.size


def _cells(ab: np.ndarray) -> np.ndarray:
    place = np.floor((ab.reshape(-1, 2) + _EDGE) / _BIN).astype(int).clip(0, _CELLS - 1)
    flat = np.bincount(place[:, 0] * _CELLS + place[:, 1], minlength=_CELLS**2)
    return flat.reshape(_CELLS, _CELLS).astype(np.float64)


def _add(sums: dict[int | None, np.ndarray], key: int | None, values: np.ndarray) -> None:
    sums[key] = sums[key] + values if key in sums else values


def _add_curves(counts: ChromaCounts, key: int | None, curves: list[np.ndarray]) -> None:
    known = counts.within.setdefault(key, [np.zeros(AUC_THRESHOLDS) for _ in curves])
    counts.within[key] = [total + curve for total, curve in zip(known, curves, strict=False)]


@PLAIN_TEXT
def auc_curves(counts: ChromaCounts, systems: dict[int, System]) -> Figure:
    """Draw the share of pixels within ab distance τ of the truth, one line for each system.

    The line is the mean over seeds, in a band from the least to the greatest share. The key has the
    mean of each curve over τ = 0 … 150: the AuC of these images.
    """
    tau = np.arange(AUC_THRESHOLDS)
    lines = []
    for index, sums in counts.within.items():
        curves = np.stack(sums) / counts.num_images
        name = "grey" if index is None else systems[index].label
        seeds = f" ({len(curves)} seeds)" if len(curves) > 1 else ""
        text = "\n".join(wrap_name(f"{name}{seeds}: AuC {curves.mean():.4f}", _KEY_WIDTH))
        style = line_style(index or 0)
        if index is None:
            style = {"color": INK, "linestyle": BASELINE_DASHES["grey"], "lw": 1.1}
        lines.append((curves, text, style))
    height = max(3.6, sum(1 + text.count("\n") for _, text, _ in lines) * LINE_HEIGHT + 1.0)
    figure = Figure(figsize=(10, height), layout="constrained")
    axes, beside = figure.subplots(1, 2, width_ratios=[2.2, 1])
    prepare_axes(axes, "Pixels within ab distance τ of the truth", "τ (CIELAB units)")
    for curves, _, style in lines:
        mean = curves.mean(axis=0)
        if len(curves) > 1:
            low, high = curves.min(axis=0), curves.max(axis=0)
            axes.fill_between(tau, low, high, color=style["color"], alpha=0.2, lw=0)
        axes.plot(tau, mean, **{"lw": 1.6, **style})
    axes.set_ylabel("share of pixels", fontsize=8, color=INK)
    axes.set(xlim=(0, _MOST_TAU), ylim=(0, 1.01))
    means = [float(curves.mean()) for curves, _, _ in lines]
    margin = 0.08 * (max(means) - min(means) or 1.0)
    ends = [(m, text, {"lw": 2, **s}) for m, (_, text, s) in zip(means, lines, strict=True)]
    draw_key(beside, ends, (min(means) - margin, max(means) + margin), height - 0.8)
    return figure


@PLAIN_TEXT
def chroma_histograms(counts: ChromaCounts, systems: dict[int, System]) -> Figure:
    """Draw how the pixels lie in the a*b* plane: the truth, then each system, on the same axes.

    The color scale is logarithmic and the same for all; cells without a pixel are white.
    """
    named: dict[int | None, str] = {index: system.label for index, system in systems.items()}
    named[None] = "truth"
    panels = [
        ("\n".join(wrap_name(named[index], _TITLE_WIDTH)), cells / cells.sum() / _BIN**2)
        for index, cells in counts.cells.items()
    ]
    reach = _reach(sum(cells for _, cells in panels))
    num_rows = math.ceil(len(panels) / _COLUMNS)
    columns = math.ceil(len(panels) / num_rows)
    lines = max(title.count("\n") for title, _ in panels)
    height = (2.9 + LINE_HEIGHT * lines) * num_rows + 0.1
    figure = Figure(figsize=(2.7 * columns + 0.9, height), layout="constrained")
    grid = figure.subplots(num_rows, columns, squeeze=False)
    densities = np.concatenate([cells[cells > 0] for _, cells in panels])
    scale = LogNorm(np.quantile(densities, _FEWEST_PIXELS), densities.max())
    for axes, (title, cells) in zip(grid.flat, panels, strict=False):
        shown = np.ma.masked_equal(cells.T, 0)
        extent = (-_EDGE, _EDGE, -_EDGE, _EDGE)
        image = axes.imshow(
            shown, origin="lower", extent=extent, norm=scale, cmap="viridis", interpolation="none"
        )
        _prepare_plane(axes, title, reach)
    for axes in grid.flat[len(panels) :]:
        axes.set_axis_off()
    for axes in grid[:, 0]:
        axes.set_ylabel("b* (CIELAB units)", fontsize=8, color=INK)
    bar = figure.colorbar(image, ax=grid, shrink=0.8, pad=0.01)
    bar.set_label("share of pixels per square unit", fontsize=8, color=INK)
    bar.ax.tick_params(labelsize=7)
    return figure


def _reach(cells: np.ndarray) -> float:
    """Half the side of the square around grey, on the common axes, that has all pixels."""
    place = np.argwhere(cells > 0) * _BIN - _EDGE
    return float(min(_EDGE, max(20, np.abs(place).max() + 2 * _BIN)))


def _prepare_plane(axes: Axes, title: str, reach: float) -> None:
    prepare_axes(axes, title, "a* (CIELAB units)")
    axes.axhline(0, color="#BBBBBB", lw=0.6, zorder=0)
    axes.axvline(0, color="#BBBBBB", lw=0.6, zorder=0)
    axes.grid(False)
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
