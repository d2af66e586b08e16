"""Films on the command line of `colorize`."""

import csv
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from films import picture, read_film, write_film
from PIL import Image
from saved_models import write_model

from colorkeras.colorize import main
from colorkeras.data.images.mark import is_own_result


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("model") / "model.h5", slope=(0.5, -0.3))


@pytest.fixture
def run(model, tmp_path, capsys, monkeypatch):
    """The command in the test's folder: its exit code, standard output and standard error."""

    def run(*argv):
        monkeypatch.chdir(tmp_path)
        code = main(["--model", model, *map(str, argv)])
        return code, *capsys.readouterr()

    return run


class TestResults:
    def test_one_film(self, run, tmp_path):
        write_film(tmp_path / "a.mkv", 4)
        code, out, _ = run("a.mkv", "-o", "b.mp4", "--verify", "--saturation", "0.5")
        assert code == 0
        first, last = out.splitlines()
        assert first.startswith("a.mkv: luma changed by at most ")
        assert re.fullmatch(r"b\.mp4: 4 frames, 1 scene, in \d+:\d\d", last)
        assert '"saturation": 0.5' in read_film(tmp_path / "b.mp4")["words"]["comment"]
        code, out, _ = run("a.mkv", "-o", "b.mp4", "--saturation", "0.5")
        assert (code, out) == (0, "b.mp4: already there\n")

    def test_several_into_a_folder(self, run, tmp_path):
        write_film(tmp_path / "a.avi", 2, codec="mpeg4", sound="adpcm_ms")
        write_film(tmp_path / "b.mov", 2, codec="libx264")
        write_film(tmp_path / "c.ts", 2, codec="libx264")
        (tmp_path / "d.mp4").write_bytes(b"nothing")
        code, _, err = run("*.avi", "b.mov", "c.ts", "d.mp4", "-o", "out")
        assert code == 1
        assert sorted(os.listdir(tmp_path / "out")) == ["a.mp4", "b.mov", "c.mp4"]
        assert "skipped d.mp4: not a film that FFmpeg can open" in err
        assert "lost: sound (adpcm_ms)" in err

    def test_a_result_of_the_same_name(self, run, tmp_path):
        for folder in ("x", "y"):
            (tmp_path / folder).mkdir()
            write_film(tmp_path / folder / "a.mkv", 2)
        code, out, err = run("x/a.mkv", "y/a.mkv", "-o", "out", "--dry-run")
        assert (code, out) == (1, "x/a.mkv -> out/a.mkv\n")
        assert "skipped y/a.mkv: its result would be out/a.mkv, as that of another" in err

    def test_no_mark(self, run, tmp_path):
        write_film(tmp_path / "a.mkv", 2, words={"comment": "mine"})
        assert run("a.mkv", "-o", "b.mkv", "--no-mark")[0] == 0
        assert read_film(tmp_path / "b.mkv")["words"]["COMMENT"] == "mine"

    def test_an_interruption_says_how_to_go_on(self, run, tmp_path, monkeypatch):
        def interrupted(*_):
            raise KeyboardInterrupt

        write_film(tmp_path / "a.mkv", 2)
        monkeypatch.setattr("colorkeras.films.writing.PartsWriter.add", interrupted)
        code, _, err = run("a.mkv", "-o", "b.mkv")
        assert code == 130
        assert "a.mkv: the scenes that are done stay; the same command goes on." in err


