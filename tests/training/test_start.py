"""What run.json says of the layers of a run, and what an old run without that does."""

import pytest
from tiny_experiment import MODEL, read_info, write_experiment

from colorkeras import run
from colorkeras.config.settings import LAYERS_VARIABLE

FAST_MODEL = MODEL.replace("layers.BatchNormalization()", "batch_normalization()").replace(
    "from keras import",
    "from colorkeras.networks.fast import batch_normalization\nfrom keras import",
)


@pytest.fixture
def experiment(tmp_path):
    return write_experiment(tmp_path / "tiny", model=FAST_MODEL)


def train(experiment, out, *overrides):
    options = [word for value in overrides for word in ("--set", value)]
    assert run.main([experiment, *options, "--out", str(out)]) == 0
    return read_info(out)["layers"]


def test_layers_are_noted(experiment, tmp_path, monkeypatch):
    bfloat16 = "train.precision=bfloat16"
    found = train(experiment, tmp_path / "auto", bfloat16)
    assert found == {"requested": "auto", "used": "auto", "fast": 1}
    found = train(experiment, tmp_path / "keras", bfloat16, "train.layers=keras")
    assert found == {"requested": "keras", "used": "keras", "fast": 0}
    monkeypatch.setenv(LAYERS_VARIABLE, "keras")
    found = train(experiment, tmp_path / "variable", bfloat16)
    assert found == {"requested": "auto", "used": "keras", "fast": 0}
    assert 'layers = "auto"' in (tmp_path / "variable" / "config.toml").read_text()
