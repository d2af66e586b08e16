"""Test one condition of a claim against the networks, the configuration or the runs."""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from colorkeras.claims.definition import (
    Claim,
    Condition,
    LayerShape,
    Measurement,
    ParameterCount,
    Setting,
)
from colorkeras.claims.measurement import Measured, Runs
from colorkeras.claims.networks import Networks
from colorkeras.claims.run_values import UndecidedError
from colorkeras.console.errors import UserError, suggest

T = TypeVar("T")
# The comparison of a bound, its sign, and the sign to show where it does not hold.
_RELATIONS: dict[str, tuple[Callable, str, str]] = {
    "below": (operator.lt, "<", "≥"),
    "above": (operator.gt, ">", "≤"),
    "at_least": (operator.ge, "≥", "<"),
    "at_most": (operator.le, "≤", ">"),
}


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
        holds: whether the condition holds; None where that cannot be decided.
        text: what was found and expected, or why nothing was found.
        runs: the labels of the runs that were used, by name of the group.
    """

    holds: bool | None
    text: str
    runs: dict[str, list[str]] = field(default_factory=dict)


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
            case Measurement():
                return _measurement(condition, facts.runs.measure(condition, claim))
    except UndecidedError as error:
        return Outcome(None, str(error))


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
    return Outcome(same, text if same else f"{text}, expected {expected}")


def _sizes(shape: Iterable[int | None]) -> str:
    return "×".join(map(str, shape))


def _measurement(condition: Measurement, measured: Measured) -> Outcome:
    bound = condition.bound.removesuffix("_method")
    value, limit = measured.value, measured.against
    if bound.startswith("near"):
        holds = abs(value - limit) <= condition.slack
        word, after = "within" if holds else "outside", f" ± {condition.slack:g}"
        if isinstance(condition.against, tuple):
            kind = bound.removeprefix("near_").removesuffix("_of")
            after += f" ({kind} of {', '.join(condition.against)})"
    else:
        compare, sign, opposite = _RELATIONS[bound]
        limit += condition.slack if bound == "above" else -condition.slack
        holds = compare(value, limit)
        word, after = sign if holds else opposite, _origin(condition)
    left, right = _distinct(value, limit)
    text = f"{_subject(condition)} {left} {word} {right}{after}"
    if measured.left_out:
        text += f"; left out: {', '.join(measured.left_out)}"
    return Outcome(holds, text, measured.runs)


def _subject(condition: Measurement) -> str:
    text = f"{condition.run}: {condition.name}"
    if condition.method != "model":
        text += f" of {condition.method}"
    return f"{text} at epoch {condition.epoch}" if condition.epoch else text


def _origin(condition: Measurement) -> str:
    """The name of the limit, where it is another measurement."""
    if not isinstance(condition.against, str):
        return ""
    sign = "+" if condition.bound.startswith("above") else "-"
    margin = f" {sign} {condition.slack:g}" if condition.slack else ""
    return f" ({condition.against}{margin})"


def _distinct(one: float, other: float) -> tuple[str, str]:
    """Two numbers with four digits, or with as many as make them differ."""
    texts = f"{one:.4g}", f"{other:.4g}"
    for digits in range(5, 18):  # with 17 digits any two float64 differ
        if texts[0] != texts[1] or one == other:
            break
        texts = f"{one:.{digits}g}", f"{other:.{digits}g}"
    return texts
