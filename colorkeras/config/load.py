"""TOML file + preset + `--set` overrides → one frozen, strict `Config`.

The first stop of a run. Unknown keys are refused with a suggestion, wrong types with what was
received and expected. No TensorFlow import: a mistake is answered in a fraction of a second.
"""

import ast
import copy
import dataclasses
import math
import re
import tomllib
from pathlib import Path

from colorkeras.config.settings import (
    FIXED_TABLES,
    OPTIMIZERS,
    SCHEDULES,
    Config,
    OptimizerTable,
    ScheduleTable,
    StageTable,
    check_limits,
    check_option,
)
from colorkeras.config.shipped import CONFIG_FILE, locate, model_file, shipped_names, shipped_path
from colorkeras.config.stages import with_total_epochs
from colorkeras.config.toml import (
    TOML_TYPES,
    choose,
    guide,
    parse_toml,
    read_toml,
    require,
    suggest,
)
from colorkeras.console.errors import UserError

FREE_TABLES = ("model", "objectives", "expected", "reported")
TABLES = (*FIXED_TABLES, "stages", "optimizer", *FREE_TABLES)


def load_config(path, preset=None, overrides=()):
    """Read and resolve a configuration.

    Args:
        path: an experiment folder (with `config.toml` and `model.py`), the name of an experiment
            that colorkeras ships, or the resolved `config.toml` of an earlier run.
        preset: name of a `[presets.NAME]` table; by default the experiment's `default_preset`.
            A resolved configuration has no presets: naming one there is an error.
        overrides: strings "table.key=value", applied last and in order.

    Returns:
        A `Config`.

    Raises:
        UserError: naming the file and key, what was received and what was expected.
    """
    file = config_file(path)
    tables = read_toml(file)
    presets = require(tables.pop("presets", {}), dict, f"{file}: presets")
    experiment = require(tables.setdefault("experiment", {}), dict, f"{file}: experiment")
    if not experiment.get("folder"):
        by_name = file.parent == shipped_path(path)
        experiment["folder"] = str(path) if by_name else file.parent.as_posix()
    if presets:
        name = experiment.get("default_preset", "quick") if preset is None else preset
        name = require(name, str, f"{file}: experiment.default_preset")
        changes = presets[choose(name, presets, f"{file}: preset")]
        _merge(tables, require(changes, dict, f"{file}: presets.{name}"))
        experiment["preset"] = name
    elif preset and preset != experiment.get("preset"):
        raise UserError(
            f"{file}: preset {preset!r} was asked for, but this is a resolved configuration "
            f"(preset {experiment.get('preset', 'none')!r}). Name the experiment folder instead."
        )
    for override in overrides:
        _apply_override(tables, override)
    return _resolve(tables, file)


def _check_parts(train, file):
    """Refuse parts of a batch that are not of one size: their mean is not the batch's."""
    if train.batch_size % train.accumulate:
        raise UserError(
            f"{file}: train.accumulate = {train.accumulate} does not divide train.batch_size = "
            f"{train.batch_size}. Choose parts of equal size, such as train.accumulate="
            f"{math.gcd(train.batch_size, train.accumulate)}."
        )


def config_file(path):
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


def config_to_dict(config):
    """Return the configuration as plain nested dictionaries: TOML and JSON types only."""
    tables = dataclasses.asdict(config)
    tables["optimizer"] = {
        name: {
            "name": table.name,
            **table.options,
            "schedule": {"name": table.schedule.name, **table.schedule.options},
        }
        for name, table in config.optimizer.items()
    }
    return tables


def config_differences(old, new):
    """Return lines "key: old → new" for every key in which two configurations differ."""
    old, new = _flatten(config_to_dict(old)), _flatten(config_to_dict(new))
    return [
        f"{key}: {old.get(key, '(absent)')!r} → {new.get(key, '(absent)')!r}"
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    ]


def _resolve(tables, file):
    for name in tables:
        if name not in TABLES:
            raise UserError(f"{file}: unknown table [{name}].{guide(name, TABLES)}")
    fixed = {
        name: _table(table, name, tables.get(name, {}), file)
        for name, table in FIXED_TABLES.items()
    }
    stages = _stages(tables.get("stages", {}), file)
    states_epochs = "epochs" in tables.get("train", {})
    fixed["train"] = with_total_epochs(fixed["train"], stages, states_epochs, file)
    code = model_file(fixed["experiment"].folder)
    arguments = {
        "model": _arguments(code, "build_model", tables.get("model", {}), file, "model"),
        "objectives": _arguments(
            code, "build_objectives", tables.get("objectives", {}), file, "objectives"
        ),
    }
    records = {
        name: copy.deepcopy(require(tables.get(name, {}), dict, f"{file}: {name}"))
        for name in ("expected", "reported")
    }
    optimizers = require(tables.get("optimizer", {}), dict, f"{file}: optimizer")
    if not optimizers:
        raise UserError(f"{file}: no [optimizer.NAME] table; expected one for each objective.")
    config = Config(
        **fixed,
        stages=stages,
        **arguments,
        optimizer={name: _optimizer(name, table, file) for name, table in optimizers.items()},
        **records,
    )
    _check_parts(config.train, file)
    if not re.fullmatch(r"\w[\w.-]*", config.experiment.name):  # it names folders
        raise UserError(
            f"{file}: experiment.name: received {config.experiment.name!r}, expected letters, "
            "digits, '_', '-' and '.'."
        )
    return config


