"""A film whose coloring was ended goes on where it was; a part of a result is colored anew."""

import json

import numpy as np
import pytest
from films import chroma, read_film, write_film
from saved_models import write_model

from colorkeras.console.errors import UserError
from colorkeras.films import parts, writing
from colorkeras.films.coloring import color_film
from colorkeras.films.options import FilmOptions
from colorkeras.inference.saved_model import load_model

SCENES, FRAMES = 4, 40
LOSSLESS = FilmOptions(encoding="lossless")


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    one = load_model(write_model(folder / "one.h5", slope=(0.5, -0.3)))
    return [one, load_model(write_model(folder / "two.h5", bias=(-0.8, 0.7)))]


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    path = tmp_path_factory.mktemp("film") / "a.mkv"
    return write_film(path, FRAMES, scenes=SCENES, sound="aac", codec="libx264")


@pytest.fixture(scope="module")
def whole(film, models, tmp_path_factory):
    out = tmp_path_factory.mktemp("whole") / "o.mp4"
    return color_film(film, out, models[:1], LOSSLESS).out


def assert_same(one, other):
    """The same frames at the same times, and the same other streams."""
    one, other = read_film(one), read_film(other)
    assert (one["times"], one["copied"]) == (other["times"], other["copied"])
    for frame, same in zip(one["frames"], other["frames"], strict=True):
        np.testing.assert_array_equal(frame.to_ndarray(), same.to_ndarray())


def stopped_after(count, monkeypatch, how=KeyboardInterrupt):
    """Let writing stop once `count` frames are written."""
    add = writing.PartsWriter.add

    def dying(self, colored):
        if colored.frame.number == count:
            raise how
        add(self, colored)

    monkeypatch.setattr(writing.PartsWriter, "add", dying)


class TestGoingOn:
    @pytest.mark.parametrize("longest", [1000, 6])
    def test_the_same_film_as_without_an_end(
        self, film, models, whole, tmp_path, monkeypatch, longest
    ):
        monkeypatch.setattr(writing, "LONGEST", longest)
        out = tmp_path / "o.mp4"
        stopped_after(27, monkeypatch)
        with pytest.raises(KeyboardInterrupt):
            color_film(film, out, models[:1], LOSSLESS)
        monkeypatch.undo()
        monkeypatch.setattr(writing, "LONGEST", longest)
        assert not out.exists()
        done = list(parts.WorkFolder(out).parts())
        assert parts.end_of(done) == (20 if longest == 1000 else 26)
        seen = []
        result = color_film(film, out, models[:1], LOSSLESS, lambda done, _: seen.append(done))
        assert seen[0] == parts.end_of(done) + 1
        assert (result.frames, result.scenes) == (FRAMES, SCENES)
        assert not parts.WorkFolder(out).path.exists()
        assert_same(out, whole)

    def test_another_command_does_not_go_on(self, film, models, tmp_path, monkeypatch):
        stopped_after(15, monkeypatch)
        with pytest.raises(KeyboardInterrupt):
            color_film(film, tmp_path / "o.mp4", models[:1])
        monkeypatch.undo()
        for used, options in ((models[:1], FilmOptions(saturation=2)), (models[1:], None)):
            with pytest.raises(UserError, match="has parts of another film, or of a command with"):
                color_film(film, tmp_path / "o.mp4", used, options)

    def test_a_damaged_part_is_made_again(self, film, models, whole, tmp_path, monkeypatch):
        out = tmp_path / "o.mp4"
        stopped_after(35, monkeypatch)
        with pytest.raises(KeyboardInterrupt):
            color_film(film, out, models[:1], LOSSLESS)
        monkeypatch.undo()
        folder = parts.WorkFolder(out)
        with open(folder.file(1), "ab") as file:
            file.truncate(100)
        assert parts.end_of(list(folder.parts())) == 10
        color_film(film, out, models[:1], LOSSLESS)
        assert_same(out, whole)

    def test_a_full_disk(self, film, models, tmp_path, monkeypatch):
        stopped_after(25, monkeypatch, OSError(28, "No space left on device"))
        with pytest.raises(UserError, match=r"The scenes that are\s+done stay there: free some"):
            color_film(film, tmp_path / "o.mp4", models[:1])
        assert parts.end_of(list(parts.WorkFolder(tmp_path / "o.mp4").parts())) == 20

    def test_a_disk_that_is_full_at_once(self, film, models, tmp_path, monkeypatch):
        stopped_after(3, monkeypatch, OSError(28, "No space left on device"))
        with pytest.raises(UserError, match=r"left on device\. Free some\s+space, and repeat"):
            color_film(film, tmp_path / "o.mp4", models[:1])
        assert not parts.WorkFolder(tmp_path / "o.mp4").path.exists()

    def test_a_strange_folder_in_the_way(self, film, models, tmp_path):
        (tmp_path / "o.mp4.parts").mkdir()
        (tmp_path / "o.mp4.parts" / "mine.txt").write_text("x")
        with pytest.raises(UserError, match="not a folder of parts"):
            color_film(film, tmp_path / "o.mp4", models[:1])


