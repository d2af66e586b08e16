"""Hints on frames of a film mend what they lie on, in all frames of their scene and in no other."""

from shutil import copyfile

import cv2
import numpy as np
import pytest
from films import chroma, read_film, write_film
from PIL import Image
from saved_models import write_model

from colorkeras.console.errors import UserError
from colorkeras.films import steered_frames, writing
from colorkeras.films.coloring import color_film
from colorkeras.films.options import FilmOptions
from colorkeras.inference.saved_model import load_model
from colorkeras.report.image_figures import delta_e
from colorkeras.steering.chroma import lab_of, with_chroma
from colorkeras.steering.hints_csv import color_of

SIZE, FRAMES = (72, 96), 30  # two scenes of 15 frames


def left_of(number):
    """Where the square of the first scene begins."""
    return 8 + 3 * number


def picture(number, scene, size, top):
    """A textured background, and in the first scene a bright square that moves to the right."""
    noise = np.random.default_rng(scene).normal(size=size)
    luma = cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 3), None, 50, 110, cv2.NORM_MINMAX)
    if scene == 0:
        left = left_of(number)
        luma[24:48, left : left + 24] = 190 + 0.2 * (luma[24:48, 8:32] - 80)
    return np.rint(luma).astype(np.uint8)


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("films.picture", picture)
        return write_film(tmp_path_factory.mktemp("f") / "a.mkv", FRAMES, size=SIZE, scenes=2)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("m") / "model.h5"
    return load_model(write_model(path, slope=(0.3, -0.3), bias=(0, 0), size=(72, 72)))


