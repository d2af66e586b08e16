"""All of an export, or nothing."""

import json
import warnings
from pathlib import Path

import keras
import pytest
from exported import PACKAGES, export_file, write_thin_experiment
from keras import layers
from saved_models import METADATA, write_model

from colorkeras.color.space import ColorSpace
from colorkeras.console.errors import UserError
from colorkeras.inference.export import exporting
from colorkeras.inference.export.formats import FORMATS
from colorkeras.inference.saving import save_model

ROOT = Path(__file__).parents[3]
FOLDERS = sorted(path.parent for path in ROOT.glob("experiments/*/model.py"))
# The network of digiface_gan is that of digiface_resnet.
EXPERIMENTS = [folder for folder in FOLDERS if folder.name != "digiface_gan"]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("model") / "model.h5")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_files(model, tmp_path):
    done = export_file(model, "keras", tmp_path / "out")
    assert names(tmp_path) == ["out"]
    assert names(tmp_path / "out") == ["metadata.json", "model.keras", "usage.py"]
    sizes = {path.name: path.stat().st_size for path in (tmp_path / "out").iterdir()}
    assert done.sizes == sizes
    assert done.difference <= 1e-6
    found = json.loads((tmp_path / "out" / "metadata.json").read_text())
    assert found["comparison"]["largest_difference"] == done.difference


def test_size_of_a_folder(model, tmp_path):
    done = export_file(model, "savedmodel", tmp_path / "out")
    files = (tmp_path / "out" / "saved_model").rglob("*")
    total = sum(path.stat().st_size for path in files if path.is_file())
    assert done.sizes["saved_model"] == total


@pytest.mark.parametrize("difference", [2e-4, float("nan"), float("inf")])
def test_one_that_computes_something_else_is_not_kept(model, tmp_path, monkeypatch, difference):
    export_file(model, "keras", tmp_path / "out")
    before = {path: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    monkeypatch.setattr(exporting, "largest_difference", lambda *_: difference)
    with pytest.raises(UserError, match=r"as Keras 3 it computes something else: .* Nothing was"):
        export_file(model, "keras", tmp_path / "out")
    assert names(tmp_path) == ["out"]
    assert {path: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_bicubic_resizing_differs_in_onnx(tmp_path):
    """A case of its kind: tf2onnx takes another cubic kernel where sizes have no whole ratio."""
    for package in PACKAGES["onnx"]:
        pytest.importorskip(package)
    keras.utils.set_random_seed(0)
    network = keras.Sequential(
        [
            keras.Input((32, 32, 1)),
            layers.Resizing(20, 52, interpolation="bicubic"),
            layers.Resizing(32, 32, interpolation="bicubic"),
            layers.Conv2D(2, 1),
        ]
    )
    save_model(tmp_path / "model.h5", network, ColorSpace.named("yuv_tanh"), METADATA)
    with pytest.raises(UserError, match="tiny: as ONNX it computes something else"):
        export_file(tmp_path / "model.h5", "onnx", tmp_path / "out")
    assert names(tmp_path) == ["model.h5"]


def test_runtime_that_fails(model, tmp_path, monkeypatch):
    def fail(*_args):
        raise RuntimeError("no kernel")

    monkeypatch.setattr(exporting, "largest_difference", fail)
    with pytest.raises(UserError, match="cannot be run as Keras 3: RuntimeError: 'no kernel'"):
        export_file(model, "keras", tmp_path / "out")
    assert names(tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize("folder", EXPERIMENTS, ids=lambda folder: folder.name)
def test_every_experiment_in_every_format(folder, tmp_path):
    """With an eighth of its filters, and the layers that it has."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = write_thin_experiment(tmp_path / "model.h5", folder)
    for name in FORMATS:
        for package in PACKAGES.get(name, ()):
            pytest.importorskip(package)
        done = export_file(model, name, tmp_path / name)
        assert done.difference <= done.limit / 5, name
