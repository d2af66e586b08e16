"""Test one condition of a claim against the networks, the configuration or the runs."""

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
from colorkeras.claims.measurement import Checked, Comparison, Measured, Runs
from colorkeras.claims.networks import Networks
from colorkeras.claims.run_values import UndecidedError
from colorkeras.claims.wording import MARKS, Decision, decide, distinct, subject
from colorkeras.console.errors import UserError, suggest
from colorkeras.report.stored_runs import StoredRun

T = TypeVar("T")


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
        decisions: on each of the comparisons, once p is corrected.
    """

    holds: bool | None
    text: str
    runs: dict[str, list[StoredRun]] = field(default_factory=dict)
    condition: Measurement | None = None
    comparisons: Sequence[Comparison] = ()
    left_out: Sequence[str] = ()
    decisions: Sequence[Decision] = ()


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
        return Outcome(None, f"{MARKS[None]} {error}")


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
    return Outcome(same, f"{MARKS[same]} {text}")


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
        left, right = distinct(value, limit)
        texts.append(f"{label}: {left} {word} {right} ± {condition.slack:g}")
    against = ", ".join(condition.against) if isinstance(condition.against, tuple) else ""
    text = f"{subject(condition)}, {kind} of {against}: {'; '.join(texts)}"
    return Outcome(all_hold, f"{MARKS[all_hold]} {text}", checked.runs)


def decided(outcome: Outcome, p_values: Sequence[float]) -> Outcome:
    """The outcome of a condition, once p is corrected for all comparisons of the experiment.

    Args:
        outcome: with `comparisons`.
        p_values: of these, corrected.
    """
    if outcome.condition is None:
        raise ValueError("a comparison without its condition")
    decisions = [
        decide(outcome.condition, comparison, p)
        for comparison, p in zip(outcome.comparisons, p_values, strict=True)
    ]
    texts = [decision.text for decision in decisions]
    if outcome.left_out:
        texts.append(f"left out: {', '.join(outcome.left_out)}")
    verdicts = [decision.holds for decision in decisions]
    holds = False if False in verdicts else None if None in verdicts else True
    return replace(outcome, holds=holds, text="; ".join(texts), decisions=decisions)
