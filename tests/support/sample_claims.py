"""Claims as `claims.toml` states them, for the tests of what reads and judges them."""

from pathlib import Path

from sample_runs import write_images

from colorkeras.claims.condition_table import read_condition
from colorkeras.claims.definition import Claim, RunSelector

TEXTS = """
[[claims]]
id = "{id}"
claim = "It is so."
source = "A and B, A Title, section 1"
kind = "{kind}"
test = "We look."
"""


def write_claims(folder, *claims):
    """Write a `claims.toml`.

    Args:
        folder: the experiment folder.
        claims: per claim its id, its kind and the rest of its table as TOML.
    """
    text = "".join(TEXTS.format(id=name, kind=kind) + rest + "\n" for name, kind, rest in claims)
    Path(folder).mkdir(parents=True, exist_ok=True)
    file = Path(folder, "claims.toml")
    file.write_text(text, encoding="utf-8")
    return file


def selector(preset="quick", experiment="cnn", data="rendered", **settings):
    """The conditions of a group of runs; a setting train.epochs is given as train__epochs."""
    changed = {key.replace("__", "."): value for key, value in settings.items()}
    return RunSelector(experiment, preset, data, changed)


def write_images_alike(folder, test):
    """An eval_images.csv of two images that have the values of the test, by method and metric."""
    values = {
        method: {key: [value, value] for key, value in found.items()}
        for method, found in test.items()
    }
    write_images(folder, values)


def make_claim(*conditions, runs=None, **changes):
    """A claim with conditions given as dicts, as TOML would give them."""
    runs = runs or {}
    values = {
        "file": "claims.toml",
        "id": "so",
        "claim": "It is so.",
        "source": "A and B, A Title, section 1",
        "kind": "result",
        "test": "We look.",
        "preset": "paper",
        "conditions": tuple(read_condition(condition, runs, "here") for condition in conditions),
        "why": "",
        "runs": runs,
        "command": "python -m colorkeras.run experiments/cnn",
    }
    return Claim(**{**values, **changes})
