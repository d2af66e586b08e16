"""Statistics of the training set: computed once in a run, stored, and checked when it goes on."""

import hashlib
import json
from types import SimpleNamespace

import numpy as np
import pytest

from colorkeras.console.errors import UserError
from colorkeras.devices.replicas import ONE
from colorkeras.records.run_folder import RunFolder
from colorkeras.training.statistics import RunStatistics


class Images:
    """40 images, number n of level n."""

    size = (2, 3)

    def __len__(self):
        return 40

    def read(self, index):
        return np.full((2, 3, 3), index, np.uint8)


def levels(images):
    return images.astype(np.float64).mean(axis=(1, 2))


@pytest.fixture
def folder(tmp_path):
    folder = RunFolder(tmp_path / "run")
    folder.start({"status": "running"})
    return folder


@pytest.fixture
def stored(folder):
    """The folder of a run with one statistic."""
    statistics = RunStatistics(Images(), folder, ONE)
    statistics.mean_over("level", levels)
    statistics.record()
    return folder


def test_mean_over_all_images(folder):
    """Three batches, the last one smaller: each image counts once."""
    counts = []

    def counting(images):
        counts.append(len(images))
        return levels(images)

    statistics = RunStatistics(Images(), folder, ONE)
    for _ in range(2):
        np.testing.assert_array_equal(statistics.mean_over("level", counting), [19.5] * 3)
    assert counts == [16, 16, 8]  # once, for both


def test_stored_with_its_hash(stored):
    content = (stored.path / "statistics.json").read_bytes()
    assert json.loads(content) == {"level": [19.5] * 3}
    expected = hashlib.sha256(content).hexdigest()
    assert json.loads((stored.path / "run.json").read_text())["statistics"] == expected


def test_read_back_to_the_bit(folder):
    values = np.random.default_rng(0).random((3, 2)) / 3
    first = RunStatistics(Images(), folder, ONE)
    first.mean_over("odd", lambda images: np.repeat(values[None], len(images), axis=0))
    first.record()
    again = RunStatistics(Images(), folder, ONE)
    found = again.mean_over("odd", None)  # what is stored is not computed
    np.testing.assert_array_equal(found, first.mean_over("odd", None))
    np.testing.assert_allclose(found, values, rtol=1e-14)
    assert again.facts == first.facts


def test_nothing_asked_for_leaves_nothing(folder):
    RunStatistics(Images(), folder, ONE).record()
    assert "statistics" not in folder.info
    assert not (folder.path / "statistics.json").exists()


def message_of(function, *args):
    with pytest.raises(UserError) as caught:
        function(*args)
    return str(caught.value)


def test_changed_or_missing_file_is_refused(stored):
    file = stored.path / "statistics.json"
    file.write_text(file.read_text().replace("19.5", "19.6"))
    message = message_of(RunStatistics, Images(), stored, ONE)
    assert message.startswith(f"{file}: is not the file this run began with (another SHA-256).")
    file.unlink()
    message = message_of(RunStatistics, Images(), stored, ONE)
    assert message.startswith(f"{file}: cannot be read: No such file or directory.")


def test_other_statistic_is_refused_when_a_run_goes_on(stored):
    statistics = RunStatistics(Images(), stored, ONE)
    assert "has level, but not prior, which" in message_of(statistics.mean_over, "prior", levels)


def test_workers_use_what_the_chief_sends(tmp_path):
    sent = []
    chief = SimpleNamespace(is_chief=True, from_chief=lambda text: sent.append(text) or text)
    other = SimpleNamespace(is_chief=False, from_chief=lambda text: text or sent[0])
    found = {}
    for name, replicas in (("chief", chief), ("other", other)):
        folder = RunFolder(tmp_path / name)
        folder.start({})
        statistics = RunStatistics(Images(), folder, replicas)
        found[name] = statistics.mean_over("level", levels if name == "chief" else None)
        statistics.record()
        assert (folder.path / "statistics.json").exists() == (name == "chief")
        found[f"facts of {name}"] = statistics.facts
    np.testing.assert_array_equal(found["chief"], found["other"])
    assert found["facts of chief"] == found["facts of other"]