@pytest.fixture(scope="module")
def plain(film, model, tmp_path_factory):
    return colored(film, model, tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def mended(film, model, tmp_path_factory):
    """With a hint on frame 7 of 10 a second, which is shown from 0.7 to 0.8 seconds."""
    folder = tmp_path_factory.mktemp("mended")
    return colored(film, model, folder, hints=write_hints(folder, on_square(7, "time", "0:00.79")))


def colored(film, model, folder, **options):
    options = FilmOptions(encoding="lossless", **options)
    path = color_film(film, folder / "o.mkv", [model], options).out
    return read_film(path) | {"path": path}


def write_hints(folder, text):
    (folder / "hints.csv").write_text(text)
    return folder / "hints.csv"


def on_square(number, column, value, color="#961e28"):
    return f"x,y,color,radius,{column}\n{left_of(number) + 12},36,{color},6,{value}\n"


def errors(found, color="#961e28"):
    """ΔE2000 of the middle of the square to a color at its luma, in each frame of its scene."""
    means = []
    for number, frame in enumerate(found["frames"][: FRAMES // 2]):
        place = np.s_[28:44, left_of(number) + 4 : left_of(number) + 20]
        seen = frame.to_ndarray(format="rgb24")[place]
        grey = ((found["luma"][number][place].astype(np.float32) - 16) / 219).clip(0, 1)
        lab = lab_of(np.array(color_of(color, ""), np.float32) / 255)
        wanted = with_chroma(grey, np.broadcast_to(lab[1:], (*grey.shape, 2)))
        means.append(delta_e(seen, np.rint(wanted * 255).astype(np.uint8)).mean())
    return np.array(means)


def assert_same(found, plain, frames):
    for number in frames:
        for one, other in zip(*(chroma(f["frames"][number]) for f in (found, plain)), strict=True):
            np.testing.assert_array_equal(one, other)


class TestHints:
    def test_mend_all_of_their_scene_and_no_other(self, plain, mended):
        assert errors(plain).min() > 36
        assert errors(mended).max() < 3
        assert_same(mended, plain, range(15, 30))
        for one, other in zip(mended["luma"], plain["luma"], strict=True):
            np.testing.assert_array_equal(one, other)
        for number in range(15):  # what is far from the square keeps its color
            far = [chroma(f["frames"][number])[0][28:] for f in (mended, plain)]
            assert np.abs(np.subtract(*far, dtype=float)).max() <= 1

    def test_numbers_of_frames_and_two_hints(self, film, model, plain, tmp_path):
        """On the way from one to the other, the color changes evenly."""
        rows = on_square(0, "frame", 0) + on_square(14, "frame", 14, "#1a9933").partition("\n")[2]
        found = colored(film, model, tmp_path, hints=write_hints(tmp_path, rows))
        red, green = errors(found), errors(found, "#1a9933")
        assert max(red[0], green[14]) < 3
        assert (np.diff(red) > 0).all()
        assert (np.diff(green) < 0).all()
        assert_same(found, plain, range(15, 30))

    def test_a_folder_named_like_stills(self, film, model, tmp_path):
        folder = tmp_path / "hints"
        folder.mkdir()
        strokes = np.zeros((*SIZE, 4), np.uint8)
        strokes[32:40, left_of(7) + 8 : left_of(7) + 16] = 150, 30, 40, 255
        name = "scene0001-frame0000007-0h00m00.700s"
        Image.fromarray(strokes).save(folder / f"{name}-before.png")
        Image.fromarray(strokes[..., :3]).save(folder / f"{name}-after.png")
        found = colored(film, model, tmp_path, hints=folder)
        assert errors(found).max() < 3

    def test_long_scenes_are_carried_in_blocks(self, film, model, plain, tmp_path, monkeypatch):
        """From the block of the hint on; before it, color comes in over a block."""
        monkeypatch.setattr(steered_frames, "BLOCK", 5)
        hints = write_hints(tmp_path, on_square(7, "frame", 7))
        found = errors(colored(film, model, tmp_path, hints=hints))
        assert found[7:].max() < 3
        np.testing.assert_allclose(found[:6], errors(plain)[:6])
        assert found[7] < found[6] < found[5]

    def test_goes_on_with_the_same_colors(self, film, model, mended, tmp_path, monkeypatch):
        monkeypatch.setattr(writing, "LONGEST", 6)
        hints = write_hints(tmp_path, on_square(7, "frame", 7))
        options = FilmOptions(encoding="lossless", hints=hints)
        add = writing.PartsWriter.add

        def dying(self, frame):
            if frame.frame.number == 9:
                raise KeyboardInterrupt
            add(self, frame)

        with monkeypatch.context() as patch:
            patch.setattr(writing.PartsWriter, "add", dying)
            with pytest.raises(KeyboardInterrupt):
                color_film(film, tmp_path / "o.mkv", [model], options)
        text = hints.read_text()
        hints.write_text(text.replace("961e28", "0000ff"))
        with pytest.raises(UserError, match="a command with other options"):
            color_film(film, tmp_path / "o.mkv", [model], options)
        hints.write_text(text)
        color_film(film, tmp_path / "o.mkv", [model], options)
        assert_same(read_film(tmp_path / "o.mkv"), mended, range(FRAMES))
        assert color_film(film, tmp_path / "o.mkv", [model], options).status == "already there"

    def test_x_and_y_are_those_of_an_upright_still(self, model, tmp_path, monkeypatch):
        """Turned by a quarter and with pixels twice as wide as high: 72x192 for a viewer."""
        monkeypatch.setattr("films.picture", picture)
        film = write_film(tmp_path / "t.mov", 2, size=SIZE, codec="libx264", turned=90, shape=2)
        x, y = 36, 2 * (SIZE[1] - left_of(1) - 12)  # turned to the left
        text = f"x,y,color,radius,frame\n{x},{y},#961e28,10,1\n"
        hints = write_hints(tmp_path, text)
        found = [
            colored(film, model, tmp_path / n, hints=h) for n, h in (("a", None), ("b", hints))
        ]
        for number in range(2):
            before, after = (chroma(f["frames"][number])[1] for f in found)
            rows, columns = np.nonzero(after > before.astype(int) + 20)
            middle = (left_of(number) + 12) / 2 - 0.5
            assert (rows.mean(), columns.mean()) == pytest.approx((17.5, middle), abs=1)

    def test_a_part_of_a_result(self, film, model, plain, tmp_path):
        """The hint is before the part, in its scene."""
        copyfile(plain["path"], tmp_path / "o.mkv")
        hints = write_hints(tmp_path, on_square(2, "frame", 2))
        found = colored(film, model, tmp_path, hints=hints, span=(1.0, 1.2))
        assert errors(found).max() < 3
        assert_same(found, plain, range(15, 30))


class TestReference:
    def test_a_still_of_the_film_in_another_color(self, film, model, plain, tmp_path):
        """All of the square is green in the reference: all frames of it come near."""
        luma = plain["luma"][7].astype(np.float32)
        grey = (luma - 16) / 219
        lab = np.zeros((*SIZE, 2), np.float32)
        lab[24:48, left_of(7) : left_of(7) + 24] = lab_of(np.float32([0.1, 0.6, 0.2]))[1:]
        like = np.rint(with_chroma(grey, lab) * 255).astype(np.uint8)
        Image.fromarray(like).save(tmp_path / "like.png")
        found = colored(film, model, tmp_path, reference=tmp_path / "like.png")
        before, after = (errors(f, "#1a9933") for f in (plain, found))
        assert (after < 0.25 * before).all()
