"""How metrics and baselines are named, formatted and ranked in tables and plots."""

import math
from dataclasses import dataclass

from colorkeras.report.stored_runs import Value


@dataclass(frozen=True)
class Metric:
    """How a column of eval.csv is shown.

    Attributes:
        key: the column's name.
        title: its name with the unit.
        target: the perfect value: infinity (higher is better), 0 (lower is better) or 1.
        decimals: digits after the point.
    """

    key: str
    title: str
    target: float
    decimals: int

    @property
    def heading(self) -> str:
        """The title with its direction: ↑ higher, ↓ lower is better, → towards a value."""
        arrow = {math.inf: "↑", 0.0: "↓"}.get(self.target, f"→ {self.target:g}")
        return f"{self.title} {arrow}"

    def distance(self, value: float) -> float:
        """How far from perfect: smaller is better for every metric."""
        return -value if math.isinf(self.target) else abs(value - self.target)

    def format(self, value: Value) -> str:
        """The value at the shown precision; "-" where it is missing."""
        return "-" if value is None else f"{value:.{self.decimals}f}"


# The metrics that tables and plots show; comparison.csv has all.
SHOWN_METRICS = (
    Metric("psnr", "PSNR (dB)", math.inf, 2),
    Metric("ssim", "SSIM", math.inf, 4),
    Metric("ciede2000", "ΔE2000", 0.0, 2),
    Metric("chroma_rmse", "chroma RMSE", 0.0, 2),
    Metric("colorfulness_ratio", "colorfulness ratio", 1.0, 3),
    Metric("threshold_error", "threshold error", 0.0, 4),
    Metric("auc", "AuC", math.inf, 4),
    Metric("auc_rebalanced", "rebalanced AuC", math.inf, 4),
    Metric("histogram_distance", "histogram distance", 0.0, 3),
    Metric("hue_error", "hue error (°)", 0.0, 1),
    Metric("bleeding", "bleeding", 0.0, 3),
)
BASELINES = {
    "grey": "grey",
    "mean_chroma": "mean chroma",
    "half_saturated": "half-saturated truth (uses the truth)",
    "best_reachable": "best reachable (uses the truth)",
}
