"""The sub-command grey-scans: what it draws, and its table."""

import numpy as np
import pytest
from PIL import Image
from tiny_experiment import read_rows

from colorkeras.bench import command, grey_scans
from colorkeras.data import scenes


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "color"
    folder.mkdir()
    for index in range(2):
        image = scenes.render("mixture", index=index, height=64, width=96)
        Image.fromarray(image).save(folder / f"{index}.png")
    (folder / "broken.png").write_bytes(b"no image")
    return folder


def test_tint_of_black_and_white():
    image = np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8)
    sepia = grey_scans.tinted(image, "sepia")
    np.testing.assert_allclose(sepia, [[[40, 20, 5], [255, 240, 200]]])


def test_stamp_covers_its_share():
    image = np.full((100, 200, 3), 128.0)
    changed = (grey_scans.stamped(image.copy(), 0.04, 3) != image).any(axis=-1)
    assert changed.mean() == pytest.approx(0.04, rel=0.05)


def test_yellow_begins_at_the_edge():
    image = np.full((20, 100, 3), 200.0)
    right = grey_scans.yellowed(image, 0.1, all_edges=False)
    np.testing.assert_array_equal(right[:, :89], image[:, :89])
    assert (right[:, -1, 2] < right[:, -1, 0]).all()
    edges = grey_scans.yellowed(image, 0.1, all_edges=True)
    assert (edges[0, :, 2] < 200).all()
    assert (edges[10, 50] == 200).all()


def test_table(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(grey_scans, "TINTS", {"grey": grey_scans.TINTS["grey"]})
    monkeypatch.setattr(grey_scans, "MARKS", ("none",))
    monkeypatch.setattr(grey_scans, "QUALITIES", (90,))
    out = tmp_path / "scans.csv"
    assert command.main(["grey-scans", str(folder), "--scans", "1", "-o", str(out)]) == 0
    color, grey = read_rows(out)
    assert (color["image"], color["images"], color["taken_for_grey"]) == ("color", "2", "0")
    assert (grey["image"], grey["images"], grey["taken_for_grey"]) == ("grey", "1", "1")
    assert grey["command"].startswith("python -m colorkeras.bench grey-scans ")
    assert "grey, none, 90, 1, 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("option", "message"),
    [("--scans=0", "--scans: received 0"), ("--out=.", ".: cannot be written")],
)
def test_refused(folder, option, message, capsys):
    assert command.main(["grey-scans", str(folder), option]) == 2
    assert f"error: {message}" in capsys.readouterr().err


def test_folder_without_images(tmp_path, capsys):
    assert command.main(["grey-scans", str(tmp_path)]) == 2
    assert "no images here" in capsys.readouterr().err
