"""TensorFlow Datasets as a source, in the form of its API that is used (version 4.9.10)."""

import sys
import types

import pytest
from data_prep_archives import encoded, refusal

from data_prep.dataset_files import read_dataset, read_manifest
from data_prep.folder import main


class Image:
    """Stands for `tfds.features.Image`."""


class Builder:
    """A builder with two splits, of JPEG and PNG files, as publishers encoded them."""

    def __init__(self, features):
        splits = {name: types.SimpleNamespace(num_examples=15) for name in ("train", "test")}
        self.info = types.SimpleNamespace(features=features, splits=splits, full_name="some/1.0.0")

    def download_and_prepare(self):
        pass

    def as_dataset(self, split, decoders, shuffle_files):
        assert decoders == {"image": "skip"}
        assert not shuffle_files
        first = 0 if split == "train" else 15
        return [{"image": encoded(first + n, ("JPEG", "PNG")[n % 2])} for n in range(15)]


@pytest.fixture
def library(monkeypatch):
    """The stand-in, whose `builder` a test may replace."""
    module = types.ModuleType("tensorflow_datasets")
    module.features = types.SimpleNamespace(Image=Image)
    module.decode = types.SimpleNamespace(SkipDecoding=lambda: "skip")
    module.as_numpy = lambda examples: examples
    module.builder = lambda name: Builder({"image": Image(), "label": object()})
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", module)
    return module


def refused(capsys, *argv):
    return refusal(main, capsys, *argv)


def test_data_set(tmp_path, library):
    out = tmp_path / "out"
    assert main(["tfds:some", "-o", str(out), "--size", "32"]) == 0
    facts = read_dataset(out)
    assert sum(facts["images"].values()) == 30
    assert facts["source"]["kind"] == "tfds"
    assert facts["source"]["details"] == {"name": "some/1.0.0", "splits": ["train", "test"]}
    names = {row.source for row in read_manifest(out)}
    assert "train/00000/00000000.jpg" in names
    assert "test/00000/00000001.png" in names


def test_what_cannot_be_had(tmp_path, library, capsys):
    out = tmp_path / "out"
    library.builder = lambda name: Builder({"text": object()})
    message = refused(capsys, "tfds:words", "-o", out)
    assert "its features are text; expected one image in each example, found 0" in message

    def unknown(name):
        raise ValueError("Dataset x not found.\nAvailable datasets:\n- many")

    library.builder = unknown
    message = refused(capsys, "tfds:x", "-o", out)
    assert "(Dataset x not found.)" in message
    assert "many" not in message
    assert not out.exists()  # nothing that would refuse the next attempt


def test_without_the_library(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)
    assert "pip install" in refused(capsys, "tfds:x", "-o", tmp_path / "out")
