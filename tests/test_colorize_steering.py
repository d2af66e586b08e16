"""`colorize --hints` and `--reference`, from files to files."""

import csv
from dataclasses import replace

import numpy as np
import pytest
import tifffile
from PIL import Image
from saved_models import write_model, write_noisy_model

import colorkeras
from colorkeras.colorize import main
from colorkeras.data.images.mark import facts_of
from colorkeras.inference.colorize_plan import plan_jobs
from colorkeras.inference.result_facts import source_of

HINT = "x,y,color,radius\n20,15,#c02020,5\n"
GREY = np.full((30, 40), 128, np.uint8)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("model") / "model.h5", slope=(0.5, -0.3))


@pytest.fixture
def run(model, tmp_path):
    def run(*argv, out="out", by=None):
        return main([by or model, *map(str, argv), "-o", str(tmp_path / out)])

    return run


def photo(path, pixels=GREY, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)
    return path


def text(path, content=HINT):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def redness(path):
    pixels = np.asarray(Image.open(path).convert("RGB")).astype(int)
    return pixels[..., 0] - pixels[..., 1]


def facts(path):
    with Image.open(path) as image:
        return facts_of(image)


class TestOnePhotograph:
    def test_the_place_gets_the_color_and_luminance_stays(self, run, tmp_path, capsys):
        a, hints = photo(tmp_path / "a.png"), text(tmp_path / "hints.csv")
        assert run(a, "--hints", hints, "--verify", out="out.png") == 0
        assert redness(tmp_path / "out.png")[15, 20] > 100
        changed = float(capsys.readouterr().out.split("at most ")[1].split()[0])
        assert changed <= 0.3
        assert facts(tmp_path / "out.png")["hints"] == source_of(hints)

    def test_positions_are_those_of_the_upright_photograph(self, run, tmp_path):
        exif = Image.Exif()
        exif[0x0112] = 6  # a quarter turn: 40x30 in the file is 30x40 upright
        pixels = np.full((30, 40), 90, np.uint8)
        pixels[:, 20:] = 160  # upright the lower half
        a = photo(tmp_path / "a.png", pixels, exif=exif)
        hints = text(tmp_path / "hints.csv", "x,y,color,radius\n5,35,#c02020,2\n")
        assert run(a, "--hints", hints, out="out.png") == 0
        found = redness(tmp_path / "out.png")
        assert found.shape == (40, 30)
        assert found[22:].min() > 80
        assert found[:18].max() < 60
        wrong = text(tmp_path / "wrong.csv", "x,y,color\n35,5,red\n")
        assert run(a, "--hints", wrong, out="other.png") == 2

    @pytest.mark.parametrize("options", [["--saturation", "0"], ["--tiles"], ["--doubt"]])
    def test_beside_other_options(self, run, tmp_path, options):
        a, hints = photo(tmp_path / "a.png"), text(tmp_path / "hints.csv")
        assert run(a, "--hints", hints, *options, out="out.png") == 0
        assert redness(tmp_path / "out.png")[15, 20] > 100

    def test_samples_and_ensembles(self, run, tmp_path, model):
        a, hints = photo(tmp_path / "a.png"), text(tmp_path / "hints.csv")
        noisy = write_noisy_model(tmp_path / "noisy.h5", "dropout")
        argv = [a, "--hints", hints, "--samples", "2", "--ensemble", noisy]
        assert run(*argv, by=noisy) == 0
        for name in ("a-1.png", "a-2.png"):
            assert redness(tmp_path / "out" / name)[15, 20] > 100

    def test_alpha_and_depth_stay(self, run, tmp_path):
        pixels = np.full((30, 40, 2), 128, np.uint8)
        a = tmp_path / "a.png"
        Image.fromarray(pixels, "LA").save(a)
        assert run(a, "--hints", text(tmp_path / "hints.csv"), out="out.png") == 0
        with Image.open(tmp_path / "out.png") as image:
            assert image.mode == "RGBA"
        photo(tmp_path / "b.png", np.full((30, 40), 32896, np.uint16))
        argv = [tmp_path / "b.png", "--hints", tmp_path / "hints.csv", "--verify"]
        assert run(*argv, out="b-out.png") == 0

    def test_hints_are_of_the_first_page(self, run, tmp_path):
        pages = np.full((2, 30, 40), 32896, np.uint16)
        tifffile.imwrite(tmp_path / "a.tif", pages, photometric="minisblack")
        hints = text(tmp_path / "hints.csv")
        assert run(tmp_path / "a.tif", "--hints", hints, out="out.tif") == 0
        first, second = tifffile.imread(tmp_path / "out.tif").astype(int)
        assert first[15, 20, 0] - first[15, 20, 1] > 100 * 257
        assert second[15, 20, 0] - second[15, 20, 1] < 50 * 257

    def test_tiny(self, run, tmp_path):
        hints = text(tmp_path / "hints.csv", "x,y,color\n0,0,#c02020\n")
        for size in ((1, 1), (2, 3)):
            a = photo(tmp_path / "a.png", np.full(size, 128, np.uint8))
            assert run(a, "--hints", hints, "--overwrite", out="out.png") == 0
            assert redness(tmp_path / "out.png")[0, 0] > 100

    def test_other_hints_are_another_result(self, run, tmp_path, capsys):
        a, hints = photo(tmp_path / "a.png"), text(tmp_path / "hints.csv")
        assert run(a, "--hints", hints) == 0
        assert run(a, "--hints", hints) == 0
        assert "1 already there" in capsys.readouterr().out
        text(hints, HINT.replace("c02020", "2020c0"))
        assert run(a, "--hints", hints) == 1
        assert "with other options; --overwrite replaces it" in capsys.readouterr().err
        assert run(a) == 1

    def test_results_without_mark_are_known_too(self, run, tmp_path, capsys):
        a, hints = photo(tmp_path / "a.png"), text(tmp_path / "hints.csv")
        assert run(a, "--hints", hints, "--no-mark") == 0
        assert run(a, "--hints", hints, "--no-mark") == 0
        assert "1 already there" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("content", "expected"),
        [("x,y,color\n40,0,red\n", "expected a number from 0 to 39"), ("", "first line")],
    )
    def test_mistakes_are_told_before_the_model_is_opened(
        self, tmp_path, capsys, content, expected
    ):
        a, hints = photo(tmp_path / "a.png"), text(tmp_path / "hints.csv", content)
        argv = [str(a), "--hints", str(hints), "--model", "photo", "-o", str(tmp_path / "out")]
        assert main([*argv, "--dry-run"]) == 2
        told = capsys.readouterr().err
        assert expected in told
        assert "model:" not in told
        assert not (tmp_path / "out").exists()

    def test_missing_hints(self, run, tmp_path, capsys):
        assert run(photo(tmp_path / "a.png"), "--hints", tmp_path / "none.csv") == 2
        assert "none.csv: no such file or folder" in capsys.readouterr().err

    def test_hints_are_never_replaced(self, run, tmp_path, capsys):
        strokes = np.zeros((30, 40, 4), np.uint8)
        strokes[15, 20] = 200, 30, 30, 255
        hints = photo(tmp_path / "out" / "a.png", strokes)
        before = hints.read_bytes()
        assert run(photo(tmp_path / "a.png"), "--hints", hints, "--overwrite") == 2
        assert "would replace what it is made of" in capsys.readouterr().err
        assert hints.read_bytes() == before


