"""Read one condition of `claims.toml` strictly from its inline table."""

import math

from colorkeras.claims.definition import (
    BOUNDS,
    COLUMN_BOUNDS,
    METHOD_BOUNDS,
    NUMBER_BOUNDS,
    RUN_BOUNDS,
    Condition,
    LayerShape,
    Measurement,
    ParameterCount,
    RunSelector,
    Setting,
)
from colorkeras.config.toml import require
from colorkeras.console.errors import UserError, choose, suggest
from colorkeras.metrics.definitions import DIVERSITY, METRICS
from colorkeras.report.shown_metrics import BASELINES

MODEL = "model"
_METHODS = (MODEL, *BASELINES)
# What a condition is about, with the other keys it may have.
_KEYS = {
    "parameters": ("equals",),
    "layer": ("shape",),
    "config": ("equals",),
    "metric": (
        *("run", "method", *RUN_BOUNDS, *METHOD_BOUNDS, *NUMBER_BOUNDS),
        *("margin", "tolerance"),
    ),
    "column": (
        *("run", "epoch", *RUN_BOUNDS, *NUMBER_BOUNDS, *COLUMN_BOUNDS),
        *("margin", "tolerance"),
    ),
}


def read_condition(entry: object, runs: dict[str, RunSelector], where: str) -> Condition:
    """Read a condition.

    Args:
        entry: the inline table, as TOML gives it.
        runs: the groups of runs of the claim, by name.
        where: how an error names the condition.

    Raises:
        UserError: naming the key, what was received and what was expected.
    """
    table = require(entry, dict, where)
    subject = _only_key(table, tuple(_KEYS), where)
    for key in table:
        if key != subject and key not in _KEYS[subject]:
            known = ", ".join(_KEYS[subject])
            raise UserError(
                f"{where}: unknown key {key} in a condition on {subject}."
                f"{suggest(key, _KEYS[subject])} Known keys: {known}."
            )
    name = _text(table, subject, where)
    if subject == "parameters":
        return ParameterCount(name, require(_given(table, "equals", where), int, f"{where}.equals"))
    if subject == "layer":
        return _layer_shape(table, name, where)
    if subject == "config":
        return Setting(name, _given(table, "equals", where))
    return _measurement(table, subject, name, runs, where)


def _layer_shape(table: dict, name: str, where: str) -> LayerShape:
    network, separator, layer = name.partition("/")
    if not (network and separator and layer):
        raise UserError(
            f'{where}.layer: received {name!r}, expected "network/layer", such as "generator/d1".'
        )
    shape = require(_given(table, "shape", where), list, f"{where}.shape")
    if not shape or any(type(size) is not int or size < 1 for size in shape):
        raise UserError(
            f"{where}.shape: received {shape!r}, expected the sizes of the layer's output without "
            "the batch, such as [2, 2, 512]."
        )
    return LayerShape(network, layer, tuple(shape))


def _measurement(
    table: dict, subject: str, name: str, runs: dict[str, RunSelector], where: str
) -> Measurement:
    run = choose(_text(table, "run", where), runs, f"{where}.run")
    if subject == "metric":
        choose(name, (*METRICS, DIVERSITY), f"{where}.metric")
    method = choose(table.get("method", MODEL), _METHODS, f"{where}.method")
    epoch = table.get("epoch")
    if epoch is not None and require(epoch, int, f"{where}.epoch") < 1:
        raise UserError(f"{where}.epoch: received {epoch}, expected at least 1.")
    bound = _only_key(table, tuple(key for key in _KEYS[subject] if key in BOUNDS), where)
    against = _against(table, bound, runs, where)
    if (bound in RUN_BOUNDS and against == run) or (bound in METHOD_BOUNDS and against == method):
        raise UserError(f"{where}.{bound}: received {against!r}, which is the value itself.")
    slack = _slack(table, bound, where)
    return Measurement(run, subject, name, method, epoch, bound, against, slack)


def _against(
    table: dict, bound: str, runs: dict[str, RunSelector], where: str
) -> str | float | tuple[str, ...]:
    if bound in RUN_BOUNDS:
        return choose(table[bound], runs, f"{where}.{bound}")
    if bound in METHOD_BOUNDS:
        return choose(table[bound], _METHODS, f"{where}.{bound}")
    if bound in COLUMN_BOUNDS:
        names = require(table[bound], list, f"{where}.{bound}")
        if len(names) < 2 or not all(isinstance(name, str) for name in names):
            raise UserError(
                f"{where}.{bound}: received {names!r}, expected the names of two or more columns, "
                'such as ["loss_D_fake", "loss_D_real"].'
            )
        return tuple(names)
    return _number(table, bound, where)


def _slack(table: dict, bound: str, where: str) -> float:
    """The margin or the tolerance, whichever the bound takes; the other is refused."""
    own = "margin" if bound not in NUMBER_BOUNDS else None
    if bound == "near" or bound in COLUMN_BOUNDS:
        own = "tolerance"
    for key in ("margin", "tolerance"):
        if key in table and key != own:
            raise UserError(f"{where}: {key} does not go with {bound}; leave it out.")
    if own is None:
        return 0.0
    slack = _number(table, own, where)
    if slack < 0:
        raise UserError(f"{where}.{own}: received {slack}, expected at least 0.")
    return slack


def _only_key(table: dict, keys: tuple[str, ...], where: str) -> str:
    """The one of `keys` that the table has."""
    found = [key for key in keys if key in table]
    if len(found) != 1:
        hints = "".join(suggest(key, keys) for key in table if key not in keys)
        raise UserError(
            f"{where}: received {' and '.join(found) or 'none'} of {', '.join(keys)}; expected "
            f"exactly one.{hints if not found else ''}"
        )
    return found[0]


def _given(table: dict, key: str, where: str) -> object:
    if key not in table:
        hint = ": the smallest difference that counts" if key == "margin" else ""
        raise UserError(f"{where}: no {key}; the condition needs one{hint}.")
    return table[key]


def _text(table: dict, key: str, where: str) -> str:
    return require(_given(table, key, where), str, f"{where}.{key}")


def _number(table: dict, key: str, where: str) -> float:
    value = require(_given(table, key, where), float, f"{where}.{key}")
    if not math.isfinite(value):
        raise UserError(f"{where}.{key}: received {value}, expected a finite number.")
    return value
