"""The result of one evaluation as a table on the terminal."""

import sys

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from colorkeras.evaluation.evaluator import BEST_REACHABLE, MODEL
from colorkeras.metrics.definitions import DIVERSITY, DIVERSITY_SAMPLES
from colorkeras.metrics.protocol import Protocol

_ROWS = {
    "grey": "grey",
    "mean_chroma": "mean chroma",
    "half_saturated": "half-saturated truth",
    BEST_REACHABLE: "best reachable",
    MODEL: "ours",
}
_COLUMNS = {
    "psnr": ("PSNR ↑", "{:.2f}"),
    "ssim": ("SSIM ↑", "{:.4f}"),
    "ciede2000": ("ΔE2000 ↓", "{:.2f}"),
    "chroma_rmse": ("ab RMSE ↓", "{:.2f}"),
    "colorfulness_ratio": ("color →1", "{:.2f}"),
    "threshold_error": ("error ↓", "{:.3f}"),
    "auc": ("AuC ↑", "{:.4f}"),
}
# (metric, its name, 1 where higher is better and -1 where lower is)
_JUDGED = (("psnr", "PSNR", 1), ("ciede2000", "ΔE2000", -1))


def print_summary(
    summary: dict[str, dict[str, float]], protocol: Protocol, console: Console | None = None
) -> None:
    """Print the metrics of the model below those of the baselines, and what they say.

    Args:
        summary: dict by method of dicts by metric.
        protocol: the `Protocol` they were measured by.
        console: a rich `Console`; standard output by default.
    """
    console = console or Console(highlight=False, width=None if sys.stdout.isatty() else 100)
    table = Table(
        title=f"{protocol.split} · {protocol.num_images} images · {protocol.height}×"
        f"{protocol.width} · protocol {protocol.hash}",
        title_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    table.add_column("", no_wrap=True)
    for title, _ in _COLUMNS.values():
        table.add_column(title, justify="right", no_wrap=True)
    for method, label in _ROWS.items():
        if method in summary:
            cells = [form.format(summary[method][name]) for name, (_, form) in _COLUMNS.items()]
            table.add_row(label, *cells, style="bold" if method == MODEL else None)
    console.print(table)
    console.print(verdict(summary))
    if DIVERSITY in summary[MODEL]:
        console.print(
            f"{DIVERSITY_SAMPLES} samples of one image lie {summary[MODEL][DIVERSITY]:.2f} ab "
            "units apart on average (diversity)."
        )


def verdict(summary: dict[str, dict[str, float]]) -> str:
    """Say in which of PSNR and ΔE2000 the model beats grey, and mean chroma: a line for each."""
    ours = summary[MODEL]
    grey = _beaten("The model", "grey", ours, summary["grey"])
    return f"{grey}\n{_beaten('It', 'mean chroma', ours, summary['mean_chroma'])}"


def _beaten(who: str, whom: str, ours: dict[str, float], theirs: dict[str, float]) -> str:
    better: list[str] = []
    not_better: list[str] = []
    for name, words, sign in _JUDGED:
        values = f"{words} ({ours[name]:.2f} against {theirs[name]:.2f})"
        is_better = sign * (ours[name] - theirs[name]) > 0  # not where one is NaN
        (better if is_better else not_better).append(values)
    if not better:
        return f"{who} does not beat {whom} in {' or '.join(not_better)}."
    but_not = f", but not in {not_better[0]}" if not_better else ""
    return f"{who} beats {whom} in {' and '.join(better)}{but_not}."
