"""The inference file: what plain Keras makes of ours, and what we make of a stranger's."""

import dataclasses
import json
import os
import shutil

import h5py
import keras
import numpy as np
import pytest
import saved_models
from hostile_files import change_metadata

from colorkeras.color.space import ColorSpace
from colorkeras.console.errors import UserError
from colorkeras.inference.model_file import build as builder
from colorkeras.inference.model_file.metadata import check_metadata
from colorkeras.inference.model_file.rules import RefusedError
from colorkeras.inference.saved_model import load_model
from colorkeras.inference.saving import ATTRIBUTE, FORMAT, save_model

SPACE = ColorSpace.named("yuv_tanh")
METADATA = {
    "experiment": "tiny",
    "run": "first",
    "step": 30,
    "mean_ab": [1.5, -2.25],
    "resize": "crop",
    "data": {"source": "scenes:landscape"},
}
HEIGHT, WIDTH = 8, 16


def build():
    """A branched model with batch normalisation, dropout and a concatenation."""
    inputs = keras.Input((HEIGHT, WIDTH, 1), name="luminance")
    left = keras.layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")(inputs)
    left = keras.layers.BatchNormalization(name="norm")(left)
    left = keras.layers.UpSampling2D()(keras.layers.Dropout(0.5)(left))
    both = keras.layers.Concatenate()([left, inputs])
    outputs = keras.layers.Conv2D(2, 1, activation="tanh", name="chroma")(both)
    return keras.Model(inputs, outputs, name="tiny")


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(1)
    return build()


