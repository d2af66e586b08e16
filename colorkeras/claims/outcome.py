"""Test one condition of a claim against the networks, the configuration or the runs."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from colorkeras.claims.definition import (
    COLUMN_BOUNDS,
    Claim,
    Condition,
    LayerShape,
    Measurement,
    ParameterCount,
    Setting,
)
from colorkeras.claims.looks import ALPHA_OF_A_LOOK, LOOKS, MIN_SEEDS
from colorkeras.claims.measurement import Checked, Comparison, Measured, Runs
from colorkeras.claims.networks import Networks
from colorkeras.claims.paired import Region, expected_p
from colorkeras.claims.run_values import UndecidedError
from colorkeras.console.errors import UserError, suggest
from colorkeras.report.stored_runs import StoredRun

T = TypeVar("T")
_MARKS = {True: "✓", False: "✗", None: "?"}


@dataclass(frozen=True)
class Facts:
    """What the claims of an experiment are compared with.

    Attributes:
        settings: the resolved configuration as nested dictionaries, by preset.
        networks: the networks as built, by preset.
        runs: the stored runs.
    """

    settings: dict[str, dict]
    networks: dict[str, Networks]
    runs: Runs


@dataclass(frozen=True)
class Outcome:
    """The result of testing one condition.

    Attributes:
        holds: whether the condition holds; None where that is not decided.
        text: what was found and expected, or why nothing was found.
        runs: those that were used, by name of the group.
        condition: of the comparisons.
        comparisons: what was measured; they are decided together, by `decided`.
        left_out: runs that meet the conditions and could not be used, with the reason.
    """

    holds: bool | None
    text: str
    runs: dict[str, list[StoredRun]] = field(default_factory=dict)
    condition: Measurement | None = None
    comparisons: Sequence[Comparison] = ()
    left_out: Sequence[str] = ()


def find_outcome(condition: Condition, claim: Claim, facts: Facts) -> Outcome:
    """Test a condition.

    Raises:
        UserError: when it names a network, a layer, a key of the configuration or a column that
            does not exist.
    """
    try:
        match condition:
            case ParameterCount():
                return _parameter_count(condition, claim, facts.networks[claim.preset])
            case LayerShape():
                return _layer_shape(condition, claim, facts.networks[claim.preset])
            case Setting():
                return _setting(condition, claim, facts.settings[claim.preset])
            case Measurement(bound=bound) if bound in COLUMN_BOUNDS:
                return _check(condition, facts.runs.check(condition, claim))
            case Measurement():
                return _compared(condition, facts.runs.measure(condition, claim))
    except UndecidedError as error:
        return Outcome(None, f"{_MARKS[None]} {error}")


def _parameter_count(condition: ParameterCount, claim: Claim, networks: Networks) -> Outcome:
    _check_built(networks)
    found = _known(networks.parameters, condition.network, "network", claim)
    text = f"{condition.network}: {found:,} parameters"
    return _equality(text, found == condition.equals, f"{condition.equals:,}")


def _layer_shape(condition: LayerShape, claim: Claim, networks: Networks) -> Outcome:
    _check_built(networks)
    layers = _known(networks.shapes, condition.network, "network", claim)
    found = _known(layers, condition.layer, f"layer of {condition.network}", claim)
    text = f"{condition.network}/{condition.layer}: {_sizes(found)}"
    return _equality(text, found == condition.shape, _sizes(condition.shape))


def _setting(condition: Setting, claim: Claim, settings: dict) -> Outcome:
    found: object = settings
    expected = condition.equals
    for part in condition.key.split("."):
        table = found if isinstance(found, dict) else {}
        found = _known(table, part, f"config {condition.key}", claim)
    # In Python, true equals 1.
    same = found == expected and isinstance(found, bool) == isinstance(expected, bool)
    return _equality(f"{condition.key} = {found!r}", same, repr(expected))


def _check_built(networks: Networks) -> None:
    if networks.problem:
        raise UndecidedError(f"the networks cannot be built: {networks.problem}")


def _known(table: Mapping[str, T], name: str, what: str, claim: Claim) -> T:
    if name not in table:
        raise UserError(
            f"{claim.where}: {what}: received {name!r}, expected one of "
            f"{', '.join(table) or 'none'} (preset {claim.preset}).{suggest(name, table)}"
        )
    return table[name]


def _equality(text: str, same: bool, expected: str) -> Outcome:
    text = text if same else f"{text}, expected {expected}"
    return Outcome(same, f"{_MARKS[same]} {text}")


def _sizes(shape: Iterable[int | None]) -> str:
    return "×".join(map(str, shape))


def _compared(condition: Measurement, measured: Measured) -> Outcome:
    """What was measured for a condition, not yet decided."""
    runs: dict[str, list[StoredRun]] = {}
    for comparison in measured.comparisons:
        for name, some in comparison.runs.items():
            runs.setdefault(name, []).extend(some)
    return Outcome(None, "", runs, condition, measured.comparisons, measured.left_out)


def _check(condition: Measurement, checked: Checked) -> Outcome:
    """The outcome of a check that each run must pass."""
    kind = condition.bound.removeprefix("near_").removesuffix("_of")
    texts, all_hold = [], True
    for label, value, limit in checked.values:
        holds = abs(value - limit) <= condition.slack
        all_hold = all_hold and holds
        word = "within" if holds else "outside"
        left, right = _distinct(value, limit)
        texts.append(f"{label}: {left} {word} {right} ± {condition.slack:g}")
    against = ", ".join(condition.against) if isinstance(condition.against, tuple) else ""
    text = f"{_subject(condition)}, {kind} of {against}: {'; '.join(texts)}"
    return Outcome(all_hold, f"{_MARKS[all_hold]} {text}", checked.runs)


def decided(outcome: Outcome, p_values: Sequence[float]) -> Outcome:
    """The outcome of a condition, once p is corrected for all comparisons of the experiment.

    Args:
        outcome: with `comparisons`.
        p_values: of these, corrected.
    """
    verdicts = [
        _verdict(comparison, p) for comparison, p in zip(outcome.comparisons, p_values, strict=True)
    ]
    texts = [
        f"{_MARKS[holds]} {_told(outcome.condition, comparison, p, holds)}"
        for comparison, p, holds in zip(outcome.comparisons, p_values, verdicts, strict=True)
    ]
    if outcome.left_out:
        texts.append(f"left out: {', '.join(outcome.left_out)}")
    holds = False if False in verdicts else None if None in verdicts else True
    return replace(outcome, holds=holds, text="; ".join(texts))


def _verdict(comparison: Comparison, p: float) -> bool | None:
    """Whether a comparison holds; None where its seeds or its interval do not decide that."""
    if min(comparison.effect.runs) < MIN_SEEDS or p >= ALPHA_OF_A_LOOK:
        return None
    _, holds = comparison.p_value
    return holds


def _told(
    condition: Measurement | None, comparison: Comparison, p: float, holds: bool | None
) -> str:
    if condition is None:
        raise ValueError("a comparison without its condition")
    effect = comparison.effect
    left, right = _distinct(comparison.value, comparison.against)
    against = condition.against if isinstance(condition.against, str) else "the number"
    seeds = " and ".join(map(str, effect.runs))
    where = [f"{seeds} seed{'' if seeds == '1' else 's'}"]
    if effect.images > 1:
        where.append(f"{effect.images:,} images")
    if comparison.protocol:
        where.append(f"protocol {comparison.protocol}")
    text = (
        f"{_subject(condition)} {left}, {against} {right}: difference {effect.mean:+.3g} "
        f"[{effect.low:+.3g}, {effect.high:+.3g}], wanted {_wanted(comparison.region)}; "
        f"p = {_shown(p)}{_uncorrected(comparison, p)}; {', '.join(where)}"
    )
    outlook = _outlook(comparison, p) if holds is None else ""
    return f"{text}; {outlook}" if outlook else text


def _outlook(comparison: Comparison, p: float) -> str:
    """What more seeds would bring to an undecided comparison; empty after the last look."""
    effect, last = comparison.effect, LOOKS[-1]
    if min(effect.runs) < MIN_SEEDS:
        return f"at least {MIN_SEEDS} seeds are needed"
    if min(effect.runs) >= last:
        return ""
    found, _ = comparison.p_value
    expected = expected_p(effect, comparison.region, last) * p / found  # with Holm's factor of now
    would = "would" if expected < ALPHA_OF_A_LOOK else "would hardly"
    return f"{last} seeds {would} decide it, were effect and spread the same"


def _wanted(region: Region) -> str:
    if math.isinf(region.low):
        return f"at least {-region.high:g} lower" if region.high else "at most 0"
    if math.isinf(region.high):
        return f"at least {region.low:g} higher" if region.low else "at least 0"
    return f"{region.low:+g} to {region.high:+g}"


def _uncorrected(comparison: Comparison, p: float) -> str:
    """p before the correction, where that is another number."""
    found, _ = comparison.p_value
    return "" if _shown(found) == _shown(p) else f" ({found:.2g} uncorrected)"


def _shown(p: float) -> str:
    """p with two digits; with three near the bound, so that the text shows on which side it is."""
    if p < 0.001:
        return "0.001 or less"
    return f"{p:.3g}" if abs(p - ALPHA_OF_A_LOOK) < ALPHA_OF_A_LOOK / 10 else f"{p:.2g}"


def _subject(condition: Measurement) -> str:
    text = f"{condition.run}: {condition.name}"
    if condition.method != "model":
        text += f" of {condition.method}"
    return f"{text} at epoch {condition.epoch}" if condition.epoch else text


def _distinct(one: float, other: float) -> tuple[str, str]:
    """Two numbers with four digits, or with as many as make them differ."""
    texts = f"{one:.4g}", f"{other:.4g}"
    for digits in range(5, 18):  # with 17 digits any two float64 differ
        if texts[0] != texts[1] or one == other:
            break
        texts = f"{one:.{digits}g}", f"{other:.{digits}g}"
    return texts
