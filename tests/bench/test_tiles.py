"""The sub-command tiles: its table, what it leaves out, and mistakes."""

import pytest
from PIL import Image
from saved_models import write_model
from tiny_experiment import read_rows

from colorkeras.bench import command
from colorkeras.data import scenes


@pytest.fixture
def folder(tmp_path):
    """Two photographs, and two files that are left out."""
    folder = tmp_path / "color"
    folder.mkdir()
    for index in range(2):
        image = scenes.render("mixture", index=index, height=60, width=90)
        Image.fromarray(image).save(folder / f"{index}.png")
    Image.fromarray(image[:16, :16]).save(folder / "small.png")
    Image.fromarray(image[..., 0]).save(folder / "grey.png")
    return folder


def test_table(folder, tmp_path, capsys):
    model = write_model(tmp_path / "model.h5")
    out = tmp_path / "tiles.csv"
    assert command.main(["tiles", str(folder), "--model", model, "-o", str(out)]) == 0
    rows = read_rows(out)
    assert [row["photograph"] for row in rows] == ["0.png", "1.png", "mean"]
    for way in ("whole", "tiles", "mean of both"):
        first, second, mean = (float(row[way]) for row in rows)
        assert mean == pytest.approx((first + second) / 2, abs=1e-4)
        assert first > 1
    printed = capsys.readouterr()
    assert "small.png is left out: no side is longer than the model's" in printed.err
    assert "grey.png is left out: grey: " in printed.err


def test_mistakes(folder, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert command.main(["tiles", str(tmp_path / "empty")]) == 2
    assert "no images here; expected a folder of color photographs" in capsys.readouterr().err
    for name in ("0.png", "1.png"):
        (folder / name).unlink()
    model = write_model(tmp_path / "model.h5")
    assert command.main(["tiles", str(folder), "--model", model]) == 2
    assert "no color photograph that is longer" in capsys.readouterr().err
