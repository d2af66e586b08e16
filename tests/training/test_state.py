"""The state of a checkpoint: only one that a training can have had is taken."""

import math

import pytest

from colorkeras.training.schedule import Plateau
from colorkeras.training.state import TrainState

STATE = {
    "step": 7,
    "sums": {"loss": -0.25},
    "counted": {"loss": 28},
    "plateaus": {},
    "train_seconds": 1.5,
    "images_timed": 24,
}


def test_what_was_saved_comes_back():
    assert vars(TrainState.restored(STATE, total_steps=7)) == STATE
    assert vars(TrainState.restored(vars(TrainState()), 1)) == vars(TrainState())
    assert TrainState.restored({**STATE, "train_seconds": 2}, 7).train_seconds == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"step": "x"},
        {"step": 8},
        {"step": -1},
        {"step": 10**400},
        {"step": 1.0},
        {"step": True},
        {"step": None},
        {"sums": []},
        {"sums": {"loss": math.nan}},
        {"sums": {"loss": "0"}},
        {"sums": {"loss": 10**400}},
        {"sums": {}},
        {"counted": {"loss": 0}},
        {"counted": {"loss": math.nan}},
        {"counted": {"loss": -1}},
        {"counted": {"other": 28}},
        {"plateaus": None},
        {"train_seconds": math.nan},
        {"train_seconds": "1"},
        {"train_seconds": -1.0},
        {"images_timed": math.inf},
        {"images_timed": -1},
        {"unknown": 1},
    ],
)
def test_what_cannot_be_is_refused(changes):
    with pytest.raises(ValueError, match=r"is|expected|are not"):
        TrainState.restored({**STATE, **changes}, total_steps=7)


@pytest.mark.parametrize("stored", [{}, [], None, 1, "state", {"step": 7}])
def test_what_is_no_state(stored):
    with pytest.raises(ValueError, match="expected the entries step, sums, counted"):
        TrainState.restored(stored, total_steps=7)


@pytest.mark.parametrize(
    "changes", [{"factor": "1"}, {"factor": -1}, {"best": "x"}, {"waited": 0.5}, {"waited": None}]
)
def test_plateau(changes):
    plateau = Plateau({"monitor": "train_loss"})
    plateau.restore(plateau.state())
    with pytest.raises(ValueError, match="a plateau is"):
        plateau.restore({**plateau.state(), **changes})