class TestFolder:
    def test_each_photograph_has_its_own(self, run, tmp_path, capsys):
        for name in ("a.jpg", "sub/a.png", "b.png"):
            photo(tmp_path / "in" / name)
        text(tmp_path / "hints" / "a.csv")
        text(tmp_path / "hints" / "sub" / "a.csv", HINT.replace("#c02020", "#20c020"))
        assert run(tmp_path / "in", "--hints", tmp_path / "hints") == 0
        red = {p.name: redness(p)[15, 20] for p in (tmp_path / "out").glob("*.png")}
        assert red["a.png"] > 100 > red["b.png"]
        assert redness(tmp_path / "out" / "sub" / "a.png")[15, 20] < -100
        assert "hints" not in facts(tmp_path / "out" / "b.png")

    def test_equal_photographs_with_other_hints_are_no_copies(self, run, tmp_path):
        for name in ("a.png", "b.png", "c.png"):
            photo(tmp_path / "in" / name)
        for name in ("a.csv", "b.csv"):
            text(tmp_path / "hints" / name)
        assert run(tmp_path / "in", "--hints", tmp_path / "hints") == 0
        with open(tmp_path / "out" / "colorize.csv", newline="", encoding="utf-8") as file:
            status = {row["result"]: row["status"] for row in csv.DictReader(file)}
        assert status["c.png"] == "colorized"
        assert sorted((status["a.png"], status["b.png"])) == ["colorized", "copied"]

    def test_strokes_inside_of_the_folder_of_photographs(self, run, tmp_path):
        photo(tmp_path / "in" / "a.jpg")
        strokes = np.zeros((30, 40, 4), np.uint8)
        strokes[10:20, 15:25] = 200, 30, 30, 255
        photo(tmp_path / "in" / "hints" / "a.png", strokes)
        assert run(tmp_path / "in", "--hints", tmp_path / "in" / "hints") == 0
        assert sorted(p.name for p in (tmp_path / "out").rglob("*.png")) == ["a.png"]
        assert redness(tmp_path / "out" / "a.png")[15, 20] > 100

    def test_wrong_hints_cost_their_photograph(self, run, tmp_path, capsys):
        photo(tmp_path / "in" / "a.png")
        photo(tmp_path / "in" / "b.png")
        text(tmp_path / "hints" / "a.csv", "x,y,color\n99,1,red\n")
        text(tmp_path / "hints" / "b.csv")
        assert run(tmp_path / "in", "--hints", tmp_path / "hints") == 1
        told = capsys.readouterr()
        assert "skipped" in told.err
        assert "a.csv, line 2: x: received '99'" in told.err
        assert "1 colorized" in told.out

    def test_one_file_for_several(self, run, tmp_path, capsys):
        photo(tmp_path / "in" / "a.png")
        photo(tmp_path / "in" / "b.png")
        assert run(tmp_path / "in", "--hints", text(tmp_path / "hints.csv")) == 2
        assert "2 were given. Give a folder" in capsys.readouterr().err

    def test_no_photograph_has_hints(self, run, tmp_path, capsys):
        a = photo(tmp_path / "a.png")
        text(tmp_path / "hints" / "other.csv")
        assert run(a, "--hints", tmp_path / "hints") == 2
        assert "no photograph has hints in this folder; expected" in capsys.readouterr().err

    def test_two_files_for_one(self, run, tmp_path, capsys):
        a = photo(tmp_path / "a.png")
        text(tmp_path / "hints" / "a.csv")
        photo(tmp_path / "hints" / "a.png", np.zeros((30, 40, 4), np.uint8))
        assert run(a, "--hints", tmp_path / "hints") == 2
        assert "are both there; keep one" in capsys.readouterr().err


