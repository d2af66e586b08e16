"""A stranger's model file is refused by name, before Keras is asked to build anything."""

from pathlib import Path

import hostile_files
import hostile_models  # noqa: F401 - fills the corpus
import numpy as np
import pytest
from hostile_containers import DEADLY, LATE
from saved_models import write_noisy_model

from colorkeras.console.errors import UserError
from colorkeras.inference import saved_model
from colorkeras.inference.model_file import container
from colorkeras.inference.model_file.checks import open_checked
from colorkeras.inference.saved_model import load_model


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return hostile_files.write_base(tmp_path_factory.mktemp("base") / "model.h5")


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    """A file of this version, with checksum and probe."""
    path = tmp_path_factory.mktemp("sealed") / "model.h5"
    return Path(write_noisy_model(path, "dropout"))


@pytest.fixture(autouse=True)
def without_trial(request, monkeypatch):
    """No second process but where it is needed: it takes half a second for each of 700 files."""
    if not any(name in request.node.name for name in DEADLY):
        monkeypatch.setattr(container, "try_reading", lambda path, max_memory: None)


def test_corpus_is_large():
    assert len(hostile_files.CORPUS) >= 300


def test_base_opens(base):
    assert load_model(base).metadata["format"] == 1


@pytest.fixture(autouse=True)
def short_trial(monkeypatch):
    """One second of processor instead of five before a trial without end is ended."""
    program = container._PROGRAM
    short = "from colorkeras.inference.model_file import trial_child; trial_child._SECONDS = 1; "
    first, call = program.split("read_limited(name", 1)
    changed = f"{first}{short}read_limited(name{call}"
    monkeypatch.setattr(container, "_PROGRAM", changed)


@pytest.mark.parametrize("name", hostile_files.CORPUS)
def test_is_refused_in_a_sentence(name, base, tmp_path, monkeypatch):
    path = hostile_files.make(tmp_path, base, name)
    if name not in LATE:
        monkeypatch.setattr(saved_model, "build_model", None)
    with pytest.raises(UserError) as caught:
        load_model(path) if name in LATE else open_checked(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert len(message) < len(str(path)) + 700
    assert message.count("\n") == 0
    assert message.isprintable()


def flipped(whole, position, bit):
    changed = bytearray(whole)
    changed[position] ^= 1 << bit
    return bytes(changed)


def test_one_flipped_bit_is_noticed_or_changes_nothing(sealed, tmp_path):
    """200 bits of a file with checksum, all over it: never another model without a word."""
    whole, path = sealed.read_bytes(), tmp_path / "model.h5"
    original = open_checked(sealed)
    draw = np.random.default_rng(0)
    refused = 0
    for place in draw.integers(8 * len(whole), size=200):
        position, bit = divmod(int(place), 8)
        path.write_bytes(flipped(whole, position, bit))
        try:
            found = open_checked(path)
        except UserError:
            refused += 1
            continue
        assert found.texts["model_config"] == original.texts["model_config"]
        assert found.metadata == original.metadata
        for name, array in original.weights.items():
            np.testing.assert_array_equal(found.weights[name], array)
    assert 20 < refused < 200


def test_every_byte_of_a_weight_is_held_by_the_checksum(sealed, tmp_path):
    whole, path = sealed.read_bytes(), tmp_path / "model.h5"
    weights = open_checked(sealed).weights
    kernel = next(array.tobytes() for name, array in weights.items() if name[-1] == "kernel")
    start = whole.index(kernel)
    for offset in range(len(kernel)):
        path.write_bytes(flipped(whole, start + offset, offset % 8))
        with pytest.raises(UserError, match=r"SHA-256 differs|is not finite"):
            open_checked(path)
