"""TOML file + preset + `--set` overrides → one frozen, strict `Config`.

The first step of a run. Unknown keys are refused with a suggestion, wrong types with what was
received and expected. No TensorFlow import: a mistake is reported in a fraction of a second.
"""

import copy
import math
import re
from collections.abc import Iterable
from pathlib import Path

from colorkeras.config.model_arguments import read_arguments
from colorkeras.config.overrides import apply_override, merge
from colorkeras.config.settings import (
    TABLES,
    ColorTable,
    Config,
    DataTable,
    ExperimentTable,
    NoiseTable,
    TrainTable,
)
from colorkeras.config.shipped import CONFIG_FILE, locate, model_file, shipped_names, shipped_path
from colorkeras.config.stages import with_total_epochs
from colorkeras.config.tables import read_optimizers, read_stages, read_table
from colorkeras.config.toml import guide, read_toml, require
from colorkeras.console.errors import UserError, choose, suggest


def load_config(
    path: str | Path, preset: str | None = None, overrides: Iterable[str] = ()
) -> Config:
    """Read and resolve a configuration.

    Args:
        path: an experiment folder (with `config.toml` and `model.py`), the name of an experiment
            that colorkeras ships, or the resolved `config.toml` of an earlier run.
        preset: name of a `[presets.NAME]` table; by default the experiment's `default_preset`.
            A resolved configuration has no presets: naming one there is an error.
        overrides: strings "table.key=value", applied last and in order.

    Returns:
        The configuration, with every default spelled out.

    Raises:
        UserError: naming the file and key, what was received and what was expected.
    """
    file = config_file(path)
    tables = read_toml(file)
    presets = require(tables.pop("presets", {}), dict, f"{file}: presets")
    overrides = list(overrides)
    experiment = require(tables.setdefault("experiment", {}), dict, f"{file}: experiment")
    if not experiment.get("folder"):
        by_name = file.parent == shipped_path(path)
        experiment["folder"] = str(path) if by_name else file.parent.as_posix()
    if presets:
        name = experiment.get("default_preset", "quick") if preset is None else preset
        name = require(name, str, f"{file}: experiment.default_preset")
        changes = presets[choose(name, presets, f"{file}: preset")]
        merge(tables, require(changes, dict, f"{file}: presets.{name}"))
        experiment["preset"] = name
    elif preset and preset != experiment.get("preset"):
        raise UserError(
            f"{file}: preset {preset!r} was asked for, but this is a resolved configuration "
            f"(preset {experiment.get('preset', 'none')!r}). Name the experiment folder instead."
        )
    for override in overrides:
        apply_override(tables, override)
    try:
        return _resolve(tables, file)
    except UserError as error:
        raise UserError(_with_override(str(error), file, overrides)) from error


def load_full_scale(folder: str | Path) -> Config:
    """Read the configuration of an experiment at full scale.

    Its preset is "paper" or, where there is no paper, "published".

    Raises:
        UserError: as `load_config` does.
    """
    presets = read_toml(config_file(folder)).get("presets", {})
    return load_config(folder, "published" if "published" in presets else "paper")


def config_file(path: str | Path) -> Path:
    """Return the `config.toml` that `path` means: a folder, the file itself, or a shipped name.

    Raises:
        UserError: when there is none; it lists the shipped names.
    """
    if Path(path).is_file():
        return Path(path)
    file = locate(path, CONFIG_FILE) / CONFIG_FILE
    if file.is_file():
        return file
    names = shipped_names()
    raise UserError(
        f"{path}: no experiment here.{suggest(path, names)} Expected a folder with config.toml and "
        "model.py, the config.toml of an earlier run, or the name of an experiment that colorkeras "
        f"ships: {', '.join(names)}."
    )


def _with_override(message: str, file: Path, overrides: list[str]) -> str:
    """The message with the override that set the refused value, where one did: not the file."""
    fault = message.removeprefix(f"{file}: ")
    # "train.epochs: received", "unknown key train.epoch.", "optimizer.a: unknown key b for adam"
    found = re.match(r"(?:unknown key )?(\S+?)[:.]?(?:\s+unknown key (\S+))?(?=\s)", fault)
    wrong = ".".join(filter(None, found.groups())) if found else ""
    blamed, length = "", 0
    for override in overrides:
        key = override.partition("=")[0].strip()
        related = f"{wrong}.".startswith(f"{key}.") or f"{key}.".startswith(f"{wrong}.")
        if related and len(key) >= length:  # the nearest, of equals the last, which counts
            blamed, length = override, len(key)
    return f"{file} with {blamed}: {fault}" if blamed else message


def _resolve(tables: dict, file: Path) -> Config:
    for name in tables:
        if name not in TABLES:
            raise UserError(f"{file}: unknown table [{name}].{guide(name, TABLES)}")

    def given(name: str) -> object:
        return tables.get(name, {})

    experiment = read_table(ExperimentTable, "experiment", given("experiment"), file)
    color = read_table(ColorTable, "color", given("color"), file)
    data = read_table(DataTable, "data", given("data"), file)
    noise = read_table(NoiseTable, "noise", given("noise"), file)
    train = read_table(TrainTable, "train", given("train"), file)
    stages = read_stages(given("stages"), file)
    states_epochs = "epochs" in tables.get("train", {})
    code = model_file(experiment.folder)
    config = Config(
        experiment=experiment,
        color=color,
        data=data,
        noise=noise,
        train=with_total_epochs(train, stages, states_epochs, str(file)),
        stages=stages,
        model=read_arguments(code, "build_model", given("model"), file, "model"),
        objectives=read_arguments(
            code, "build_objectives", given("objectives"), file, "objectives"
        ),
        expected=copy.deepcopy(_expected(given("expected"), file)),
        reported=copy.deepcopy(require(given("reported"), dict, f"{file}: reported")),
        optimizer=read_optimizers(given("optimizer"), file),
    )
    _check_batch_parts(config.train, file)
    _check_name(config.experiment.name, file)
    return config


def _expected(values: object, file: Path) -> dict:
    """Check what a run compares itself with: numbers of parameters, by network."""
    table = require(values, dict, f"{file}: expected")
    for key in table:
        if key != "parameters":
            raise UserError(f"{file}: unknown key expected.{key}.{guide(key, ['parameters'])}")
    where = f"{file}: expected.parameters"
    for name, count in require(table.get("parameters", {}), dict, where).items():
        require(count, int, f"{where}.{name}")
    return table


def _check_batch_parts(train: TrainTable, file: Path) -> None:
    """Refuse parts of a batch that differ in size: their mean is not that of the batch."""
    if train.batch_size % train.accumulate:
        raise UserError(
            f"{file}: train.accumulate = {train.accumulate} does not divide train.batch_size = "
            f"{train.batch_size}. Choose parts of equal size, such as train.accumulate="
            f"{math.gcd(train.batch_size, train.accumulate)}."
        )


def _check_name(name: str, file: Path) -> None:
    """Refuse a name of an experiment that cannot name folders."""
    if not re.fullmatch(r"\w[\w.-]*", name):
        raise UserError(
            f"{file}: experiment.name: received {name!r}, expected letters, digits, '_', '-' and "
            "'.'."
        )
