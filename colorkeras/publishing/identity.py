"""Whether records and files are of one and the same training."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from colorkeras.config.load import load_config
from colorkeras.config.resolved import config_differences
from colorkeras.config.settings import Config
from colorkeras.console.errors import UserError
from colorkeras.report.stored_runs import StoredRun

_WORDS = ("experiment", "preset", "seed", "parameters")


def check_model(run: StoredRun, metadata: Mapping[str, Any]) -> None:
    """Check that a model file is the one that a run wrote.

    Args:
        run: the run.
        metadata: of the model file in its folder.

    Raises:
        UserError: when it is of another training.
    """
    _check_same(f"{run.folder / 'model.h5'}: not the model of this run", _of_run(run), metadata)


def check_evaluation(run: StoredRun, evaluation: StoredRun) -> None:
    """Check that an evaluation measured the model of a run.

    Raises:
        UserError: when it measured another.
    """
    measured = {word: evaluation.get(word) for word in _WORDS} | (evaluation.get("model") or {})
    what = f"{evaluation.folder}: an evaluation of another model than {run.folder}"
    _check_same(what, _of_run(run), measured)


def check_seeds(run: StoredRun, others: list[StoredRun]) -> None:
    """Check that runs are of one configuration and data, each with a seed of its own.

    Raises:
        UserError: when one differs in more than the seed, or has a seed that another has.
    """
    own, seeds = _configuration(run), {run.get("seed")}
    for other in others:
        differences = config_differences(own, _configuration(other))
        if differences:
            raise UserError(
                f"{other.folder}: differs from {run.folder} in more than the seed: "
                f"{'; '.join(differences)}."
            )
        if other.get("data", "manifest") != run.get("data", "manifest"):
            raise UserError(f"{other.folder}: trained on other data than {run.folder}.")
        if other.get("seed") in seeds:
            raise UserError(f"{other.folder}: its seed {other.get('seed')} is that of another run.")
        seeds.add(other.get("seed"))


def _configuration(run: StoredRun) -> Config:
    """A run's configuration without its seed and the place of its data."""
    config = load_config(run.folder / "config.toml")
    return replace(
        config, train=replace(config.train, seed=0), data=replace(config.data, source="")
    )


def _of_run(run: StoredRun) -> dict[str, Any]:
    words = {word: run.get(word) for word in _WORDS}
    return {**words, "run": run.name, "step": run.get("steps"), "data": run.get("data")}


def _check_same(what: str, expected: dict[str, Any], found: Mapping[str, Any]) -> None:
    for key, value in expected.items():
        other = found.get(key)
        if key == "data":
            key, value, other = "manifest of the data", *map(_manifest, (value, other))
        if other != value:
            raise UserError(f"{what}: its {key} is {other!r}, that of the run is {value!r}.")


def _manifest(data: Any) -> Any:
    return data.get("manifest") if isinstance(data, dict) else None
