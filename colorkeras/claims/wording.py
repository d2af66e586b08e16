"""A decided comparison in words, and as a row of conditions.csv."""

import math
from dataclasses import dataclass

from colorkeras.claims.definition import NUMBER_BOUNDS, Measurement
from colorkeras.claims.looks import ALPHA_OF_A_LOOK, LOOKS, MIN_SEEDS
from colorkeras.claims.measurement import Comparison
from colorkeras.claims.paired import Region, expected_p
from colorkeras.report.shown_metrics import SHOWN_METRICS

MARKS = {True: "✓", False: "✗", None: "?"}
_TITLES = {metric.key: metric.title for metric in SHOWN_METRICS}
_OF_NUMBERS = {"at_most": "at most", "at_least": "at least"}
# The columns of conditions.csv that have what was compared and measured.
NUMBERS = (
    *("quantity", "epoch", "run", "method", "against", "value", "against_value"),
    *("difference", "low", "high", "wanted_low", "wanted_high", "p_uncorrected", "p"),
    *("seeds", "against_seeds", "images", "protocol"),
)


@dataclass(frozen=True)
class Decision:
    """A comparison that is decided, or found undecided.

    Attributes:
        condition: of the claim.
        comparison: what was measured.
        p: corrected for all comparisons of the experiment.
        holds: whether the condition holds; None where that is undecided.
    """

    condition: Measurement
    comparison: Comparison
    p: float
    holds: bool | None

    @property
    def short(self) -> str:
        """The mark, both sides, the 95 % interval and what was wanted."""
        condition, effect = self.condition, self.comparison.effect
        left, right = distinct(self.comparison.value, self.comparison.against)
        text = f"{MARKS[self.holds]} {subject(condition)}: {condition.run} {left}"
        if condition.bound in NUMBER_BOUNDS:
            low, high = (self.comparison.against + end for end in (effect.low, effect.high))
            wanted = (
                f"{right} ± {condition.slack:g}"
                if condition.bound == "near"
                else f"{_OF_NUMBERS[condition.bound]} {right}"
            )
            return f"{text} [{low:.4g}, {high:.4g}], wanted {wanted}"
        return (
            f"{text}, {_plain(str(condition.against))} {right}, difference {effect.mean:+.3g} "
            f"[{effect.low:+.3g}, {effect.high:+.3g}], wanted {_wanted(self.comparison.region)}"
        )

    @property
    def text(self) -> str:
        """The same with p, the seeds, the images, and what more seeds would bring."""
        effect, protocol = self.comparison.effect, self.comparison.protocol
        parts = [self.short, f"p = {_shown(self.p)}{self._uncorrected}", self.seeds]
        if effect.images > 1:
            parts.append(f"{effect.images:,} images")
        if protocol:
            parts.append(f"protocol {protocol}")
        outlook = self._outlook if self.holds is None else ""
        return f"{', '.join(parts)}{f' ({outlook})' if outlook else ''}"

    @property
    def seeds(self) -> str:
        """ "6 seeds", or "3 and 3 seeds" of two groups."""
        seeds = " and ".join(map(str, self.comparison.effect.runs))
        return f"{seeds} seed{'' if seeds == '1' else 's'}"

    @property
    def numbers(self) -> dict[str, object]:
        """What was compared and measured, by the names `NUMBERS`; None where there is nothing."""
        condition, comparison = self.condition, self.comparison
        effect, region = comparison.effect, comparison.region
        named = condition.bound not in NUMBER_BOUNDS
        ends = (None if math.isinf(end) else end for end in (region.low, region.high))
        seeds = (*effect.runs, None)[:2]
        values = (
            *(condition.name, condition.epoch, condition.run, condition.method),
            *(condition.against if named else None, comparison.value, comparison.against),
            *(effect.mean, effect.low, effect.high, *ends, comparison.p_value[0], self.p),
            *(*seeds, effect.images if effect.images > 1 else None, comparison.protocol),
        )
        # Five digits: further ones may differ between machines.
        rounded = [float(f"{v:.5g}") if isinstance(v, float) else v for v in values]
        return dict(zip(NUMBERS, rounded, strict=True))

    @property
    def _uncorrected(self) -> str:
        """p before the correction, where that is another number."""
        found, _ = self.comparison.p_value
        return "" if _shown(found) == _shown(self.p) else f" ({found:.2g} uncorrected)"

    @property
    def _outlook(self) -> str:
        """What more seeds would bring to an undecided comparison; empty after the last look."""
        effect, last = self.comparison.effect, LOOKS[-1]
        if min(effect.runs) < MIN_SEEDS:
            return f"at least {MIN_SEEDS} seeds are needed"
        if min(effect.runs) >= last:
            return ""
        found, _ = self.comparison.p_value
        # With Holm's factor of now.
        expected = expected_p(effect, self.comparison.region, last) * self.p / found
        would = "would" if expected < ALPHA_OF_A_LOOK else "would hardly"
        return f"{last} seeds {would} decide it, were effect and spread the same"


def decide(condition: Measurement, comparison: Comparison, p: float) -> Decision:
    """Decide a comparison; it stays undecided with too few seeds or with too large a p."""
    if min(comparison.effect.runs) < MIN_SEEDS or p >= ALPHA_OF_A_LOOK:
        return Decision(condition, comparison, p, None)
    _, holds = comparison.p_value
    return Decision(condition, comparison, p, holds)


def _wanted(region: Region) -> str:
    """The region of a difference: from a margin on, to one side."""
    if math.isinf(region.low):
        return f"at least {-region.high:g} lower" if region.high else "not higher"
    return f"at least {region.low:g} higher" if region.low else "not lower"


def _shown(p: float) -> str:
    """p with two digits; with three near the bound, so that the text shows on which side it is."""
    if p < 0.001:
        return "0.001 or less"
    return f"{p:.3g}" if abs(p - ALPHA_OF_A_LOOK) < ALPHA_OF_A_LOOK / 10 else f"{p:.2g}"


def subject(condition: Measurement) -> str:
    """The quantity as tables call it; the columns of losses as they are."""
    text = _TITLES.get(condition.name, condition.name)
    if condition.method != "model":
        text += f" of {_plain(condition.method)}"
    return f"{text} at epoch {condition.epoch}" if condition.epoch else text


def _plain(name: str) -> str:
    return name.replace("_", " ")


def distinct(one: float, other: float) -> tuple[str, str]:
    """Two numbers with four digits, or with as many as make them differ."""
    texts = f"{one:.4g}", f"{other:.4g}"
    for digits in range(5, 18):  # with 17 digits any two float64 differ
        if texts[0] != texts[1] or one == other:
            break
        texts = f"{one:.{digits}g}", f"{other:.{digits}g}"
    return texts
