"""Learning-rate factors against values worked out by hand."""

import json

import pytest

from colorkeras.config.optimizers import SCHEDULES
from colorkeras.config.settings import ScheduleTable
from colorkeras.training.schedule import Plateau, schedule_factor


def factor(name, epochs_done, total_epochs=10, **options):
    return schedule_factor(
        ScheduleTable(name, {**SCHEDULES[name], **options}), epochs_done, total_epochs
    )


@pytest.mark.parametrize("name", ["constant", "plateau"])
@pytest.mark.parametrize("epochs_done", [0, 2.5, 10])
def test_without_time(name, epochs_done):
    assert factor(name, epochs_done) == 1.0


@pytest.mark.parametrize(
    ("epochs_done", "expected"),
    [(0, 1), (2.99, 1), (3, 0.5), (5.5, 0.5), (6, 0.25), (9, 0.125)],
)
def test_step(epochs_done, expected):
    assert factor("step", epochs_done, every_epochs=3, factor=0.5) == expected


@pytest.mark.parametrize(
    ("epochs_done", "expected"),
    [(0, 1.0), (2.49, 1.0), (2.5, 0.4), (5.99, 0.4), (6, 0.1), (9, 0.1)],
)
def test_piecewise(epochs_done, expected):
    assert factor("piecewise", epochs_done, changes=[[2.5, 0.4], [6, 0.1]]) == expected


@pytest.mark.parametrize(("epochs_done", "expected"), [(0, 1), (0.5, 0.9), (1, 0.81), (2, 0.6561)])
def test_exponential(epochs_done, expected):
    assert factor("exponential", epochs_done, decay_per_epoch=0.81) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("epochs_done", "expected"),
    # cos 60° = ½: a third of the way is at ¾, two thirds at ¼.
    [(0, 1), (3, 0.75), (4.5, 0.5), (6, 0.25), (9, 0), (12, 0)],
)
def test_cosine(epochs_done, expected):
    assert factor("cosine", epochs_done, 9) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("epochs_done", "expected"),
    # Two epochs of warm-up, then from 1 to 0.1 in eight.
    [(0, 0), (0.5, 0.25), (1, 0.5), (2, 1), (6, 0.55), (10, 0.1)],
)
def test_cosine_with_warmup(epochs_done, expected):
    options = {"warmup_epochs": 2.0, "final_factor": 0.1}
    assert factor("cosine", epochs_done, 10, **options) == pytest.approx(expected)


def test_warmup_as_long_as_the_training():
    assert factor("cosine", 1, 4, warmup_epochs=4.0) == 0.25
    assert factor("cosine", 4, 4, warmup_epochs=4.0) == 1.0


def plateau(**options):
    defaults = {"patience": 2, "factor": 0.5, "min_delta": 0.1, "min_factor": 0.2}
    return Plateau({**SCHEDULES["plateau"], **defaults, **options})


def factors(reduction, values):
    """The factor after each reading."""
    found = []
    for value in values:
        reduction.update({reduction.options["monitor"]: value})
        found.append(reduction.factor)
    return found


def test_plateau_of_a_loss():
    values = [1.0, 0.95, 0.89, 0.9, 0.8, 0.85, 0.85, 0.85]
    #        best  wait  best  wait  wait↓  (0.8 is 0.09 better: too little)
    #  after ↓ at 0.8: best is still 0.89; 0.85 ×2 → ↓ again; then wait
    assert factors(plateau(), values) == [1, 1, 1, 1, 0.5, 0.5, 0.25, 0.25]


def test_plateau_of_a_metric_that_should_rise():
    reduction = plateau(monitor="val_psnr")
    values = [20.0, 21.0, 20.5, 21.05, 22.0, 22.0, 21.0]
    #         best  best  wait  wait↓  best  wait  wait↓
    assert factors(reduction, values) == [1, 1, 1, 0.5, 0.5, 0.5, 0.25]
    assert reduction.best == -22.0


def test_plateau_of_a_metric_that_should_fall():
    assert factors(plateau(monitor="val_ciede2000"), [9.0, 8.0, 9.0, 9.0]) == [1, 1, 1, 0.5]


def test_plateau_stops_at_its_least_factor():
    assert factors(plateau(patience=1), [1, 1, 1, 1, 1]) == [1, 0.5, 0.25, 0.2, 0.2]


def test_plateau_counts_nan_as_no_improvement():
    assert factors(plateau(), [1.0, float("nan"), float("nan")]) == [1, 1, 0.5]


def test_plateau_ignores_what_it_does_not_monitor():
    reduction = plateau(monitor="val_ssim", patience=1)
    for _ in range(5):
        reduction.update({"train_loss": 1.0})
    assert reduction == plateau(monitor="val_ssim", patience=1)


def test_plateau_goes_on_from_its_state():
    values = [1.0, 0.95, 0.89, 0.9, 0.8, 0.85, 0.85, 0.85, 0.85]
    whole = factors(plateau(), values)
    for cut in range(len(values)):
        first, second = plateau(), plateau()
        begun = factors(first, values[:cut])
        second.restore(json.loads(json.dumps(first.state())))
        assert second == first
        assert begun + factors(second, values[cut:]) == whole