def _stages(tables, file):
    require(tables, dict, f"{file}: stages")
    stages = {}
    for name, values in tables.items():
        require(values, dict, f"{file}: stages.{name}")
        stages[name] = _table(StageTable, f"stages.{name}", values, file)
        if not stages[name].objectives:
            raise UserError(
                f"{file}: stages.{name}.objectives: received nothing, expected the names of the "
                'objectives to train, such as ["discriminator", "generator"].'
            )
    return stages


def _table(table, name, values, file):
    """Check the values of one table of fixed keys; fill in its defaults."""
    require(values, dict, f"{file}: {name}")
    fields = {spec.name: spec.type for spec in dataclasses.fields(table)}
    checked = {}
    for key, value in values.items():
        if key not in fields:
            raise UserError(f"{file}: unknown key {name}.{key}.{guide(key, fields)}")
        checked[key] = require(value, fields[key], f"{file}: {name}.{key}")
    result = table(**checked)
    check_limits(result, f"{file}: {name}")
    return result


def _variant(kinds, values, where):
    """Check {"name": …, options…} against the table of kinds; fill in every default."""
    require(values, dict, where)
    if "name" not in values:
        raise UserError(f"{where}: no name; expected one of {', '.join(kinds)}.")
    name = require(values["name"], str, f"{where}.name")
    defaults = kinds[choose(name, kinds, f"{where}.name")]
    options = dict(defaults)
    for key, value in values.items():
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


def _optimizer(name, values, file):
    where = f"{file}: optimizer.{name}"
    values = dict(require(values, dict, where))
    schedule = values.pop("schedule", {"name": "constant"})
    return OptimizerTable(
        *_variant(OPTIMIZERS, values, where),
        schedule=ScheduleTable(*_variant(SCHEDULES, schedule, f"{where}.schedule")),
    )


def _arguments(code, function, values, file, table):
    """Check a free table against the keyword-only arguments of a function in model.py.

    The source is parsed, not executed: importing it would import Keras, which takes seconds.
    """
    require(values, dict, f"{file}: {table}")
    defaults = _keyword_defaults(code, function)
    checked = {}
    for key, value in values.items():
        if key not in defaults:
            raise UserError(
                f"{file}: unknown key {table}.{key}.{suggest(key, defaults)} "
                f"{function}() takes: {', '.join(defaults) or 'no options'}."
            )
        checked[key] = require(value, type(defaults[key]), f"{file}: {table}.{key}")
    return {**defaults, **checked}


def _keyword_defaults(file, function):
    try:
        tree = ast.parse(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UserError(
            f"{file}: cannot be read ({error.strerror}); every experiment folder needs one."
        ) from error
    except SyntaxError as error:
        raise UserError(f"{file}: line {error.lineno}: {error.msg}.") from error
    except (ValueError, RecursionError, MemoryError) as error:  # not UTF-8, or 1,000 brackets
        raise UserError(f"{file}: no Python source: {error}.") from error
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            pairs = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            return {
                argument.arg: _literal(default, f"{file}: {function}: {argument.arg}")
                for argument, default in pairs
            }
    raise UserError(f"{file}: no function {function}; an experiment must define it.")


def _literal(node, where):
    """Evaluate the default of an argument: a literal of a type that TOML has."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError):
        value = None
    if type(value) not in TOML_TYPES:
        raise UserError(
            f"{where} needs a literal default of a type that TOML has: a number, a string, "
            "True or False, a list or a dict."
        )
    return value


def _apply_override(tables, override):
    key, separator, text = override.partition("=")
    path = key.strip().split(".")
    if not separator or len(path) < 2 or not all(path):
        raise UserError(f"--set {override}: expected table.key=value, e.g. train.epochs=5.")
    if path[0] not in TABLES:
        raise UserError(f"--set {override}: unknown table {path[0]}.{guide(path[0], TABLES)}")
    try:
        parsed = parse_toml(f"value = {text}")
        value = parsed.pop("value")
        if parsed:
            raise UserError(f"--set {override!r}: holds more than one value; repeat --set instead.")
    except tomllib.TOMLDecodeError:
        value = text.strip()  # an unquoted word is meant as a string
    for name in reversed(path):
        value = {name: value}
    _merge(tables, value)


def _merge(base, changes):
    """Merge nested tables into `base`; a table with another `name` replaces, never mixes."""
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            old = base[key]
            if key != "experiment" and value.get("name", old.get("name")) != old.get("name"):
                kept = {k: v for k, v in old.items() if k in ("learning_rate", "schedule")}
                base[key] = {**kept, **copy.deepcopy(value)}
            else:
                _merge(old, value)
        else:
            base[key] = copy.deepcopy(value)


def _flatten(table, prefix=""):
    flat = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat.update(_flatten(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = value
    return flat
