"""Compressed weights: what plain HDF5 reads is what we read, and never more than was declared."""

import h5py
import keras
import numpy as np
import pytest
from saved_models import METADATA

from colorkeras.color.space import ColorSpace
from colorkeras.inference.model_file import compression
from colorkeras.inference.model_file.checks import open_checked
from colorkeras.inference.saved_model import load_model
from colorkeras.inference.saving import save_model


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(1)
    inputs = keras.Input((8, 8, 1))
    wide = keras.layers.Conv2D(64, 3, padding="same", activation="relu")(inputs)
    deep = keras.layers.Conv2D(32, 3, padding="same", activation="relu")(wide)
    return keras.Model(inputs, keras.layers.Conv2D(2, 1)(deep))


@pytest.fixture(scope="module")
def path(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("packed") / "model.h5"
    save_model(path, model, ColorSpace.named("yuv_tanh"), METADATA, compressed=True)
    return path


def datasets(file):
    found = []
    file.visititems(lambda _, item: found.append(item) if isinstance(item, h5py.Dataset) else None)
    return found


def test_large_weights_alone_are_compressed_and_read_as_hdf5_does(path):
    with h5py.File(path) as file:
        packed = [item for item in datasets(file) if compression.is_compressed(item)]
        assert [item.shape for item in packed] == [(3, 3, 64, 32)]  # 73,728 bytes
        assert len(datasets(file)) == 6
        np.testing.assert_array_equal(compression.unpacked(packed[0]), packed[0][()])
        assert packed[0].id.get_storage_size() < packed[0].nbytes


def test_opens_here_and_in_plain_keras_with_the_same_weights(model, path):
    ours, plain = load_model(path).model, keras.models.load_model(path, compile=False)
    for kept, own, other in zip(
        model.get_weights(), ours.get_weights(), plain.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(own, kept)
        np.testing.assert_array_equal(other, kept)


def test_bytes_in_all_are_bounded(path, monkeypatch):
    monkeypatch.setattr(compression, "MOST_BYTES", 9 * 64 * 32 * 4)
    monkeypatch.setattr("colorkeras.inference.model_file.container.try_reading", lambda *_: None)
    open_checked(path)
    monkeypatch.setattr(compression, "MOST_BYTES", 9 * 64 * 32 * 4 - 1)
    with pytest.raises(Exception, match="declares 73,728 bytes of weights in compressed form; at"):
        open_checked(path)
