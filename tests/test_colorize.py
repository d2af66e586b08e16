"""Photographs in, photographs out: any size, the luminance kept, nothing lost or overwritten."""

import dataclasses
import hashlib
import subprocess
import sys

import cv2
import numpy as np
import pytest
import tensorflow as tf
from hostile_files import change_metadata
from PIL import Image
from published import use_folder, write_published
from saved_models import write_model, write_model_that_overflows, write_noisy_model
from tiny_experiment import make_image

from colorkeras.colorize import main
from colorkeras.data.images.mark import facts_of
from colorkeras.inference import colorizer
from colorkeras.inference.model import Model
from colorkeras.inference.saved_model import load_model
from colorkeras.photos import reducing

NOTE = "Colorized by colorkeras (tiny, run first): the colors are a model's guess."


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("model") / "model.h5")


@pytest.fixture(scope="module")
def colorize(model):
    return Model(load_model(model)).colorize


def names(folder):
    """The results in a folder, without the list of them."""
    return sorted(path.name for path in folder.iterdir() if path.name != "colorize.csv")


def luma(image):
    """BT.601 Y' in 8-bit levels."""
    return image.astype(float) @ [0.299, 0.587, 0.114]


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def write(path, image=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(make_image() if image is None else image).save(path)
    return path


def read(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


class TestColorizer:
    @pytest.mark.parametrize(
        "size", [(32, 32), (33, 47), (61, 20), (7, 5), (1, 1), (90, 1), (1, 90), (64, 200)]
    )
    def test_any_size_keeps_its_luminance(self, colorize, size):
        image = noise(*size)
        result = colorize(image)
        assert result.shape == image.shape
        assert result.dtype == np.uint8
        assert np.abs(luma(result) - luma(image)).max() <= 0.2931

    @pytest.mark.parametrize("space", ["yuv_sigmoid", "ycbcr_tanh"])
    def test_other_spaces_keep_it_too(self, tmp_path, space):
        colorize = Model(load_model(write_model(tmp_path / "model.h5", space))).colorize
        image = noise(21, 34)
        assert np.abs(luma(colorize(image)) - luma(image)).max() <= 0.2931

    def test_colors_of_the_photograph_are_not_looked_at(self, colorize):
        image = make_image(3, 40, 50)
        # An image of the same luma: red and blue exchange so that 0.299 R + 0.114 B stays.
        grey = np.repeat(np.round(luma(image))[..., np.newaxis], 3, axis=-1).astype(np.uint8)
        difference = colorize(image).astype(int) - colorize(grey)
        assert np.abs(difference).max() <= 2

    def test_mid_grey_gets_the_chroma_of_the_model(self, tmp_path):
        # U = 0.436 · tanh(0.1), V = 0.615 · tanh(-0.1), by BT.601 R = Y + V / 0.877 and so on.
        model = write_model(tmp_path / "model.h5", bias=(0.1, -0.1))
        result = Model(load_model(model)).colorize(np.full((20, 30, 3), 128, np.uint8))
        u, v = 0.436 * np.tanh(0.1), -0.615 * np.tanh(0.1)
        red, blue = 128 + 255 * v / 0.877, 128 + 255 * u / 0.492
        green = (128 - 0.299 * red - 0.114 * blue) / 0.587
        assert np.abs(result.reshape(-1, 3) - [red, green, blue]).max() <= 0.51 + 0.15

    def test_black_and_white_stay(self, colorize):
        for level in (0, 255):
            image = np.full((10, 12, 3), level, np.uint8)
            np.testing.assert_array_equal(colorize(image), image)

    def test_pieces_of_a_large_image_fit_together(self, model, monkeypatch):
        image = noise(37, 29)
        whole = Model(load_model(model)).colorize(image)
        monkeypatch.setattr(colorizer, "_MERGED", 100)  # 37 · 29 = 1073: strips of 3 rows
        np.testing.assert_array_equal(Model(load_model(model)).colorize(image), whole)

    @pytest.mark.parametrize("size", [(300, 200), (150, 1), (1, 150), (133, 140)])
    def test_strips_of_a_large_image_are_those_of_the_whole(self, model, monkeypatch, size):
        """Also where it is reduced and its chroma enlarged strip by strip."""
        image = make_image(1, *size)
        whole = Model(load_model(model)).colorize(image).astype(int)
        monkeypatch.setattr("colorkeras.data.images.decode.STRIP_PIXELS", 5000)
        monkeypatch.setattr(colorizer, "_MERGED", 5000)
        monkeypatch.setattr(reducing, "REDUCED_WHOLE", 100)
        result = Model(load_model(model)).colorize(image)
        assert np.abs(result - whole).max() <= 2  # what the model sees may be rounded otherwise

    @pytest.mark.parametrize("size", [(300, 200), (64, 32), (1000, 40)])
    def test_reduction_by_strips_is_the_mean_over_areas(self, monkeypatch, size):
        image = noise(*size)
        expected = cv2.resize(image, (20, 32), interpolation=cv2.INTER_AREA).astype(int)
        monkeypatch.setattr("colorkeras.data.images.decode.STRIP_PIXELS", 700)
        monkeypatch.setattr(reducing, "REDUCED_WHOLE", 0)
        result = reducing.reduced(lambda top, bottom: image[top:bottom], size, 32, 20)
        assert np.abs(result - expected).max() <= 1

    def test_chroma_lies_where_the_luminance_is(self, tmp_path):
        """Chroma that grows with luminance, on a bright right half of a portrait image."""
        model = write_model(tmp_path / "model.h5", bias=(0, 0), slope=(0.0, 0.4))
        image = np.zeros((120, 40, 3), np.uint8)
        image[:, 20:] = 160
        result = Model(load_model(model)).colorize(image).astype(int)
        redness = (result[..., 0] - result[..., 2]).mean(axis=0)
        assert np.abs(redness[:15]).max() < 5
        assert redness[25:].min() > 20

    def test_frame_is_filled_by_reflection(self, tmp_path):
        """Proportions stay: a model sees a wide image's own levels above and below it."""
        saved = load_model(write_model(tmp_path / "model.h5"))
        seen = []

        def watching(inputs, training):
            tf.py_function(lambda x: seen.append(x.numpy()), [inputs], [])
            return saved.model(inputs, training=training)

        watching.inputs, watching.layers = saved.model.inputs, saved.model.layers
        image = np.zeros((16, 64, 3), np.uint8)
        image[8:] = 255  # dark above, bright below: 8 rows of the 32, mirrored outwards
        Model(dataclasses.replace(saved, model=watching)).colorize(image)
        rows = seen[0][0, :, 16, 0]
        assert (rows[12:16] < 0.01).all()
        assert (rows[16:20] > 0.99).all()
        assert (rows[8:12] < 0.01).all()
        assert (rows[20:24] > 0.99).all()
        assert (rows[4:8] > 0.99).all()


def test_prediction_that_is_no_number_ends_the_command(tmp_path, capsys):
    """A fault of the model, not of one image: exit code 2, and the image is not written."""
    path = write_model_that_overflows(tmp_path / "overflows.h5")
    Image.fromarray(np.full((20, 20, 3), 255, np.uint8)).save(tmp_path / "white.png")
    assert main([path, str(tmp_path / "white.png"), "-o", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert "overflows.h5: predicts values that are not finite (NaN or infinity) for" in error
    assert "white.png. Its weights are damaged" in error
    assert not list(tmp_path.glob("out/*.png"))


def test_earlier_version_is_told(tmp_path, capsys):
    path = write_model(tmp_path / "model.h5")
    change_metadata(path, format=1, integrity=None)
    Image.fromarray(np.full((20, 20, 3), 99, np.uint8)).save(tmp_path / "a.png")
    assert main([path, str(tmp_path / "a.png"), "-o", str(tmp_path / "out")]) == 0
    assert "written by an earlier version, without checksum and probe" in capsys.readouterr().err


class TestSamples:
    @pytest.mark.parametrize("source", ["input", "dropout"])
    def test_different_colorings_of_the_same_luminance(self, source, tmp_path, capsys):
        model = write_noisy_model(tmp_path / "model.h5", source)
        image = make_image(3)
        write(tmp_path / "a.png", image)
        out = tmp_path / "out"
        argv = [model, str(tmp_path / "a.png"), "--samples", "3", "-o"]
        assert main([*argv, str(out)]) == 0
        assert "1 colorized" in capsys.readouterr().out
        assert names(out) == ["a-1.png", "a-2.png", "a-3.png"]
        results = [read(out / f"a-{k}.png") for k in (1, 2, 3)]
        for result in results:
            assert np.abs(luma(result) - luma(image)).max() <= 0.2931
        assert not np.array_equal(results[0], results[1])
        assert not np.array_equal(results[1], results[2])
        # Again, among other photographs: the same; with another seed: others.
        write(tmp_path / "0.png", make_image(4))
        assert main([model, str(tmp_path / "0.png"), *argv[1:], str(tmp_path / "again")]) == 0
        np.testing.assert_array_equal(read(tmp_path / "again" / "a-2.png"), results[1])
        assert main([*argv, str(tmp_path / "seed"), "--seed", "1"]) == 0
        assert not np.array_equal(read(tmp_path / "seed" / "a-2.png"), results[1])

    def test_model_without_noise(self, model, tmp_path, capsys):
        write(tmp_path / "a.png")
        argv = [model, str(tmp_path / "a.png"), "-o", str(tmp_path / "out"), "--samples", "2"]
        assert main(argv) == 2
        assert "this model (tiny) has no noise" in capsys.readouterr().err
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize(
        ("option", "value", "expected"),
        [
            ("--samples", "-1", "1 to 10000"),
            ("--samples", "0", "1 to 10000"),
            ("--samples", "10001", "1 to 10000"),
            ("--seed", "-1", "0 to 4294967295"),
        ],
    )
    def test_out_of_range(self, option, value, expected, model, tmp_path, capsys):
        argv = [model, str(tmp_path), "-o", str(tmp_path / "out"), option, value]
        assert main(argv) == 2
        assert f"{option}: received {value}, expected {expected}" in capsys.readouterr().err

    def test_one_existing_result_keeps_all(self, tmp_path, capsys):
        model = write_noisy_model(tmp_path / "model.h5", "input")
        write(tmp_path / "a.png")
        write(tmp_path / "out" / "a-2.png", make_image(1))
        argv = [model, str(tmp_path / "a.png"), "-o", str(tmp_path / "out"), "--samples", "2"]
        assert main(argv) == 1
        assert "a-2.png exists, not known to be made of this image" in capsys.readouterr().err
        assert names(tmp_path / "out") == ["a-2.png"]


class TestCommand:
    def test_folder(self, model, tmp_path, capsys):
        image = noise(45, 70)
        write(tmp_path / "in" / "a.png", image)
        write(tmp_path / "in" / "deep" / "b.png", make_image(1, 20, 90))
        assert main([model, str(tmp_path / "in"), "-o", str(tmp_path / "out")]) == 0
        assert capsys.readouterr().out == f"2 colorized, 0 skipped, in {tmp_path / 'out'}\n"
        result = read(tmp_path / "out" / "a.png")
        assert np.abs(luma(result) - luma(image)).max() <= 0.2931
        assert np.abs(result.astype(int) - image).max() > 50
        assert read(tmp_path / "out" / "deep" / "b.png").shape == (20, 90, 3)

    def test_grey_photograph(self, model, tmp_path):
        grey = make_image(2)[..., 0]
        write(tmp_path / "grey.png", grey)
        assert main([model, str(tmp_path / "grey.png"), "-o", str(tmp_path / "out")]) == 0
        result = read(tmp_path / "out" / "grey.png")
        assert np.abs(luma(result) - grey).max() <= 0.2931
        assert np.ptp(result, axis=-1).max() > 50

    def test_existing_results_stay(self, model, tmp_path, capsys):
        write(tmp_path / "in" / "a.png")
        old = write(tmp_path / "out" / "a.png", noise(8, 8))
        before = old.read_bytes()
        argv = [model, str(tmp_path / "in"), "-o", str(tmp_path / "out")]
        assert main(argv) == 1
        printed = capsys.readouterr()
        assert printed.out.startswith("0 colorized, 1 skipped")
        assert f"skipped {tmp_path / 'in' / 'a.png'}: {old} exists, not known to be" in printed.err
        assert old.read_bytes() == before
        assert main([*argv, "--overwrite"]) == 0
        assert read(old).shape == make_image().shape

    @pytest.mark.parametrize("option", [[], ["--overwrite"]])
    def test_an_image_to_read_is_never_replaced(self, model, tmp_path, capsys, option):
        photo = write(tmp_path / "a.png")
        before = photo.read_bytes()
        assert main([model, str(photo), "-o", str(tmp_path), *option]) == 2
        assert "would replace an image to read" in capsys.readouterr().err
        assert photo.read_bytes() == before

    def test_a_bad_file_is_skipped_and_told(self, model, tmp_path, capsys):
        write(tmp_path / "in" / "a.png")
        write(tmp_path / "in" / "c.jpg")
        bad = write(tmp_path / "in" / "b.jpg")
        bad.write_bytes(bad.read_bytes()[:300])
        assert main([model, str(tmp_path / "in"), "-o", str(tmp_path / "out")]) == 1
        printed = capsys.readouterr()
        assert printed.out.startswith("2 colorized, 1 skipped")
        assert f"skipped {bad}: " in printed.err
        assert "Traceback" not in printed.err
        assert names(tmp_path / "out") == ["a.png", "c.png"]

    def test_missing_photograph(self, model, tmp_path, capsys):
        photo = write(tmp_path / "a.png")
        argv = [model, str(tmp_path / "none.png"), str(photo), "-o", str(tmp_path / "out")]
        assert main(argv) == 1
        assert f"skipped {tmp_path / 'none.png'}: no such file or folder" in capsys.readouterr().err
        assert (tmp_path / "out" / "a.png").exists()

    def test_mistakes_are_told_before_the_model_is_opened(
        self, model, tmp_path, monkeypatch, capsys
    ):
        monkeypatch.setattr(
            "colorkeras.inference.saved_model.load_model", lambda _: pytest.fail("opened")
        )
        (tmp_path / "empty").mkdir()
        write(tmp_path / "a.png")
        for photo, message in (("none.png", "no such file or folder"), ("empty", "no images in")):
            argv = [model, str(tmp_path / photo), "-o", str(tmp_path / "out")]
            assert main(argv) == 2
            assert f"error: nothing to colorize. {tmp_path / photo}: {message}" in (
                capsys.readouterr().err
            )
        argv = [str(tmp_path / "none.h5"), str(tmp_path / "a.png"), "-o", str(tmp_path / "out")]
        assert main(argv) == 2
        assert "none.h5: no such file. Expected the model.h5" in capsys.readouterr().err
        argv = [str(tmp_path / "a.png"), model, "-o", str(tmp_path / "out")]
        assert main(argv) == 2
        assert f"{model}: a model; give it with --model." in capsys.readouterr().err
        assert not (tmp_path / "out").exists()

    def test_note_in_png(self, model, tmp_path):
        main([model, str(write(tmp_path / "a.png")), "-o", str(tmp_path / "out")])
        with Image.open(tmp_path / "out" / "a.png") as image:
            assert image.text["Description"] == NOTE
            facts = facts_of(image)
        assert (facts["experiment"], facts["run"]) == ("tiny", "first")
        assert facts["source"] == hashlib.sha256((tmp_path / "a.png").read_bytes()).hexdigest()
        assert facts["model"] == load_model(model).sha256

    def test_note_in_jpeg(self, model, tmp_path):
        image = make_image(4, 50, 60)
        argv = [model, str(write(tmp_path / "a.png", image)), "-o", str(tmp_path / "out")]
        assert main([*argv, "--format", "jpg"]) == 0
        with Image.open(tmp_path / "out" / "a.jpg") as result:
            assert result.format == "JPEG"
            assert result.info["comment"].startswith(NOTE.encode())
            assert facts_of(result)["run"] == "first"
            difference = luma(np.asarray(result)) - luma(image)
        assert np.abs(difference).mean() < 1.5

    def test_larger_than_a_jpeg_may_be(self, model, tmp_path, capsys):
        photos = [write(tmp_path / "a.png", noise(1, 65501)), write(tmp_path / "b.png")]
        argv = [model, *map(str, photos), "-o", str(tmp_path / "out"), "--format", "jpg"]
        assert main(argv) == 1
        assert "longer than a JPEG's 65500 pixels; use png" in capsys.readouterr().err
        assert names(tmp_path / "out") == ["b.jpg"]

    def test_a_repeated_command_finds_all_there(self, model, tmp_path, capsys):
        """Exit code 0, so that a broken file stands out; what is not the same is told."""
        write(tmp_path / "in" / "a.png")
        write(tmp_path / "in" / "b.jpg")
        argv = [model, str(tmp_path / "in"), "-o", str(tmp_path / "out")]
        assert main(argv) == 0
        before = {path: path.read_bytes() for path in (tmp_path / "out").glob("*.png")}
        capsys.readouterr()
        assert main(argv) == 0
        printed = capsys.readouterr()
        assert printed.out.startswith("0 colorized, 2 already there, 0 skipped")
        assert "skipped" not in printed.err
        write(tmp_path / "in" / "a.png", make_image(5))
        write(tmp_path / "in" / "c.png", noise(9, 9))
        (tmp_path / "in" / "d.png").write_bytes(b"")
        assert main(argv) == 1
        printed = capsys.readouterr()
        assert printed.out.startswith("1 colorized, 1 already there, 2 skipped")
        assert "a.png exists, made of another image; --overwrite replaces it" in printed.err
        assert f"skipped {tmp_path / 'in' / 'd.png'}: empty file" in printed.err
        assert {path: path.read_bytes() for path in before} == before
        assert main([*argv, "--saturation", "0.5"]) == 1
        assert (
            "b.png exists, made by another model or with other options" in capsys.readouterr().err
        )

    def test_results_are_not_colorized_again(self, model, tmp_path, capsys):
        write(tmp_path / "in" / "a.png")
        argv = [model, str(tmp_path / "in"), "-o", str(tmp_path / "in" / "one")]
        assert main(argv) == 0
        capsys.readouterr()
        assert main([model, str(tmp_path / "in"), "-o", str(tmp_path / "in" / "two")]) == 0
        printed = capsys.readouterr()
        assert printed.out.startswith("1 colorized, 0 skipped")
        assert "ignored, results of colorkeras: 1" in printed.err
        assert names(tmp_path / "in" / "two") == ["a.png"]
        assert main([model, str(tmp_path / "in" / "one"), "-o", str(tmp_path / "three")]) == 0
        assert capsys.readouterr().out.startswith("0 colorized, 0 skipped")
        assert not (tmp_path / "three").exists()

    @pytest.mark.parametrize(("name", "kind"), [("b.jpg", "JPEG"), ("B.PNG", "PNG")])
    def test_one_image_into_one_file(self, model, tmp_path, name, kind):
        photo = write(tmp_path / "a.png")
        assert main([model, str(photo), "-o", str(tmp_path / "deep" / name)]) == 0
        with Image.open(tmp_path / "deep" / name) as result:
            assert (result.format, result.size) == (kind, (48, 40))

    @pytest.mark.parametrize("out", ["photo.png", "."])
    def test_impossible_out(self, model, tmp_path, capsys, out):
        folder = tmp_path / "in"
        write(folder / "photo.png")
        assert main([model, str(folder), "-o", str(folder / out)]) == 2
        error = capsys.readouterr().err
        assert "error: " in error
        assert "for the results" in error
        assert [path.name for path in folder.iterdir()] == ["photo.png"]


def test_a_link_to_itself_costs_one_photograph(model, tmp_path, capsys):
    write(tmp_path / "in" / "good.png")
    (tmp_path / "in" / "loop.jpg").symlink_to("loop.jpg")
    assert main([model, str(tmp_path / "in"), "-o", str(tmp_path / "out")]) == 1
    assert (tmp_path / "out" / "good.png").is_file()
    assert "loop.jpg" in capsys.readouterr().err


def test_a_name_that_cannot_be_written_costs_one_photograph(model, tmp_path, capsys):
    for name in ("a.png", "b.png"):
        write(tmp_path / "in" / name)
    (tmp_path / "out" / "a.png").mkdir(parents=True)
    argv = [model, str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--overwrite"]
    assert main(argv) == 1
    assert (tmp_path / "out" / "b.png").is_file()
    assert "1 colorized, 1 skipped" in capsys.readouterr().out


def test_leftovers_of_a_killed_command(model, tmp_path):
    write(tmp_path / "photos" / "deep" / "a.png")
    (tmp_path / "out" / "deep").mkdir(parents=True)
    (tmp_path / "out" / "deep" / ".b.1999999999.tmp.png").touch()
    assert main([model, str(tmp_path / "photos"), "-o", str(tmp_path / "out")]) == 0
    assert names(tmp_path / "out" / "deep") == ["a.png"]


@pytest.mark.parametrize("argv", [["", "-o", "out"], ["photo.png", "-o", ""]])
def test_empty_paths(model, tmp_path, monkeypatch, capsys, argv):
    monkeypatch.chdir(tmp_path)
    assert main([model, *argv]) == 2
    assert "an empty path was given" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


MOST_MODULES = 80  # 13 check the model file, 11 read and carry metadata
ENTERED = """
import ast, runpy, sys
sys.argv = ["colorize", *sys.argv[1:]]
try:
    runpy.run_module("colorkeras.colorize", run_name="__main__")
except SystemExit as end:
    assert not end.code
for name, module in sys.modules.items():
    if name.partition(".")[0] in ("colorkeras", "data_prep") and module.__file__:
        body = ast.parse(open(module.__file__, encoding="utf-8").read()).body
        if len(body) > 1:  # more than the docstring of a package
            print(name)
"""


def test_one_image_needs_few_modules(model, tmp_path):
    """What someone who follows one image through the code has to enter."""
    command = [sys.executable, "-c", ENTERED, model, str(write(tmp_path / "a.png")), "-o"]
    done = subprocess.run([*command, str(tmp_path / "out")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    entered = [line for line in done.stdout.splitlines() if line.startswith("colorkeras")]
    assert "colorkeras.inference.colorize_files" in entered
    assert len(entered) <= MOST_MODULES, entered
    rooms = {name.split(".")[1] for name in entered if "." in name}
    assert not rooms & {"training", "networks", "evaluation", "report", "metrics"}


class TestModel:
    """Which argument is the model, and what is said of it."""

    @pytest.fixture(autouse=True)
    def photo(self, model, tmp_path, monkeypatch):
        """One published model, "tinted", and one image in the working folder."""
        write_published(tmp_path / "published", "tinted", model, default=True)
        use_folder(monkeypatch, tmp_path / "published")
        monkeypatch.chdir(tmp_path)
        return write(tmp_path / "a.png")

    @pytest.mark.parametrize(
        "argv", [["a.png"], ["tinted", "a.png"], ["--model", "tinted", "a.png"]]
    )
    def test_published(self, argv, tmp_path, capsys):
        assert main([*argv, "-o", "out"]) == 0
        assert "model: tinted, published, SHA-256 " in capsys.readouterr().err
        assert names(tmp_path / "out") == ["a.png"]

    @pytest.mark.parametrize("by_option", [False, True])
    def test_own_file(self, by_option, model, capsys):
        argv = ["a.png", "--model", model] if by_option else [model, "a.png"]
        assert main([*argv, "-o", "out"]) == 0
        error = capsys.readouterr().err
        assert f"model: {model} (tiny, run first)\n" in error
        assert "this model was trained on rendered scenes only: photographs are outside" in error
        assert "Use the published model tinted, or train on your own" in error

    def test_domain_of_photographs_is_no_note(self, tmp_path, capsys):
        model = write_model(tmp_path / "photos.h5")
        change_metadata(model, data={"source": "photos"}, format=1, integrity=None)
        assert main([model, "a.png", "-o", "out"]) == 0
        assert "rendered" not in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("argv", "expected"),
        [
            (["tinted"], "tinted: a model, and no images. Add images or folders"),
            (
                ["x.h5", "a.png", "--model", "tinted"],
                "x.h5: a model, and --model tinted is another",
            ),
            (["a.png", "--model", "tintd"], "tintd: no such file. Did you mean tinted?"),
            (["a.png", "--model", "a.png"], "a.png: not an HDF5 file; expected the model.h5"),
        ],
    )
    def test_mistakes(self, argv, expected, tmp_path, capsys):
        assert main([*argv, "-o", "out"]) == 2
        assert f"error: {expected}" in capsys.readouterr().err
        assert not (tmp_path / "out").exists()

    def test_changed_published_file(self, tmp_path, capsys):
        with (tmp_path / "published" / "tinted.h5").open("ab") as file:
            file.write(b"\0")
        assert main(["a.png", "-o", "out"]) == 2
        assert "tinted.h5: has SHA-256 " in capsys.readouterr().err

    def test_none_published(self, tmp_path, monkeypatch, capsys):
        use_folder(monkeypatch, tmp_path / "nothing")
        assert main(["a.png", "-o", "out"]) == 2
        assert "error: no model is published with this version" in capsys.readouterr().err
