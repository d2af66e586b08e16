"""The resume state: everything comes back to the bit, and damage is told."""

import errno
import os

import h5py
import keras
import numpy as np
import pytest
from keras import layers

from colorkeras.console.errors import UserError
from colorkeras.training.checkpoint import load_checkpoint, save_checkpoint

STATE = {"step": 7, "sums": {"loss": 0.1 + 0.2}, "plateaus": {}}


def make_parts(seed, filters=4, wrap=lambda optimizer: optimizer):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(filters, 3, padding="same"),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.Conv2D(2, 1),
        ]
    )
    optimizer = wrap(keras.optimizers.Adam(0.01))
    optimizer.build(model.trainable_variables)
    return {"colorizer": model}, {"colorizer": optimizer}


def disturb(networks, optimizers):
    """Give every variable, seeds and slots too, a value of its own."""
    random = np.random.default_rng(0)
    for owner in (*networks.values(), *optimizers.values()):
        for variable in owner.variables:
            value = random.integers(0, 1000, variable.shape) / 16
            variable.assign(np.asarray(value).astype(str(variable.dtype)))


def arrays(networks, optimizers):
    owners = (*networks.values(), *optimizers.values())
    return [np.asarray(variable) for owner in owners for variable in owner.variables]


@pytest.mark.parametrize("wrap", [lambda optimizer: optimizer, keras.optimizers.LossScaleOptimizer])
def test_everything_comes_back(tmp_path, wrap):
    saved = make_parts(1, wrap=wrap)
    disturb(*saved)
    save_checkpoint(tmp_path / "state.h5", *saved, STATE)
    restored = make_parts(2, wrap=wrap)
    assert load_checkpoint(tmp_path / "state.h5", *restored) == STATE
    for before, after in zip(arrays(*saved), arrays(*restored), strict=True):
        assert before.dtype == after.dtype
        assert before.tobytes() == after.tobytes()
    paths = [variable.path for variable in saved[0]["colorizer"].variables]
    assert any("seed" in path for path in paths), "no dropout seed among the variables"


def test_dropout_goes_on_with_the_same_masks(tmp_path):
    networks, optimizers = make_parts(1)
    image = np.ones((1, 8, 8, 1), np.float32)
    networks["colorizer"](image, training=True)
    save_checkpoint(tmp_path / "state.h5", networks, optimizers, STATE)
    expected = np.asarray(networks["colorizer"](image, training=True))
    others = make_parts(2)
    load_checkpoint(tmp_path / "state.h5", *others)
    found = np.asarray(others[0]["colorizer"](image, training=True))
    np.testing.assert_array_equal(found, expected)


def test_a_failed_write_keeps_the_old_checkpoint(tmp_path, monkeypatch):
    parts = make_parts(1)
    path = tmp_path / "state.h5"
    save_checkpoint(path, *parts, STATE)
    before = path.read_bytes()

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("colorkeras.records.atomic.os.replace", full)
    with pytest.raises(UserError, match=r"state\.h5: cannot be written: No space left"):
        save_checkpoint(path, *parts, {**STATE, "step": 8})
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_other_network(tmp_path):
    save_checkpoint(tmp_path / "state.h5", *make_parts(1), STATE)
    with pytest.raises(UserError, match=r"network/colorizer/0000 has shape \(3, 3, 1, 4\), exp"):
        load_checkpoint(tmp_path / "state.h5", *make_parts(1, filters=5))


def test_other_objectives(tmp_path):
    networks, optimizers = make_parts(1)
    save_checkpoint(tmp_path / "state.h5", networks, optimizers, STATE)
    networks["generator"] = networks.pop("colorizer")
    with pytest.raises(UserError, match="network/colorizer/0000 is in the file but not in the mod"):
        load_checkpoint(tmp_path / "state.h5", networks, optimizers)


def test_other_format(tmp_path):
    parts = make_parts(1)
    save_checkpoint(tmp_path / "state.h5", *parts, STATE)
    with h5py.File(tmp_path / "state.h5", "r+") as file:
        file.attrs["format"] = 99
    with pytest.raises(UserError, match="format 99; this version reads 1"):
        load_checkpoint(tmp_path / "state.h5", *parts)


@pytest.mark.parametrize("state", [None, "{"])
def test_damaged_state(tmp_path, state):
    parts = make_parts(1)
    save_checkpoint(tmp_path / "state.h5", *parts, STATE)
    with h5py.File(tmp_path / "state.h5", "r+") as file:
        del file.attrs["state"]
        if state:
            file.attrs["state"] = state
    with pytest.raises(UserError, match="cannot be read as a checkpoint"):
        load_checkpoint(tmp_path / "state.h5", *parts)


@pytest.mark.parametrize("kept", [0, 100, 1000, 5000, -1])
def test_cut_file(tmp_path, kept):
    parts = make_parts(1)
    path = tmp_path / "state.h5"
    save_checkpoint(path, *parts, STATE)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(UserError, match=r"state\.h5: cannot be read as a checkpoint: "):
        load_checkpoint(path, *parts)


def test_missing_file(tmp_path):
    with pytest.raises(UserError, match=r"state\.h5: cannot be read as a checkpoint: "):
        load_checkpoint(tmp_path / "state.h5", *make_parts(1))
