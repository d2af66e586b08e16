"""What metadata.json says of a model."""

import dataclasses
import json

import numpy as np
import pytest
from published import use_folder, write_published
from saved_models import write_model, write_noisy_model

from colorkeras.console.errors import UserError
from colorkeras.inference.export.formats import FORMATS
from colorkeras.inference.export.metadata import Origin, describe
from colorkeras.inference.saved_model import load_model

LICENCE = "MIT; Some-Net in it: Apache-2.0"


@pytest.fixture
def published(tmp_path, monkeypatch):
    """A folder of published models with the texts of two licences."""
    model = write_model(tmp_path / "model.h5", "lab_pix2pix")
    folder = tmp_path / "published"
    write_published(folder, "photo", model, licence=LICENCE)
    for name in ("Some-Net", "Other-Net"):
        (folder / f"{name}.LICENSE.txt").write_text("text")
    use_folder(monkeypatch, folder)
    return folder


def test_published_model(published):
    origin = Origin.of(published / "photo.h5")
    assert origin.published.name == "photo"
    assert [path.name for path in origin.licence_files()] == ["Some-Net.LICENSE.txt"]
    found = describe(load_model(published / "photo.h5"), FORMATS["litert"], origin, 1e-7)
    assert found == json.loads(json.dumps(found))
    assert found["model"]["published"] == "photo"
    assert found["model"]["licence"] == LICENCE
    assert found["model"]["sha256"] == origin.sha256
    assert found["model"]["run"] == "first"
    assert found["color_space"]["name"] == "lab_pix2pix"
    assert found["inputs"] == [{"name": "luminance", "shape": [1, 32, 32, 1], "range": [-1.0, 1.0]}]
    assert found["output"] == {"name": "chroma", "shape": [1, 32, 32, 2]}
    assert (found["height"], found["width"]) == (32, 32)
    assert found["comparison"]["largest_difference"] == 1e-7
    assert found["comparison"]["limit"] == 1e-4
    assert {"keras", "tensorflow", "ai-edge-litert"} <= found["versions"].keys()


def test_module_of_another_package(published):
    """onnxruntime-gpu brings the module onnxruntime."""
    to = dataclasses.replace(FORMATS["keras"], needs={"numpy": "numpy>=1", "x": "no-such-one>=1"})
    found = describe(load_model(published / "photo.h5"), to, Origin("0" * 64), 0.0)
    assert found["versions"]["numpy"] == np.__version__
    assert found["versions"]["no-such-one"] == "unknown"


def test_model_of_ones_own_with_noise(tmp_path, published):
    path = tmp_path / "noisy.h5"
    write_noisy_model(path, "input")
    origin = Origin.of(path)
    assert origin.published is None
    assert origin.licence_files() == []
    found = describe(load_model(path), FORMATS["keras"], origin, 0.0)
    assert found["model"]["licence"] is None
    assert found["noise"] == {"source": "input", "distribution": "uniform"}
    assert found["inputs"][1] == {"name": "noise", "shape": [None, 3]}


def test_damaged_record_of_a_published_model(tmp_path, published):
    (published / "photo.json").write_text("{")
    assert Origin.of(published / "photo.h5").published is None


def test_missing_file(tmp_path):
    with pytest.raises(UserError, match=r"none.h5: cannot be read: No such file"):
        Origin.of(tmp_path / "none.h5")
