"""Check the tables of a configuration one by one, and fill in their defaults."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from colorkeras.config.optimizers import MOST_FACTOR, OPTIMIZERS, SCHEDULES, check_option
from colorkeras.config.settings import OptimizerTable, ScheduleTable, StageTable, check_limits
from colorkeras.config.toml import guide, require
from colorkeras.console.errors import UserError, choose, suggest

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Table = TypeVar("Table", bound="DataclassInstance")


def read_table(kind: type[Table], name: str, values: object, file: Path) -> Table:
    """Check a table whose keys are the fields of a dataclass; fill in its defaults.

    Args:
        kind: the dataclass.
        name: of the table in the file, such as "train".
        values: as read from TOML.
        file: for messages.

    Raises:
        UserError: naming the file and key, what was received and what was expected.
    """
    table = require(values, dict, f"{file}: {name}")
    fields = {spec.name: spec.type for spec in dataclasses.fields(kind)}
    checked: dict[str, Any] = {}
    for key, value in table.items():
        if key not in fields:
            raise UserError(f"{file}: unknown key {name}.{key}.{guide(key, fields)}")
        expected = fields[key]
        assert isinstance(expected, type)  # no annotation of these dataclasses is a string
        checked[key] = require(value, expected, f"{file}: {name}.{key}")
    result = kind(**checked)
    check_limits(result, f"{file}: {name}")
    return result


def read_stages(values: object, file: Path) -> dict[str, StageTable]:
    """Check all `[stages.NAME]` tables.

    Raises:
        UserError: as `read_table` does, and for a stage without objectives.
    """
    stages = {}
    for name, table in require(values, dict, f"{file}: stages").items():
        stages[name] = read_table(StageTable, f"stages.{name}", table, file)
        if not stages[name].objectives:
            raise UserError(
                f"{file}: stages.{name}.objectives: received an empty list, expected the names of "
                'the objectives to train, such as ["discriminator", "generator"].'
            )
    return stages


def read_optimizers(values: object, file: Path) -> dict[str, OptimizerTable]:
    """Check all `[optimizer.NAME]` tables, with their schedules; fill in their defaults.

    Raises:
        UserError: as `read_table` does, and when there is no such table.
    """
    tables = require(values, dict, f"{file}: optimizer")
    if not tables:
        raise UserError(f"{file}: no [optimizer.NAME] table; expected one for each objective.")
    return {name: _optimizer(table, f"{file}: optimizer.{name}") for name, table in tables.items()}


def _optimizer(values: object, where: str) -> OptimizerTable:
    table = dict(require(values, dict, where))
    schedule = table.pop("schedule", {"name": "constant"})
    factors = table.pop("learning_rate_factors", {})
    return OptimizerTable(
        *_variant(OPTIMIZERS, table, where),
        schedule=ScheduleTable(*_variant(SCHEDULES, schedule, f"{where}.schedule")),
        learning_rate_factors=_factors(factors, f"{where}.learning_rate_factors"),
    )


def _factors(values: object, where: str) -> dict[str, float]:
    """Check beginning of a layer's name → factor on the learning rate."""
    factors = {}
    for beginning, value in require(values, dict, where).items():
        factor = require(value, float, f"{where}.{beginning}")
        if not beginning:
            raise UserError(
                f"{where}: received an empty name, expected the beginning of the names of some "
                "layers. The rate of all is learning_rate."
            )
        if not 0 < factor <= MOST_FACTOR:  # refuses NaN too
            raise UserError(
                f"{where}.{beginning}: received {factor}, expected more than 0 and at most "
                f"{MOST_FACTOR:g}."
            )
        factors[beginning] = factor
    return factors


def _variant(kinds: dict[str, dict], values: object, where: str) -> tuple[str, dict]:
    """Check {"name": …, options…} against the table of kinds; fill in every default."""
    table = require(values, dict, where)
    if "name" not in table:
        raise UserError(f"{where}: no name; expected one of {', '.join(kinds)}.")
    name = require(table["name"], str, f"{where}.name")
    defaults = kinds[choose(name, kinds, f"{where}.name")]
    options = dict(defaults)
    for key, value in table.items():
        if key == "name":
            continue
        if key not in defaults:
            raise UserError(
                f"{where}: unknown key {key} for {name}.{suggest(key, defaults)} "
                f"Known keys: {', '.join(defaults) or 'none'}."
            )
        options[key] = require(value, type(defaults[key]), f"{where}.{key}")
        check_option(key, options[key], where)
    return name, options