class TestReference:
    def scene(self):
        rows, columns = np.mgrid[:60, :80]
        light = (np.sin(columns / 3) * 0.08 + np.where(rows < 30, 0.7, 0.4))[..., np.newaxis]
        tint = np.where((rows < 30)[..., np.newaxis], (0.8, 0.95, 1.3), (1.0, 1.15, 0.6))
        return np.rint(np.clip(light * tint, 0, 1) * 255).astype(np.uint8)

    def test_colors_of_the_same_scene(self, run, tmp_path):
        color = photo(tmp_path / "like.png", self.scene())
        grey = np.asarray(Image.fromarray(self.scene()[:, ::-1].copy()).convert("L"))
        a = photo(tmp_path / "a.png", grey)
        assert run(a, "--reference", color, "--verify") == 0
        found = redness(tmp_path / "out" / "a.png")
        expected = self.scene().astype(int)[:, ::-1]
        expected = expected[..., 0] - expected[..., 1]
        assert abs(found - expected).mean() < 6
        assert facts(tmp_path / "out" / "a.png")["reference"] == source_of(color)
        assert run(a, "--reference", color) == 0

    def test_hints_count_more(self, run, tmp_path):
        color = photo(tmp_path / "like.png", self.scene())
        a = photo(tmp_path / "a.png", np.asarray(Image.fromarray(self.scene()).convert("L")))
        hints = text(tmp_path / "hints.csv", "x,y,color,radius\n40,50,#c02020,5\n")
        assert run(a, "--reference", color, "--hints", hints) == 0
        assert redness(tmp_path / "out" / "a.png")[50, 40] > 60

    def test_grey(self, run, tmp_path, capsys):
        a, grey = photo(tmp_path / "a.png"), photo(tmp_path / "grey.png")
        assert run(a, "--reference", grey) == 2
        assert "has no colors to take over (grey:" in capsys.readouterr().err

    def test_no_image(self, run, tmp_path, capsys):
        a = photo(tmp_path / "a.png")
        assert run(a, "--reference", text(tmp_path / "like.jpg")) == 2
        assert "--reference" in capsys.readouterr().err
        assert run(a, "--reference", tmp_path / "none.jpg") == 2
        assert "cannot be opened" in capsys.readouterr().err

    def test_is_never_replaced(self, run, tmp_path, capsys):
        a = photo(tmp_path / "a.png")
        like = photo(tmp_path / "out" / "a.png", self.scene())
        assert run(a, "--reference", like, "--overwrite") == 2
        assert "would replace what it is made of" in capsys.readouterr().err


def test_from_python(model, tmp_path):
    opened = colorkeras.load(model)
    hints = colorkeras.Hints(np.array([[0.5, 0.5]]), np.array([[192, 32, 32]], np.uint8))
    rgb = opened.colorize(GREY, hints=hints).astype(int)
    assert rgb[15, 20, 0] - rgb[15, 20, 1] > 100
    path = text(tmp_path / "hints.csv", "x,y,color\n20,15,#c02020\n")
    by_file = opened.colorize(GREY, hints=path).astype(int)
    assert by_file[15, 20, 0] - by_file[15, 20, 1] > 100
    assert opened.colorize(GREY, hints=str(path)).shape == (30, 40, 3)


def test_jobs_have_no_hints_by_themselves(tmp_path):
    (job,) = plan_jobs([str(photo(tmp_path / "a.png"))], tmp_path / "out").jobs
    assert job.hints is None
    assert replace(job, hints=tmp_path).hints == tmp_path