class TestThere:
    def test_already_there(self, film, models, whole):
        before = whole.stat().st_mtime_ns
        assert color_film(film, whole, models[:1], LOSSLESS).status == "already there"
        assert whole.stat().st_mtime_ns == before == film.stat().st_mtime_ns

    def test_another_file_is_in_the_way(self, film, models, whole, tmp_path):
        with pytest.raises(UserError, match=r"made by another model .* --overwrite replaces it"):
            color_film(film, whole, models[1:])
        (tmp_path / "o.mp4").write_text("x")
        with pytest.raises(UserError, match="exists, not known to be made of this film"):
            color_film(film, tmp_path / "o.mp4", models[:1])
        other = write_film(tmp_path / "b.mkv", 2)
        with pytest.raises(UserError, match="exists, of another film"):
            color_film(other, whole, models[:1])
        result = color_film(other, tmp_path / "o.mp4", models[:1], FilmOptions(overwrite=True))
        assert result.status == "colorized"

    def test_results_are_not_colored(self, whole, models, tmp_path):
        with pytest.raises(ValueError, match="color the film that it was made of"):
            color_film(whole, tmp_path / "o.mp4", models[:1])


class TestRange:
    def test_one_scene_anew(self, film, models, whole, tmp_path):
        out = tmp_path / "o.mp4"
        out.write_bytes(whole.read_bytes())
        options = FilmOptions(span=(1.2, 1.3), saturation=0.0)
        result = color_film(film, out, models[:1], options)
        assert (result.frames, result.scenes) == (10, 1)
        before, after = read_film(whole), read_film(out)
        assert after["times"] == before["times"]
        assert after["copied"] == before["copied"]
        for number, (old, new) in enumerate(zip(before["frames"], after["frames"], strict=True)):
            if 10 <= number < 20:
                assert all(np.abs(plane - 128.0).max() <= 1 for plane in chroma(new))
                np.testing.assert_array_equal(new.to_ndarray()[:48], old.to_ndarray()[:48])
            else:
                np.testing.assert_array_equal(new.to_ndarray(), old.to_ndarray())
        assert color_film(film, out, models[:1], options).status == "already there"
        facts = json.loads(after["words"]["comment"].splitlines()[1].partition(": ")[2])
        assert [entry["span"] for entry in facts["recolored"]] == [[1.2, 1.3]]
        with pytest.raises(UserError, match="made by another model or with other options"):
            color_film(film, out, models[:1])

    def test_several_scenes_in_a_matroska(self, film, models, tmp_path):
        out = tmp_path / "o.mkv"
        color_film(film, out, models[:1])
        before = read_film(out)
        options = FilmOptions(span=(1.9, 99.0), saturation=0.0)
        assert color_film(film, out, models[:1], options).frames == 30
        after = read_film(out)
        assert after["times"] == before["times"]
        np.testing.assert_array_equal(
            after["frames"][9].to_ndarray(), before["frames"][9].to_ndarray()
        )
        assert all(np.abs(plane - 128.0).max() <= 1 for plane in chroma(after["frames"][39]))

    def test_a_part_by_itself(self, film, models, tmp_path):
        options = FilmOptions(span=(1.2, 2.2), encoding="lossless")
        result = color_film(film, tmp_path / "o.mkv", models[:1], options)
        found, source = read_film(result.out), read_film(film)
        assert (result.frames, result.scenes) == (10, 2)
        for one, other in zip(found["luma"], source["luma"][12:22], strict=True):
            np.testing.assert_array_equal(one, other)
        assert found["times"][0] == 0
        sound = [(time, data) for _, time, data in found["copied"]]
        kept = [data for _, time, data in source["copied"] if 1.2 <= time < 2.2]
        assert [data for _, data in sound] == kept
        assert 0 <= sound[0][0] < 0.2

    def test_behind_the_end(self, film, models, whole, tmp_path):
        options = FilmOptions(span=(77.0, 78.0))
        with pytest.raises(UserError, match=r"--range: .* has no frame in this part"):
            color_film(film, tmp_path / "o.mp4", models[:1], options)
        (tmp_path / "p.mp4").write_bytes(whole.read_bytes())
        with pytest.raises(UserError, match=r"--range: .* ends before this part"):
            color_film(film, tmp_path / "p.mp4", models[:1], options)
