"""How all figures look: colors, dashes, markers, axes, and names beside the ends of lines.

No pyplot, which shares state between figures.
"""

from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

# Okabe and Ito (2008), distinct under color blindness; without yellow, too pale for lines.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
DASHES = ("-", (0, (5, 2)), (0, (1, 1.2)))
MARKERS = ("o", "s", "^", "D", "v", "<", ">")
INK = "#333333"
# For functions that draw names: a dollar sign in a name must not begin a formula.
PLAIN_TEXT = matplotlib.rc_context({"text.parse_math": False})
BASELINE_DASHES: dict[str, tuple[float, tuple[float, ...]]] = {
    "grey": (0, (6, 3)),
    "mean_chroma": (0, (3, 2)),
    "half_saturated": (0, (1, 1.5)),
    "best_reachable": (0, (5, 2, 1, 2)),
}
LINE_HEIGHT = 0.17  # inches, of a label in a key


def line_style(index: int) -> dict[str, Any]:
    """Color and dashes of system number `index`, the same in all figures of a group."""
    dashes = DASHES[index // len(PALETTE) % len(DASHES)]
    return {"color": PALETTE[index % len(PALETTE)], "linestyle": dashes}


def marker_style(index: int) -> dict[str, Any]:
    """Color and marker of system number `index`."""
    return {"color": PALETTE[index % len(PALETTE)], "marker": MARKERS[index % len(MARKERS)]}


def prepare_axes(axes: Axes, title: str, x_label: str = "") -> None:
    """A title at the left, no frame at the top and right, a pale grid."""
    axes.set_title(title, loc="left", fontsize=9, color=INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#E6E6E6", lw=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=8, colors=INK)
    axes.set_xlabel(x_label, fontsize=8, color=INK)


def thousands(value: float) -> str:
    """A count for a tick: 1500 → 1.5k."""
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= limit:
            return f"{value / limit:g}{unit}"
    return f"{value:g}"


def draw_key(
    axes: Axes,
    ends: list[tuple[float, str, dict[str, Any]]],
    limits: tuple[float, float],
    height: float,
) -> None:
    """Write the names of lines beside their ends, moved apart where they would overlap.

    Args:
        axes: the key's own, to the right of the plot.
        ends: of each line: its last value, its name (may have several lines), its style.
        limits: of the plot's y axis.
        height: of the axes, in inches.
    """
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    low, high = limits
    ends = sorted(ends, key=lambda end: end[0])
    need = [(1 + name.count("\n")) * LINE_HEIGHT / height for _, name, _ in ends]
    wanted = [(value - low) / (high - low) for value, _, _ in ends]
    for y, (_, name, style) in zip(spread(wanted, need), ends, strict=True):
        x = [0.045] if "marker" in style else [0, 0.09]
        axes.add_line(Line2D(x, [y] * len(x), **style))
        axes.text(0.12, y, name, va="center", fontsize=8, color=INK, linespacing=1.1)


def spread(wanted: list[float], need: list[float]) -> list[float]:
    """Centers near the wanted ones, in the same order, at least `need` apart and below 1."""
    centers = []
    edge = 0.0
    for center, size in zip(wanted, need, strict=True):
        centers.append(max(center, edge + size / 2))
        edge = centers[-1] + size / 2
    edge = 1.0
    for i in range(len(centers) - 1, -1, -1):
        centers[i] = min(centers[i], edge - need[i] / 2)
        edge = centers[i] - need[i] / 2
    return centers
