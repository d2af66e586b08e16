"""The sub-command enlarging: its table, what it leaves out, and mistakes."""

import numpy as np
import pytest
from PIL import Image
from tiny_experiment import read_rows

from colorkeras.bench import command, enlarging
from colorkeras.bench.enlarging_ways import ways
from colorkeras.data import scenes


@pytest.fixture
def folder(tmp_path):
    """Two photographs, and three files that are left out."""
    folder = tmp_path / "color"
    folder.mkdir()
    for index in range(2):
        image = scenes.render("mixture", index=index, height=40, width=60)
        Image.fromarray(image).save(folder / f"{index}.png")
    Image.fromarray(image[:16, :16]).save(folder / "small.png")
    Image.fromarray(image[..., 0]).save(folder / "grey.png")
    (folder / "broken.png").write_bytes(b"no image")
    return folder


def test_table(folder, tmp_path, capsys):
    out = tmp_path / "enlarging.csv"
    assert command.main(["enlarging", str(folder), "--side", "16", "-o", str(out)]) == 0
    rows = read_rows(out)
    names = ["0.png", "1.png", "mean"]
    assert [row["photograph"] for row in rows] == [name for name in names for _ in range(8)]
    means = {(row["colors"], row["way"]): row for row in rows[16:]}
    for key, mean in means.items():
        of_way = [row for row in rows[:16] if (row["colors"], row["way"]) == key]
        errors = [float(row["delta_e"]) for row in of_way]
        assert float(mean["delta_e"]) == pytest.approx(np.mean(errors), abs=1e-4)
        assert int(mean["best"]) == sum(int(row["best"]) for row in of_way)
        assert mean["side"] == "16"
    for name in names[:2]:
        of_photograph = [row for row in rows if row["photograph"] == name]
        least = min(float(row["delta_e"]) for row in of_photograph)
        assert {float(r["delta_e"]) for r in of_photograph if r["best"] == "1"} == {least}
        assert (of_photograph[0]["width"], of_photograph[0]["height"]) == ("60", "40")
    assert rows[0]["command"].startswith("python -m colorkeras.bench enlarging ")
    printed = capsys.readouterr()
    assert "joint bilateral" in printed.out
    assert "small.png is left out: no side is longer than 16 pixels" in printed.err
    assert "grey.png is left out: grey: " in printed.err
    assert "broken.png is left out: " in printed.err


def test_a_uniform_color_is_found_by_all_ways():
    image = np.full((40, 60, 3), (180, 90, 60), np.uint8)
    small = enlarging.reduced_to(image, 30)
    for way in ways(1, 1e-4, 0.4, 0.05).values():
        assert enlarging.mean_difference(way(small, image), image) < 0.2


def test_reduced_by_the_mean():
    image = np.zeros((4, 6, 3), np.uint8)
    image[:, 1] = image[:, 2] = 255
    small = enlarging.reduced_to(image, 3)
    np.testing.assert_allclose(small[..., 0], [[0.5, 0.5, 0]] * 2)


def test_mean_difference():
    image = np.full((8, 8, 3), 119, np.uint8)
    assert enlarging.mean_difference(image, image) == 0
    other = image.copy()
    other[:4] = 255
    # ΔE2000 of grey 119 and white, of half of the pixels: L* = 50.03 and 100, S_L by hand.
    difference = 49.97 / (1 + 0.015 * 25.015**2 / np.sqrt(20 + 25.015**2))
    assert enlarging.mean_difference(other, image) == pytest.approx(difference / 2, rel=1e-3)


@pytest.mark.parametrize("shape", [(1, 50), (50, 1), (50, 3)])
def test_narrow_photographs(shape):
    small = enlarging.reduced_to(np.full((*shape, 3), 51, np.uint8), 10)
    assert max(small.shape) == 10
    np.testing.assert_allclose(small, 0.2, rtol=1e-6)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--side=0", "--side: received 0"),
        ("--radius=-1", "--radius: received -1"),
        ("--eps=nan", "--eps: received nan"),
        ("--sigma-space=0", "--sigma-space: received 0"),
        ("--sigma-range=0", "--sigma-range: received 0"),
        ("--out=.", ".: cannot be written"),
    ],
)
def test_refused(folder, option, message, capsys):
    assert command.main(["enlarging", str(folder), option]) == 2
    assert f"error: {message}" in capsys.readouterr().err


def test_nothing_to_measure(folder, tmp_path, capsys):
    assert command.main(["enlarging", str(folder), "--side", "100"]) == 2
    assert "no color photograph larger than 100 pixels" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert command.main(["enlarging", str(tmp_path / "empty")]) == 2
    assert "no images here" in capsys.readouterr().err
