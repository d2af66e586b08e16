"""Weights from a file: all of them or none, and a message that says what was found."""

import hashlib
from dataclasses import replace

import h5py
import keras
import numpy as np
import pytest
from keras import layers

from colorkeras.networks.pretrained import PublishedWeights, load_weights

PUBLISHED = PublishedWeights(
    network="Tiny", file="tiny_notop.h5", folder="https://weights.example/tiny/", md5="0" * 32
)


def network(filters=4, names=("first", "norm", "last")):
    """Two convolutions with a batch normalisation between them."""
    first, norm, last = names
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(filters, 3, name=first),
            layers.BatchNormalization(name=norm),
            layers.ReLU(),
            layers.Conv2D(2, 3, name=last),
        ]
    )


def trained(**options):
    """The network with weights that no initializer would give."""
    model = network(**options)
    random = np.random.default_rng(0)
    model.set_weights([random.normal(size=w.shape).astype("float32") for w in model.weights])
    return model


def write_published(path, model, suffix=":0"):
    """Write the layout of Keras's published files: names as bytes, "kernel:0" and the like."""
    with h5py.File(path, "w") as file:
        for layer in model.layers:
            group = file.create_group(layer.name)
            names = [f"{layer.name}/{weight.name}{suffix}" for weight in layer.weights]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, value in zip(names, layer.get_weights(), strict=True):
                group.create_dataset(name, data=value)
    return path


def refused(path, model=None):
    """Return the message of a refused file, after checking that nothing was loaded."""
    model = model or network()
    before = model.get_weights()
    with pytest.raises(ValueError, match=r"model\.weights") as caught:
        load_weights(model, str(path), PUBLISHED)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    message = str(caught.value)
    for needed in (str(path), "tiny_notop.h5", "https://weights.example/tiny/", "weights=none"):
        assert needed in message
    return message


def test_published_layout(tmp_path):
    source, model = trained(), network()
    load_weights(model, write_published(tmp_path / "weights.h5", source), PUBLISHED)
    for expected, found in zip(source.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.filterwarnings("ignore")
def test_whole_model_saved_by_keras(tmp_path):
    source, model = trained(), network()
    source.save(tmp_path / "model.h5")
    load_weights(model, tmp_path / "model.h5", PUBLISHED)
    for expected, found in zip(source.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_frozen_layers_are_loaded_in_the_same_order(tmp_path):
    source, model = trained(), network()
    model.trainable = False
    load_weights(model, write_published(tmp_path / "weights.h5", source), PUBLISHED)
    norm = model.get_layer("norm")
    np.testing.assert_array_equal(
        np.asarray(norm.moving_variance), np.asarray(source.get_layer("norm").moving_variance)
    )


def test_missing_file(tmp_path):
    assert "no such file. Expected none, imagenet" in refused(tmp_path / "absent.h5")
    assert "no such file" in refused(tmp_path)  # a folder


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!DOCTYPE html><html><body>404</body></html>", "a web page instead of the download"),
        (b"\n<html><head>", "a web page"),
        (b"PK\x03\x04 a .keras file", "begins with b'PK"),
        (b"", "begins with b''"),
    ],
)
def test_no_hdf5(tmp_path, content, said):
    path = tmp_path / "weights.h5"
    path.write_bytes(content)
    assert said in refused(path)


def test_file_cut_short(tmp_path):
    path = write_published(tmp_path / "weights.h5", trained())
    path.write_bytes(path.read_bytes()[:-2000])
    assert "damaged or cut short" in refused(path)


def test_datasets_that_the_file_names_but_lacks(tmp_path):
    path = write_published(tmp_path / "weights.h5", trained())
    with h5py.File(path, "r+") as file:
        del file["last"]["last/bias:0"]
    assert "damaged" in refused(path)


def test_another_network(tmp_path):
    path = write_published(tmp_path / "weights.h5", trained(names=("first", "bn", "classes")))
    message = refused(path)
    assert "expected 3 layers with weights, found 3" in message
    assert "2 missing (norm, last), 2 unknown (bn, classes)" in message


def test_other_shapes(tmp_path):
    message = refused(write_published(tmp_path / "weights.h5", trained(filters=5)))
    assert "3 of another shape (first [(3, 3, 3, 5), (5,)] instead of [(3, 3, 3, 4), (4,)]" in (
        message
    )


def test_layout_without_layer_names(tmp_path):
    path = tmp_path / "new.weights.h5"
    trained().save_weights(path)
    assert "no layer with named weights" in refused(path)


@pytest.mark.parametrize("value", [np.float32(np.nan), np.float32(np.inf)])
def test_weights_that_are_not_finite(tmp_path, value):
    source = trained()
    source.get_layer("last").bias.assign([0.0, value])
    path = write_published(tmp_path / "weights.h5", source)
    assert "layer last are not all finite" in refused(path)


def test_fetch_uses_keras_cache(monkeypatch):
    received = {}

    def get_file(*arguments, **options):
        received.update(options, arguments=arguments)
        return "/cache/models/tiny_notop.h5"

    monkeypatch.setattr(keras.utils, "get_file", get_file)
    assert PUBLISHED.fetch() == "/cache/models/tiny_notop.h5"
    assert received["arguments"] == (PUBLISHED.file, PUBLISHED.folder + PUBLISHED.file)
    assert received["file_hash"] == PUBLISHED.md5


def test_fetch_finds_the_cache_from_a_command(tmp_path, monkeypatch):
    """Commands set KERAS_HOME to a place that holds nothing."""
    file = tmp_path / ".keras" / "models" / PUBLISHED.file
    file.parent.mkdir(parents=True)
    file.write_bytes(b"weights")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", "/dev/null")
    published = replace(PUBLISHED, md5=hashlib.md5(b"weights").hexdigest())
    assert published.fetch() == str(file)


def test_fetch_without_network(monkeypatch):
    def get_file(*arguments, **options):
        raise Exception("URL fetch failure on … : None -- Name or service not known")

    monkeypatch.setattr(keras.utils, "get_file", get_file)
    with pytest.raises(ValueError, match="Name or service not known") as caught:
        PUBLISHED.fetch()
    for needed in ("tiny_notop.h5", PUBLISHED.folder, "weights=PATH", "weights=none"):
        assert needed in str(caught.value)