class TestPreview:
    def test_stills_of_every_scene(self, run, tmp_path):
        write_film(tmp_path / "a.mkv", 20, form="gray", scenes=2, turned=None)
        code, out, _ = run("a.mkv", "-o", "stills", "--preview", "2")
        assert (code, out) == (0, "stills: 2 scenes\n")
        names = sorted(os.listdir(tmp_path / "stills"))
        assert names[0] == "scene0001-frame0000002-0h00m00.200s-after.png"
        assert len(names) == 9
        with Image.open(tmp_path / "stills" / names[1]) as before:
            assert "before" in names[1]
            pixels = np.asarray(before)
        np.testing.assert_array_equal(pixels, np.repeat(picture(2)[..., None], 3, axis=2))
        with Image.open(tmp_path / "stills" / names[0]) as after:
            assert is_own_result(after)
            after = np.asarray(after).astype(float)
        assert np.ptp(after, axis=-1).max() > 20
        assert np.abs(after @ [0.299, 0.587, 0.114] - picture(2)).max() < 1.5
        with open(tmp_path / "stills" / "scenes.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        assert [(row["first_frame"], row["frames"]) for row in rows] == [("0", "10"), ("10", "10")]
        assert rows[1]["start"] == "0:00:01.0"
        code, _, err = run("a.mkv", "-o", "stills", "--preview", "2")
        assert code == 2
        assert "scenes.csv: exists" in err


REFUSED = [
    (("a.mkv", "b.png", "-o", "out"), "a.mkv is a film, b.png is none"),
    (("a.mkv", "-o", "b.avi"), "b.avi: the name of a film; a colored film is one of .mp4"),
    (("a.mkv", "-o", "b.png"), "b.png: the name of an image; a colored film is one of"),
    (("a.mkv", "a.mkv", "c.mkv", "-o", "b.mp4"), "b.mp4: names one file, 2 films were given"),
    (("a.mkv", "-o", "a.mkv"), "a.mkv: its result would replace it"),
    (("no.mkv", "-o", "b.mkv"), "no.mkv: no such file"),
    (("*.mov", "-o", "out"), "*.mov: no film matches this pattern"),
    (("a.mkv", "-o", "b.mkv", "--keep", "lightness"), "--keep lightness: not for films"),
    (("a.mkv", "-o", "b.mkv", "--steady", "rock"), "--steady: received 'rock', expected one of"),
    (("a.mkv", "-o", "b.mkv", "--range", "9"), "--range 9: expected START-END"),
    (("a.mkv", "-o", "b.mkv", "--range", "9-8"), "--range 9-8: the end is not after the start"),
    (("a.mkv", "-o", "out", "--preview", "0"), "--preview: received 0, expected 1 to 100"),
    (("a.mkv", "-o", "b.mkv", "--preview", "1"), "b.mkv: names a file; with --preview, OUT is"),
    (("b.png", "-o", "out", "--range", "1-2"), "--range: is for films, and none of the paths"),
    *(
        (("a.mkv", "-o", "b.mkv", *option), f"{option[0]}: not for films")
        for option in (
            ("--tiles",), ("--samples", "2"), ("--doubt",), ("--if-color", "skip"), ("--sheet",),
            ("--format", "png"), ("--quality", "9"), ("--full-range",), ("--jobs", "77"),
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize(("argv", "expected"), REFUSED)
def test_mistakes(run, tmp_path, argv, expected):
    (tmp_path / "a.mkv").write_bytes(write_film(tmp_path / "x.mkv", 1).read_bytes())
    (tmp_path / "c.mkv").write_bytes((tmp_path / "a.mkv").read_bytes())
    Image.new("L", (9, 9)).save(tmp_path / "b.png")
    before = sorted(os.listdir(tmp_path))
    code, out, err = run(*argv)
    assert (code, out) == (2, "")
    assert expected in err
    assert sorted(os.listdir(tmp_path)) == before


def test_sound_that_is_listed_but_refused_is_told_before_coloring(run, tmp_path):
    write_film(tmp_path / "a.mkv", 10, sound="flac")
    code, _, err = run("a.mkv", "-o", "b.mov", "--dry-run")
    assert code == 2
    assert "cannot write these streams into a .mov file" in err
    assert run("a.mkv", "-o", "b.mp4", "--dry-run")[0] == 0


def test_without_pyav(run, tmp_path, monkeypatch):
    write_film(tmp_path / "a.mkv", 1)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    code, _, err = run("a.mkv", "-o", "b.mkv")
    assert code == 2
    assert 'pip install "colorkeras[video]"' in err


PLANS = """
import sys
from colorkeras.colorize import main
model, film, out = sys.argv[1:]
for options in ([], ["--preview", "1"]):
    assert main(["--model", model, film, "-o", out, *options, "--dry-run"]) == 0
assert not {"keras", "tensorflow"} & set(sys.modules)
"""


def test_a_plan_needs_no_tensorflow(model, tmp_path):
    """What imports it first also has to hold back what it prints."""
    film = write_film(tmp_path / "a.mkv", 2)
    command = [sys.executable, "-c", PLANS, model, str(film), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
from colorkeras.colorize import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.slow
def test_a_disk_that_is_full_at_last(model, tmp_path):
    """A limit on the size of files stands for it: parts fit, the joined film does not."""
    film = write_film(tmp_path / "a.mkv", 30, scenes=3, size=(96, 128))
    command = ["--model", model, str(film), "-o", str(tmp_path / "b.mkv")]
    command += ["--encoding", "lossless"]
    done = subprocess.run([sys.executable, "-c", LIMITED, *command], capture_output=True, text=True)
    assert done.returncode == 2
    assert "The scenes that are done stay there: free some space" in done.stderr
    assert not (tmp_path / "b.mkv").exists()
    assert main(command) == 0
    assert len(read_film(tmp_path / "b.mkv")["frames"]) == 30


class TestSteering:
    def test_mistakes(self, run, tmp_path):
        write_film(tmp_path / "a.mkv", 4)
        Image.new("L", (8, 8), 99).save(tmp_path / "grey.png")
        (tmp_path / "late.csv").write_text("x,y,color,time\n1,1,red,0:01\n")
        (tmp_path / "far.csv").write_text("x,y,color,frame\n1,1,red,4\n")
        for options, message in (
            (("--hints", "no.csv"), "--hints: no.csv: no such file or folder"),
            (("b.mkv", "--hints", "late.csv"), "has the hints of one film, 2 were given"),
            (("--reference", "grey.png"), "--reference grey.png: has no colors to take over"),
            (("--hints", "late.csv"), "late.csv, line 2: time 0:00:01.0: a.mkv ends before"),
            (("--hints", "far.csv"), "it has 4 frames, 0 to 3, and ends at 0:00:00.4"),
            (("--hints", "far.csv", "--preview", "1"), "leave --hints out"),
        ):
            code, _, err = run("a.mkv", *options, "-o", "out")
            assert code == 2
            assert message in err
        assert not list((tmp_path / "out").glob("*"))
