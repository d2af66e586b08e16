"""The sub-command hints: its table, what it leaves out, and mistakes."""

import numpy as np
import pytest
from PIL import Image
from saved_models import write_model
from tiny_experiment import read_rows

from colorkeras.bench import command
from colorkeras.bench.hints import WAYS, true_hints
from colorkeras.data import scenes


def test_table(tmp_path, capsys):
    folder = tmp_path / "color"
    folder.mkdir()
    image = scenes.render("mixture", index=1, height=60, width=90)
    Image.fromarray(image).save(folder / "0.png")
    Image.fromarray(image[..., 0]).save(folder / "grey.png")
    model, out = write_model(tmp_path / "model.h5"), tmp_path / "hints.csv"
    assert command.main(["hints", str(folder), "--model", model, "-o", str(out)]) == 0
    first, mean = read_rows(out)
    assert (first["photograph"], mean["photograph"]) == ("0.png", "mean")
    found = {way: float(first[way]) for way in WAYS}
    assert found["hints 100"] < found["hints 0"]
    assert "grey.png is left out: grey" in capsys.readouterr().err


def test_nothing_to_measure(tmp_path, capsys):
    Image.fromarray(np.zeros((20, 20), np.uint8)).save(tmp_path / "grey.png")
    model = write_model(tmp_path / "model.h5")
    assert command.main(["hints", str(tmp_path), "--model", model]) == 2
    assert "no color photograph" in capsys.readouterr().err


def test_true_hints_have_the_colors_of_their_places():
    truth = np.zeros((20, 30, 3), np.uint8)
    truth[:, 15:] = 200, 10, 30
    hints = true_hints(truth, 40)
    sides = hints.positions[:, 0] * 30
    assert (hints.colors[sides >= 17.5] == (200, 10, 30)).all()
    assert not hints.colors[sides < 12.5].any()
    np.testing.assert_array_equal(hints.positions[:5], true_hints(truth, 5).positions)
    assert pytest.approx(0.008) == hints.radius[0]
