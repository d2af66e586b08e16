"""Which runs are of one configuration: those that differ in nothing but the seed of training.

`comparison` makes one row of a table of them.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from colorkeras.config.toml import read_toml
from colorkeras.console.errors import UserError
from colorkeras.report.stored_runs import StoredRun

# In the names that sweeps and `--seeds` give, and that people give: "a-seed1", "a,seed=1".
_SEED = re.compile(r"[-_, ]*\bseed[-_=]?\d+|[-_, ]+s(?:eed)?\d+\Z")


def configurations(runs: Sequence[StoredRun]) -> dict[StoredRun, str]:
    """A text for each run, equal for those of one configuration.

    An evaluation of a saved model has no configuration of its own. It gets that of the run that
    trained the model, where this run is among `runs`, and the end of its own name, by which people
    tell several evaluations apart; else it is a configuration for itself.
    """
    trained = trainings(runs)
    return {run: _of_run(run, trained.get(run)) for run in runs}


def trainings(runs: Sequence[StoredRun]) -> dict[StoredRun, StoredRun]:
    """The run that trained each model that was evaluated; of a training, the run itself.

    Two runs may have one name; seed, steps and training data tell them apart. What is still not
    certain is left out.
    """
    by_model: dict[str, list[StoredRun]] = {}
    for run in runs:
        if run.get("kind") == "training":
            by_model.setdefault(_model(run, run.name, run.get("steps")), []).append(run)
    found = {run: run for training in by_model.values() for run in training}
    for run in runs:
        if run.get("kind") == "evaluation":
            key = _model(run, run.get("model", "run"), run.get("model", "step"))
            if len(same := by_model.get(key, [])) == 1:
                found[run] = same[0]
    return found


def _model(run: StoredRun, name: object, steps: object) -> str:
    """A text for the model of a training or an evaluation."""
    manifest = run.training_data.get("manifest")
    return json.dumps([run.experiment, name, steps, run.get("seed"), manifest], default=str)


def _of_run(run: StoredRun, training: StoredRun | None) -> str:
    if training is run:
        return _of_training(run)
    if training is None or not run.name.startswith(training.name):
        return str(run.folder)
    return f"evaluation {run.name[len(training.name) :]} of {_of_training(training)}"


def read_settings(run: StoredRun) -> dict[str, Any]:
    """The values of a run's config.toml by dotted key; empty where it cannot be read."""
    try:
        config = read_toml(run.folder / "config.toml")
    except UserError:
        return {}
    return dict(_flattened(config, ""))


def without_seed(name: str) -> str:
    """A run's name without what says its seed: "a-seed1-test" is "a-test"."""
    return _SEED.sub("", name) or name


def _flattened(table: dict[str, Any], before: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in table.items():
        dotted = f"{before}{key}"
        found += _flattened(value, f"{dotted}.") if isinstance(value, dict) else [(dotted, value)]
    return found


def _of_training(run: StoredRun) -> str:
    settings = read_settings(run)
    if not settings:
        return str(run.folder)
    # data.seed stays, as it gives other images. The folder of the experiment changes nothing.
    for key in ("train.seed", "experiment.folder"):
        settings.pop(key, None)
    manifest = run.training_data.get("manifest")
    return json.dumps(
        [run.experiment, run.get("preset"), manifest, settings], sort_keys=True, default=str
    )
