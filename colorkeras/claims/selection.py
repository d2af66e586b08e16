"""Which stored trainings meet the conditions of a claim: all that do count, nothing is chosen."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from colorkeras.claims.definition import PHOTOGRAPHS, RENDERED, RunSelector
from colorkeras.config.overrides import parse_override
from colorkeras.config.toml import require
from colorkeras.console.errors import UserError, suggest
from colorkeras.report.configurations import read_settings
from colorkeras.report.stored_runs import StoredRun

# Changes of a preset that give another sample of the same condition, or only say where to look.
NEUTRAL = ("train.seed", "data.source", "train.evaluate_every_epochs")
_OF_PLACE = ("experiment.", "expected.", "reported.")  # where the experiment lies, what is checked
_SCENES = "scenes:"  # what the data source of rendered images begins with
_KEYS = ("experiment", "preset", "data", "set")


def read_selector(entry: object, experiment: str, where: str) -> RunSelector:
    """Read the conditions of a group of runs.

    Args:
        entry: the inline table, as TOML gives it.
        experiment: whose claim it is; the group may name another.
        where: how an error names the group.

    Raises:
        UserError: naming the key, what was received and what was expected.
    """
    table = require(entry, dict, where)
    for key in table:
        if key not in _KEYS:
            raise UserError(f"{where}: unknown key {key}.{suggest(key, _KEYS)}")
    settings = require(table.get("set", {}), dict, f"{where}.set")
    for key in settings:
        if key in NEUTRAL or "." not in key:
            raise UserError(
                f"{where}.set: received {key!r}, expected a setting of the preset that changes the "
                'training, such as "model.head" = "tanh".'
            )
    texts = {"experiment": experiment, **table}
    for key in ("preset", "data"):
        if key not in texts:
            raise UserError(f"{where}: no {key}; expected {_EXPECTED[key]}.")
    experiment, preset, data = (
        require(texts[key], str, f"{where}.{key}") for key in ("experiment", "preset", "data")
    )
    if not data or data != PurePath(data).name:
        raise UserError(f"{where}.data: received {data!r}, expected {_EXPECTED['data']}.")
    return RunSelector(experiment, preset, data, dict(settings))


_EXPECTED = {
    "preset": 'the preset that the runs were made with, such as "small"',
    "data": f'"{RENDERED}", "{PHOTOGRAPHS}", or the name of a folder of photographs',
}


def meets(run: StoredRun, selector: RunSelector) -> bool | str:
    """Whether a stored run is a training under the conditions of a selector.

    Returns:
        The reason instead, where that cannot be told.
    """
    alike = (
        run.get("kind") == "training"
        and run.experiment == selector.experiment
        and run.get("preset") == selector.preset
        and _has_data(run, selector.data)
    )
    try:
        return alike and _same(_changes(run), selector.settings)
    except UserError as error:
        return f"its overrides cannot be read: {error}"


def differing_settings(runs: Sequence[StoredRun]) -> str:
    """What tells the configurations of runs apart that should have one; empty where nothing does.

    A preset may have been edited between runs. Settings that a version did not know do not count.
    """
    known = [(run, read_settings(run)) for run in runs]
    for run, settings in known[1:]:
        first, expected = known[0]
        for key in expected.keys() & settings.keys():
            if _tells_apart(key) and settings[key] != expected[key]:
                return (
                    f"{key} is {expected[key]!r} in {first.label}, {settings[key]!r} in {run.label}"
                )
    return ""


def changed_settings(run: StoredRun, current: Mapping[str, Any]) -> str:
    """In what a run's settings are not those that its conditions give today; empty for in nothing.

    A preset may have been edited since. Settings that one of both does not know do not count.

    Args:
        run: a training that meets the conditions.
        current: the settings that the conditions give today, by dotted key.
    """
    settings = read_settings(run)
    apart = [
        f"{key} was {settings[key]!r}, is {current[key]!r}"
        for key in sorted(current.keys() & settings.keys())
        if _tells_apart(key) and settings[key] != current[key]
    ]
    more = f" and {len(apart) - 3} more" if len(apart) > 3 else ""
    return f"an older preset: {', '.join(apart[:3])}{more}" if apart else ""


def _tells_apart(key: str) -> bool:
    return key not in NEUTRAL and not key.startswith(_OF_PLACE)


def _has_data(run: StoredRun, kind: str) -> bool:
    source = run.training_data.get("source")
    if not isinstance(source, str):
        return False
    if source.startswith(_SCENES):
        return kind == RENDERED
    return kind in (PHOTOGRAPHS, PurePath(source).name)


def _changes(run: StoredRun) -> dict[str, Any]:
    """What a run changes of its preset, by key; the last of several changes of a key counts."""
    recorded = run.get("overrides")
    texts = [] if recorded is None else recorded
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise UserError("expected a list of texts")
    changes = dict(map(parse_override, texts))
    return {key: value for key, value in changes.items() if key not in NEUTRAL}


def _same(changes: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    # In Python, true equals 1.
    return changes.keys() == wanted.keys() and all(
        value == wanted[key] and isinstance(value, bool) == isinstance(wanted[key], bool)
        for key, value in changes.items()
    )
