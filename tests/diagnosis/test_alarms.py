"""Alarms of a training under way: when, once, and the same after a resume."""

import numpy as np
import pytest
from diagnosed import eval_row, train_rows

from colorkeras.diagnosis.alarms import TrainingAlarms
from colorkeras.records.csv_file import CsvFile
from colorkeras.report.sample_grid import make_grid, save_png

CONFIG = (
    "[data]\nheight = 8\nwidth = 8\n\n[train]\nepochs = 6\n\n"
    '[optimizer.colorizer]\nname = "adam"\nlearning_rate = 0.0002\n'
)
LOSSES = (0.05, 0.03, 0.02, 0.015, 0.012, 0.01)


@pytest.fixture
def alarms(tmp_path):
    (tmp_path / "config.toml").write_text(CONFIG)
    return TrainingAlarms(tmp_path)


def feed(alarms, epoch, ratio=0.8, losses=LOSSES, **metrics):
    """One epoch of 100 steps; its alarms."""
    alarms.trained(train_rows(loss_huber=losses)[epoch - 1])
    found = {"colorfulness_ratio": ratio, "chroma_rmse": 12.0, **metrics}
    alarms.evaluated([eval_row(step=100 * epoch, split="val", **found)])
    return alarms.raised(100 * epoch, epoch)


def before(alarms, grey=18.0):
    """The evaluation before the first step."""
    rows = [eval_row(step=0, split="val", colorfulness_ratio=0.0, chroma_rmse=grey)]
    rows.append(eval_row("grey", step=0, split="val", chroma_rmse=grey))
    alarms.evaluated(rows)


def test_a_healthy_training_is_silent(alarms):
    before(alarms)
    assert [feed(alarms, epoch) for epoch in range(1, 7)] == [[]] * 6
    assert alarms.stored == []


def test_grey_is_told_once_after_three_epochs(alarms):
    before(alarms)
    texts = [feed(alarms, epoch, ratio=0.1) for epoch in range(1, 6)]
    assert [len(found) for found in texts] == [0, 0, 1, 0, 0]
    assert texts[2][0].startswith("alarm grey: The predictions are nearly grey: 0.10 times")
    assert [(x["name"], x["step"], x["epoch"]) for x in alarms.stored] == [("grey", 300, 3)]


def test_a_good_epoch_begins_the_count_anew(alarms):
    before(alarms)
    ratios = (0.1, 0.1, 0.8, 0.1, 0.1, 0.1)
    texts = [feed(alarms, epoch, ratio) for epoch, ratio in enumerate(ratios, start=1)]
    assert [len(found) for found in texts] == [0, 0, 0, 0, 0, 1]


def test_data_without_colors_are_told_at_once(alarms):
    before(alarms, grey=0.5)
    assert [text.split(":")[0] for text in feed(alarms, 1)] == ["alarm grey_data"]


def test_noise_is_seen_in_the_sample_grids(alarms, tmp_path):
    before(alarms)
    truth = np.full((8, 8, 3), (90, 120, 60), np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    told = []
    for epoch in range(1, 4):
        grid = make_grid([[truth, noise, truth]], ["grey", "ours", "truth"])
        save_png(tmp_path / "samples" / f"epoch_{epoch:04d}.png", grid)
        told.append([text.split(":")[0] for text in feed(alarms, epoch)])
    assert told == [[], [], ["alarm noise"]]


def test_goes_on_as_if_it_had_not_been_cut_off(alarms, tmp_path):
    """After a resume at epoch 2 the third grey epoch is told, and what was told is not."""
    (tmp_path / "config.toml").write_text(CONFIG)
    low = {"losses": LOSSES, "ratio": 0.1}
    before(alarms)
    for epoch in (1, 2, 3):
        feed(alarms, epoch, **low)
    train = train_rows(loss_huber=LOSSES)[:2]
    evals = [
        eval_row(step=100 * n, split="val", colorfulness_ratio=0.1, chroma_rmse=12.0)
        for n in (1, 2)
    ]
    CsvFile(tmp_path / "train.csv", train[0]).extend(train)
    CsvFile(tmp_path / "eval.csv", evals[0]).extend(evals)
    again = TrainingAlarms(tmp_path, alarms.stored)
    again.begin(200)
    assert again.stored == []  # its step comes again
    assert len(feed(again, 3, **low)) == 1
    assert again.stored == alarms.stored
    later = TrainingAlarms(tmp_path, alarms.stored)
    later.begin(300)
    assert later.stored == alarms.stored
    assert feed(later, 4, **low) == []
