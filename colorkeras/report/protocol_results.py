"""What was measured under one protocol, computed once for tables, figures and CSV."""

import math
from dataclasses import dataclass
from functools import cached_property

from colorkeras.report.comparison import ProtocolGroup
from colorkeras.report.measured_systems import OVER_GREY, PSNR, Estimate, MeasuredSystem, systems
from colorkeras.report.ranks import Ranking, rank
from colorkeras.report.shown_metrics import BASELINES, SHOWN_METRICS, Metric

OVER_GREY_METRIC = Metric(OVER_GREY, "PSNR over grey (dB)", math.inf, 2)


@dataclass(eq=False)
class ProtocolResults:
    """The systems and baselines of one protocol with all that is computed of them."""

    group: ProtocolGroup

    @cached_property
    def systems(self) -> list[MeasuredSystem]:
        """The systems, in the order of the table."""
        return systems(self.group)

    @cached_property
    def baselines(self) -> list[MeasuredSystem]:
        """The baselines, each training set's own."""
        return [
            MeasuredSystem(
                [entry], method, ", ".join(filter(None, (BASELINES.get(method, method), where)))
            )
            for method, entry, where in self.group.baselines()
        ]

    @cached_property
    def metrics(self) -> list[Metric]:
        """The metrics that something here has, in the order of the columns."""
        found = [
            metric
            for metric in SHOWN_METRICS
            if any(
                entry.value(metric.key, method) is not None
                for entry in self.group.entries
                for method in entry.rows
            )
        ]
        after = next((i for i, metric in enumerate(found, 1) if metric.key == PSNR), None)
        return found if after is None else [*found[:after], OVER_GREY_METRIC, *found[after:]]

    @cached_property
    def rankings(self) -> dict[str, Ranking]:
        """By metric, where at least two systems have values of the same images."""
        found = {metric.key: rank(self.systems, metric) for metric in SHOWN_METRICS}
        return {key: ranking for key, ranking in found.items() if len(ranking.places) > 1}

    def estimate(self, system: MeasuredSystem, metric: Metric) -> Estimate | None:
        """A mean with its interval; None where a run lacks it."""
        key = (system.method, system.label, metric.key)
        if key not in self._estimates:
            self._estimates[key] = system.estimate(metric.key)
        return self._estimates[key]

    @cached_property
    def _estimates(self) -> dict[tuple[str, str, str], Estimate | None]:
        return {}

    def caption(self, what: str) -> str:
        """What a table shows, with all that must be equal before its numbers may be compared."""
        fields = self.group.fields
        number, split = fields.get("num_images", "?"), fields.get("split", "?")
        size = f"{fields.get('height', '?')}×{fields.get('width', '?')} px"
        data = _word(str(fields.get("data") or "not recorded"))[:12]
        return (
            f"{what}. {number} images ({split} split), {size}; {self._seeds()}; "
            f"protocol {_word(self.group.hash)}; data {data}."
        )

    def _seeds(self) -> str:
        counts = {max(1, len(system.seeds)) for system in self.systems}
        low, high = min(counts), max(counts)
        if high == 1:
            return "one seed of each system"
        return f"{low if low == high else f'{low} to {high}'} seeds of each system"


def _word(text: str) -> str:
    """A hash in one piece: a text that somebody made must not end up in a line of its own."""
    return "_".join(text.split())
