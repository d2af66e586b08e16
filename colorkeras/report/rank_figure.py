"""Diagrams of ranks: the systems by each metric, lines beside those that are not told apart."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.transforms import Transform

from colorkeras.console.wrapping import wrap_name
from colorkeras.report.figure_style import INK, PALETTE, PLAIN_TEXT
from colorkeras.report.protocol_results import ProtocolResults
from colorkeras.report.ranks import Ranking

NUM_COLUMNS = 2
NAME_WIDTH = 34  # characters
_LINE = 0.16  # inches, of text
_TIE_WIDTH, _TIE_START, _TIE_GAP = 3.0, 1.155, 0.022  # points; shares of the axes' width
_MARK = PALETTE[0]


@PLAIN_TEXT
def rank_figure(results: ProtocolResults) -> Figure | None:
    """Draw a panel for each metric by which at least two systems are ranked.

    The best system is on top. A dot is the mean over images and seeds, the thin line its 95 %
    interval. A thick line to the right joins systems of which no two are told apart: as in the
    diagrams of Demšar, 2006, but turned, so that long names can be read.

    Returns:
        The figure; None where nothing is ranked.
    """
    rankings = list(results.rankings.values())
    if not rankings:
        return None
    names = {place.system: _name(place.system.label) for r in rankings for place in r.places}
    lines = sum(1.35 + name.count("\n") for name in names.values())
    num_rows = math.ceil(len(rankings) / NUM_COLUMNS)
    size = (13, num_rows * (0.8 + _LINE * max(4.0, lines)) + 0.4)
    # Lines that tie systems stand beside the axes, where a layout does not count them.
    layout = ConstrainedLayoutEngine(wspace=0.12, rect=(0, 0, 0.93, 1))
    figure = Figure(figsize=size, layout=layout)
    grid = figure.add_gridspec(num_rows, NUM_COLUMNS)
    for index, ranking in enumerate(rankings):
        _draw(figure.add_subplot(grid[divmod(index, NUM_COLUMNS)]), results, ranking)
    note = (
        "Dot: mean; thin line: 95 % interval; figures: rank. Systems that share a thick line are "
        "not told apart (paired differences, Holm, 5 %)."
    )
    figure.supxlabel(note, x=0.005, ha="left", fontsize=8, color=INK)
    return figure


def _lanes(ties: Sequence[tuple[int, int]]) -> list[int]:
    """Beside one another only where they overlap."""
    ends: list[int] = []  # of the last line in each lane
    lanes = []
    for first, last in ties:
        free = next((lane for lane, end in enumerate(ends) if end < first), len(ends))
        ends[free : free + 1] = [last]
        lanes.append(free)
    return lanes


def _name(label: str) -> str:
    return "\n".join(wrap_name(label, NAME_WIDTH, at_slash=False))


def _draw(axes: Axes, results: ProtocolResults, ranking: Ranking) -> None:
    metric, places = ranking.metric, ranking.places
    beside: Transform = axes.get_yaxis_transform()  # x in shares of the width, y in places
    for y, place in enumerate(places):
        found = results.estimate(place.system, metric)
        if found is None:
            continue
        if found.low is not None and found.high is not None:
            axes.plot([found.low, found.high], [y, y], color=_MARK, lw=1.2)
        axes.plot([found.mean], [y], marker="o", ms=5, color=_MARK)
        axes.text(1.02, y, place.text, transform=beside, va="center", fontsize=8, color=INK)
    for (first, last), lane in zip(ranking.ties, _lanes(ranking.ties), strict=True):
        x = _TIE_START + lane * _TIE_GAP
        line = Line2D([x, x], [first - 0.25, last + 0.25], color=INK, lw=_TIE_WIDTH)
        line.set(transform=beside, clip_on=False, solid_capstyle="butt")
        axes.add_artist(line)  # not `plot`, which would take x for a value and widen the axis
    axes.set_yticks(range(len(places)), [_name(place.system.label) for place in places], fontsize=8)
    axes.set_ylim(len(places) - 0.4, -0.6)
    axes.set_title(metric.heading, loc="left", fontsize=10, color=INK)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", color="#E6E6E6", lw=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=8, colors=INK)
    axes.tick_params(axis="y", length=0)
    axes.locator_params(axis="x", nbins=6)
