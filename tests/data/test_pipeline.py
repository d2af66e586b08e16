"""Batches: which image at which step, mirrored or not, and errors that arrive as themselves."""

import itertools

import numpy as np
import pytest

from colorkeras.console.errors import UserError
from colorkeras.data import pipeline
from colorkeras.data.augment import Augmentation
from colorkeras.data.pipeline import TrainingBatches, evaluation_batches

MIRROR, NONE = Augmentation(mirror=True), Augmentation()


@pytest.fixture(autouse=True, params=["tensorflow", "jax"])
def backend(request, monkeypatch):
    """The same, through tf.data and through threads alone."""
    monkeypatch.setattr(pipeline.keras.backend, "backend", lambda: request.param)
    return request.param


class Numbered:
    """Image number n is filled with n; its left column is 200."""

    def __init__(self, count, broken=()):
        self.names = [str(number) for number in range(count)]
        self.size = (4, 6)
        self._broken = broken

    def __len__(self):
        return len(self.names)

    def read(self, index):
        if index in self._broken:
            raise UserError(f"{index}.png: changed")
        image = np.full((*self.size, 3), index, np.uint8)
        image[:, 0] = 200
        return image


def planned(batches, epoch):
    """Indices and flips of one epoch, counted from 0."""
    first = epoch * batches.steps_per_epoch + 1
    plans = [batches.plan(first + step) for step in range(batches.steps_per_epoch)]
    return [np.concatenate(parts).tolist() for parts in zip(*plans, strict=True)]


def seen(batch):
    """Indices and flips that a batch shows."""
    batch = np.asarray(batch)
    return batch[:, 0, 3, 0].tolist(), (batch[:, 0, -1, 0] == 200).tolist()


def test_an_epoch_is_a_permutation():
    batches = TrainingBatches(Numbered(12), 4, seed=0, augmentation=MIRROR)
    assert batches.steps_per_epoch == 3
    for epoch in range(4):
        assert sorted(planned(batches, epoch)[0]) == list(range(12))


def test_epochs_and_seeds_differ():
    orders = [
        tuple(planned(TrainingBatches(Numbered(12), 4, seed, MIRROR), epoch)[0])
        for seed, epoch in itertools.product((0, 1), (0, 1))
    ]
    assert len(set(orders)) == 4


def test_same_seed_same_plan():
    one, other = (TrainingBatches(Numbered(12), 4, 5, MIRROR) for _ in range(2))
    assert planned(one, 3) == planned(other, 3)


def test_incomplete_batch_is_dropped():
    batches = TrainingBatches(Numbered(11), 4, 0, NONE)
    assert batches.steps_per_epoch == 2
    epochs = [planned(batches, epoch)[0] for epoch in range(30)]
    assert all(len(set(epoch)) == 8 for epoch in epochs)
    assert {index for epoch in epochs for index in epoch} == set(range(11))


def test_every_image_of_every_epoch_has_a_key_of_its_own():
    batches = TrainingBatches(Numbered(11), 4, 0, NONE)
    keys = [key for step in range(1, 9) for key in batches.plan(step)[2]]
    assert len(set(keys)) == 32


def test_changes_depend_on_seed_and_step_alone():
    grainy = Augmentation(grain=20.0)
    whole = TrainingBatches(Numbered(12), 4, 2, grainy)(1)
    part = TrainingBatches(Numbered(12), 4, 2, grainy, slice(2, 4))(3)
    batches = [np.asarray(next(whole)) for _ in range(3)]
    assert np.array_equal(next(part), batches[2][2:])
    assert len({batch[0, :, 1:, 0].std() for batch in batches}) == 3
    whole.close()
    part.close()


def test_about_half_is_mirrored():
    flips = planned(TrainingBatches(Numbered(1000), 10, 0, MIRROR), 0)[1]
    assert 450 < sum(flips) < 550  # 3 standard deviations are 47
    assert not any(planned(TrainingBatches(Numbered(1000), 10, 0, NONE), 0)[1])


def test_batches_show_what_was_planned():
    batches = TrainingBatches(Numbered(12), 4, 2, MIRROR)
    images = batches(1)
    for step in range(1, 8):
        batch = next(images)
        assert batch.shape == (4, 4, 6, 3)
        assert batch.dtype == "uint8"
        indices, flips, _ = batches.plan(step)
        assert seen(batch) == (indices.tolist(), flips.tolist())
    images.close()


@pytest.mark.parametrize("first", [2, 3, 4, 9])
def test_later_start_continues_the_same_sequence(first):
    batches = TrainingBatches(Numbered(12), 4, 2, MIRROR)
    whole, part = batches(1), TrainingBatches(Numbered(12), 4, 2, MIRROR)(first)
    expected = [seen(batch) for batch in itertools.islice(whole, first - 1, first + 3)]
    assert [seen(next(part)) for _ in range(4)] == expected
    whole.close()
    part.close()


def test_mirroring_is_left_to_right_only():
    image = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)

    class One(Numbered):
        def read(self, index):
            return image

    batches = TrainingBatches(One(8), 8, 0, MIRROR)
    _, flips, _ = batches.plan(1)
    assert 0 < sum(flips) < 8
    for flipped, flip in zip(np.asarray(next(batches(1))), flips, strict=True):
        np.testing.assert_array_equal(flipped, image[:, ::-1] if flip else image)


def test_evaluation_keeps_order_and_last_batch():
    found = [seen(batch) for batch in evaluation_batches(Numbered(7), 3)]
    assert [indices for indices, _ in found] == [[0, 1, 2], [3, 4, 5], [6]]
    assert not any(flip for _, flips in found for flip in flips)


def test_tensors_are_for_tensorflow_only(backend):
    (batch,) = evaluation_batches(Numbered(2), 2)
    assert isinstance(batch, np.ndarray) == (backend == "jax")
    if backend == "tensorflow":  # the step decides where it goes
        assert batch.device.endswith("CPU:0")


def test_reading_stops_with_the_batches():
    """Nobody waits for the batches read ahead; their errors are nobody's either."""
    batches = TrainingBatches(Numbered(8, broken=[0]), 2, 1, NONE)
    good = [n for n in range(1, 99) if 0 not in batches.plan(n)[0] and 0 in batches.plan(n + 1)[0]]
    images = batches(good[0])
    assert next(images).shape == (2, 4, 6, 3)
    images.close()


def test_an_error_while_reading_keeps_its_type():
    with pytest.raises(UserError, match=r"^5\.png: changed$"):
        list(evaluation_batches(Numbered(7, broken=[5]), 2))
    images = TrainingBatches(Numbered(8, broken=range(8)), 4, 0, MIRROR)(1)
    with pytest.raises(UserError, match=r"\.png: changed$"):
        next(images)
