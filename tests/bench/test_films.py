"""The sub-command films: its table on planted films, given films, and mistakes."""

import numpy as np
import pytest
from PIL import Image
from saved_models import write_model
from tiny_experiment import read_rows

from colorkeras.bench import command, films_measure, films_rendered
from colorkeras.bench.films_rendered import Shot, Step, View
from colorkeras.data import scenes
from colorkeras.films.motion import moved, still_places
from colorkeras.films.steadying import METHODS

WAYS = [*METHODS, "corrected", "truth"]


def test_views_give_the_true_motion():
    """A pixel at (10, 20) of a view at 2x shows (20 + 5, 40); the other view has this at 15, 40."""
    places = View(5, 0, 2).places_in(View(10, 0, 1))
    assert places[20, 10].tolist() == [15, 40]


def test_rendered_films_move_as_they_say():
    """Without grain, each pixel that was seen in the frame before has the color it had there."""
    for layers in (
        [films_rendered._panned("landscape", 1, 2)],
        [films_rendered._zoomed("landscape", 2, 2)],
        [films_rendered._still("landscape", 2), *films_rendered._objects()],
    ):
        shot = films_rendered._shot(2, layers, grain=0.001)
        step = shot.steps[0]
        before = moved(shot.frames[0], step.places).astype(float)
        error = np.abs(shot.frames[1] - before).mean(axis=2)
        assert step.seen.mean() > 0.95
        assert error[step.seen].mean() < 2.0
        assert np.median(error[step.seen]) <= 1.0


def test_flicker_of_a_planted_film():
    """Predictions of red and of green in turn flicker; the mean of both does not."""
    image = scenes.render("landscape", index=0, height=72, width=128)
    still = Step(still_places(72, 128), np.ones((72, 128), bool))
    shot, turn = Shot([image] * 18, [still] * 17), iter(range(18))
    colors = np.array([[0.1, -0.05], [-0.1, -0.05]], np.float32)

    def predict(grey):
        return np.broadcast_to(colors[next(turn) % 2], (27, 48, 2))

    found = dict(films_measure.measured([shot], predict))
    assert list(found) == WAYS
    assert found["truth"].flicker == 0
    assert found["truth"].ciede2000 == 0
    assert found["plain"].flicker > 20
    assert found["mean"].flicker < 0.5 * found["plain"].flicker
    assert found["plain"].runs_per_frame == 1
    assert found["steady"].runs_per_frame == pytest.approx(4 / 18)
    assert found["corrected"].ciede2000 < 0.9 * found["steady"].ciede2000
    assert found["plain"].flicker_estimated == pytest.approx(found["plain"].flicker, rel=0.1)


@pytest.fixture
def folder(tmp_path):
    """Frames of a short pan, whose numbers have no leading zeros."""
    folder = tmp_path / "pan"
    folder.mkdir()
    world = scenes.render("landscape", index=0, height=60, width=130)
    for number in range(12):
        Image.fromarray(world[:, 2 * number : 2 * number + 96]).save(folder / f"{number}.png")
    return folder


def test_table_of_a_given_film(folder, tmp_path, capsys):
    model, out = write_model(tmp_path / "model.h5"), tmp_path / "films.csv"
    arguments = ["films", str(folder), "--frames", "9", "--model", model, "-o", str(out)]
    assert command.main(arguments) == 0
    rows = read_rows(out)
    assert [row["method"] for row in rows] == WAYS
    assert {(row["film"], row["frames"], row["flicker"]) for row in rows} == {("pan", "9", "")}
    assert float(rows[-1]["ciede2000"]) == 0
    assert float(rows[0]["flicker_estimated"]) >= 0
    assert rows[-1]["runs_per_frame"] == ""
    assert "pan" in capsys.readouterr().out


def test_mistakes(folder, tmp_path, capsys):
    model = ["--model", write_model(tmp_path / "model.h5")]
    assert command.main(["films", "--frames", "3", *model]) == 2
    assert "--frames: received 3; expected 4 to 1000" in capsys.readouterr().err
    (tmp_path / "text.mp4").write_text("no film")
    for path in (tmp_path / "text.mp4", tmp_path / "missing.mp4"):
        assert command.main(["films", str(path), *model]) == 2
        assert "0 frames; expected a folder" in capsys.readouterr().err
    Image.new("RGB", (50, 50)).save(folder / "3.png")
    assert command.main(["films", str(folder), *model]) == 2
    assert "frame 4 is of another size" in capsys.readouterr().err