@pytest.fixture(scope="module")
def original(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "model.h5"
    save_model(path, model, SPACE, METADATA)
    return path


@pytest.fixture
def path(original, tmp_path):
    """A copy to spoil."""
    return shutil.copy(original, tmp_path / "model.h5")


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(2).random((2, HEIGHT, WIDTH, 1), "float32")


def predict(model, images):
    return keras.ops.convert_to_numpy(model(images, training=False))


def message_of(path):
    with pytest.raises(UserError) as caught:
        load_model(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    return message


class TestSaved:
    def test_plain_keras_opens_it(self, original, model, images):
        opened = keras.models.load_model(original, compile=False)
        np.testing.assert_array_equal(predict(opened, images), predict(model, images))

    def test_only_built_in_layers(self, original):
        opened = keras.models.load_model(original, compile=False)
        assert {type(layer).__module__.split(".")[0] for layer in opened.layers} == {"keras"}

    def test_metadata(self, original):
        with h5py.File(original, "r") as file:
            metadata = json.loads(file.attrs[ATTRIBUTE])
            assert metadata.pop("integrity").keys() == {"probe", "sha256"}
            assert metadata == {
                "format": FORMAT,
                "height": HEIGHT,
                "width": WIDTH,
                "color_space": SPACE.to_dict(),
                **METADATA,
            }
            assert "optimizer_weights" not in file

    def test_nothing_is_left_beside_it(self, original):
        assert [path.name for path in original.parent.iterdir()] == ["model.h5"]

    def test_no_warning_of_a_legacy_format(self, model, tmp_path, caplog, capfd):
        save_model(tmp_path / "model.h5", model, SPACE, METADATA)
        assert caplog.text == ""
        assert capfd.readouterr() == ("", "")

    def test_replaces_an_older_file(self, model, path, images):
        other = keras.models.clone_model(model)
        save_model(path, other, SPACE, {**METADATA, "step": 60})
        saved = load_model(path)
        assert saved.metadata["step"] == 60
        np.testing.assert_array_equal(predict(saved.model, images), predict(other, images))

    def test_full_disk_keeps_the_older_file(self, model, path, monkeypatch):
        before = path.read_bytes()

        def no_space(*_args):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "replace", no_space)
        with pytest.raises(UserError, match=r"model\.h5: cannot be written: No space left"):
            save_model(path, model, SPACE, {**METADATA, "step": 60})
        assert path.read_bytes() == before
        assert [entry.name for entry in path.parent.iterdir()] == ["model.h5"]


class TestLoaded:
    def test_equals_what_was_saved(self, original, model, images):
        saved = load_model(original)
        assert saved.space == SPACE
        assert {k: v for k, v in saved.metadata.items() if k != "integrity"} == {
            "format": FORMAT,
            "height": HEIGHT,
            "width": WIDTH,
            "color_space": SPACE.to_dict(),
            "noise": {"source": "none", "distribution": "normal"},  # of a file that says nothing
            **METADATA,
        }
        np.testing.assert_array_equal(predict(saved.model, images), predict(model, images))

    def test_path_as_text(self, original):
        assert load_model(str(original)).metadata["run"] == "first"

    def test_not_compiled_and_in_float32(self, original):
        loaded = load_model(original).model
        assert not loaded.compiled
        assert {weight.dtype for weight in loaded.weights} == {"float32"}
        assert {layer.compute_dtype for layer in loaded.layers} == {"float32"}

    def test_float32_whatever_the_policy(self, original, images, model):
        policy = keras.config.dtype_policy()
        keras.config.set_dtype_policy("mixed_bfloat16")
        try:
            loaded = load_model(original).model
        finally:
            keras.config.set_dtype_policy(policy)
        assert {layer.compute_dtype for layer in loaded.layers[1:]} == {"float32"}
        np.testing.assert_array_equal(predict(loaded, images), predict(model, images))

    def test_every_color_space_comes_back(self, model, tmp_path):
        for name in ColorSpace.names():
            save_model(tmp_path / "model.h5", model, ColorSpace.named(name), METADATA)
            assert load_model(tmp_path / "model.h5").space == ColorSpace.named(name)

    def test_model_can_be_trained_on(self, original, images):
        """The trial load without memory leaves no variable without a value."""
        loaded = load_model(original).model
        loaded.compile("sgd", "mse")
        before = loaded.get_weights()[0].copy()
        loaded.train_on_batch(images, np.ones((2, HEIGHT, WIDTH, 2), "float32"))
        assert not np.array_equal(loaded.get_weights()[0], before)


class TestNoModelFile:
    def test_missing(self, tmp_path):
        assert "no such file; expected the model.h5" in message_of(tmp_path / "model.h5")

    def test_folder(self, tmp_path):
        assert "is a folder; expected the model.h5" in message_of(tmp_path)

    def test_pipe(self, tmp_path):
        os.mkfifo(tmp_path / "model.h5")
        assert "is not a regular file; expected" in message_of(tmp_path / "model.h5")

    @pytest.mark.parametrize("content", [b"", b"hello\n", b"\x89HDF", b"\x89PNG\r\n\x1a\n" * 100])
    def test_other_files(self, tmp_path, content):
        (tmp_path / "model.h5").write_bytes(content)
        assert "not an HDF5 file" in message_of(tmp_path / "model.h5")

    def test_plain_keras_file(self, model, tmp_path):
        model.save(tmp_path / "model.h5", include_optimizer=False)
        message = message_of(tmp_path / "model.h5")
        assert "not written by colorkeras (no 'colorkeras' attribute)" in message

    @pytest.mark.parametrize("share", [0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.9999])
    def test_cut_short(self, path, share):
        size = path.stat().st_size
        os.truncate(path, int(size * share))
        message = message_of(path)
        assert "damaged or cut short" in message or "not an HDF5 file" in message

    def test_damaged_anywhere(self, original, path):
        """64 bytes inverted in 40 places: refused by name, or a place that holds nothing."""
        whole, weights = original.read_bytes(), load_model(original).model.get_weights()
        refused = 0
        for start in np.linspace(0, len(whole) - 64, 40).astype(int):
            damage = bytes(byte ^ 255 for byte in whole[start : start + 64])
            path.write_bytes(whole[:start] + damage + whole[start + 64 :])
            try:
                loaded = load_model(path).model.get_weights()
            except UserError:
                refused += 1
            else:
                for mine, theirs in zip(loaded, weights, strict=True):
                    np.testing.assert_array_equal(mine, theirs)
        assert 10 <= refused < 40


class TestRefusedToSave:
    """What `load_model` would not open is not written: known at once, not after days."""

    def test_layer_that_is_not_known(self, tmp_path):
        inputs = keras.Input((HEIGHT, WIDTH, 1))
        outputs = keras.layers.Lambda(lambda x: keras.ops.concatenate([x, x], -1))(inputs)
        with pytest.raises(
            UserError, match=r"model\.h5: layer 'lambda' is a 'Lambda', which is not"
        ):
            save_model(tmp_path / "model.h5", keras.Model(inputs, outputs), SPACE, METADATA)
        assert list(tmp_path.iterdir()) == []

    def test_three_channels(self, tmp_path):
        inputs = keras.Input((HEIGHT, WIDTH, 1))
        other = keras.Model(inputs, keras.layers.Conv2D(3, 1)(inputs))
        words = r"maps \(None, 8, 16, 1\) → \(None, 8, 16, 3\); its metadata says .*16, 2\)"
        with pytest.raises(UserError, match=words):
            save_model(tmp_path / "model.h5", other, SPACE, METADATA)

    @pytest.mark.parametrize(
        ("name", "place", "value", "words"),
        [
            ("chroma", 1, np.nan, "the weight chroma/bias is not finite"),
            ("chroma", 1, -np.inf, "the weight chroma/bias is not finite"),
            ("norm", 3, -1.0, "not saved: the model predicts NaN or infinity"),  # a variance
        ],
    )
    def test_no_numbers(self, model, tmp_path, name, place, value, words):
        spoilt = keras.models.clone_model(model)
        weights = spoilt.get_layer(name).get_weights()
        weights[place][:] = value
        spoilt.get_layer(name).set_weights(weights)
        with pytest.raises(UserError, match=words):
            save_model(tmp_path / "model.h5", spoilt, SPACE, METADATA)


class TestEarlierVersions:
    def test_opens_without_checksum(self, path, model, images):
        change_metadata(path, format=1, integrity=None, noise=None)
        np.testing.assert_array_equal(
            predict(load_model(path).model, images), predict(model, images)
        )

    def test_a_changed_format_does_not_open_the_lock(self, path):
        change_metadata(path, integrity=None)
        assert "the integrity of its metadata is None; expected a table" in message_of(path)


def test_changed_metadata_is_noticed(path):
    change_metadata(path, mean_ab=[1.5, -2.0])
    assert "its content is not what was saved (SHA-256 differs)" in message_of(path)


def test_another_function_of_the_same_weights_is_noticed(path, monkeypatch):
    """As if another version of Keras computed an activation otherwise."""
    make = builder._make

    def other(layer):
        if layer.class_name == "Conv2D":
            layer = dataclasses.replace(layer, options={**layer.options, "activation": "softsign"})
        return make(layer)

    monkeypatch.setattr(builder, "_make", other)
    assert "does not predict here what it did when it was saved" in message_of(path)


def test_memory_is_bounded(path):
    with pytest.raises(UserError, match=r"of --max-memory"):
        load_model(path, max_memory=1e-6)


@pytest.mark.parametrize("value", [0, -1, float("nan")])
def test_a_bound_that_is_none(value, tmp_path):
    with pytest.raises(ValueError, match=r"max_memory is .*; expected GiB, more than 0"):
        load_model(tmp_path / "model.h5", max_memory=value)


@pytest.mark.parametrize("name", ColorSpace.names())
def test_every_convention_is_known(name):
    """The checks do without Keras, and so without `ColorSpace`."""
    space = ColorSpace.named(name).to_dict()
    metadata = {**saved_models.METADATA, "format": 1, "height": 4, "width": 4, "color_space": space}
    check_metadata(metadata)
    space["family"] = "lab" if space["family"] == "yuv" else "yuv"
    with pytest.raises(RefusedError, match="is not of the family"):
        check_metadata(metadata)
