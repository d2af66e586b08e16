"""What `colorize` keeps of a photograph and how it works through many, seen by other readers."""

import csv
import hashlib
import io
import os
import sys

import numpy as np
import pytest
import tifffile
from PIL import Image
from saved_models import write_model, write_noisy_model
from tiny_experiment import make_image

from colorkeras.colorize import main
from colorkeras.data.images.mark import is_own_result
from colorkeras.inference import batch
from colorkeras.inference.saved_model import load_model
from colorkeras.records.folder_lock import locked

WEIGHTS = np.array([0.299, 0.587, 0.114])
RNG = np.random.default_rng(11)
GREY16 = RNG.integers(0, 65536, (50, 70)).astype(np.uint16)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("model") / "model.h5", slope=(0.5, -0.3))


@pytest.fixture
def run(model, tmp_path):
    """The command on images in the test's folder, results in `out`."""

    def run(*argv, out="out", by=None):
        return main([by or model, *map(str, argv), "-o", str(tmp_path / out)])

    return run


def write(path, image=None, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(make_image() if image is None else image).save(path, **options)
    return path


def rows(tmp_path):
    with open(tmp_path / "out" / "colorize.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def results(tmp_path):
    return sorted(p.name for p in (tmp_path / "out").iterdir() if p.name != "colorize.csv")


class TestKept:
    def test_depth_pages_and_resolution_of_a_scan(self, run, tmp_path):
        with tifffile.TiffWriter(tmp_path / "scan.tif") as writer:
            for page in (GREY16, GREY16[:20]):
                writer.write(
                    page, photometric="minisblack", metadata=None, resolution=(600, 600),
                    resolutionunit="inch", software="Scanner 3", contiguous=False,
                )  # fmt: skip
        assert run(tmp_path / "scan.tif") == 0
        with tifffile.TiffFile(tmp_path / "out" / "scan.tif") as result:
            assert len(result.pages) == 2
            for page, grey in zip(result.pages, (GREY16, GREY16[:20]), strict=True):
                pixels = page.asarray()
                assert (pixels.dtype, pixels.shape) == (np.uint16, (*grey.shape, 3))
                assert np.abs(pixels @ WEIGHTS - grey).max() <= 0.31
                assert np.ptp(pixels.astype(int), axis=-1).max() > 5000
                assert page.get_resolution(unit="INCH") == (600, 600)
                assert page.tags["Software"].value == "Scanner 3"

    def test_opacity(self, run, tmp_path):
        image = np.dstack([make_image(), RNG.integers(0, 256, make_image().shape[:2])])
        write(tmp_path / "a.png", image.astype(np.uint8))
        assert run(tmp_path / "a.png") == 0
        with Image.open(tmp_path / "out" / "a.png") as result:
            assert result.mode == "RGBA"
            np.testing.assert_array_equal(np.asarray(result)[..., 3], image[..., 3])
            after = np.asarray(result)[..., :3] @ WEIGHTS
        assert np.abs(after - image[..., :3] @ WEIGHTS).max() <= 0.2931

    def test_transparency_that_a_jpeg_cannot_hold_is_told(self, run, tmp_path, capsys):
        image = np.dstack([make_image(), np.full(make_image().shape[:2], 99, np.uint8)])
        write(tmp_path / "a.png", image)
        assert run(tmp_path / "a.png", "--format", "jpg") == 0
        assert "transparent parts become white in a JPEG" in capsys.readouterr().err

    def test_metadata_and_dates(self, run, tmp_path):
        exif = Image.Exif()
        exif[0x0112], exif[0x8298], exif[0x0132] = 6, "(c) A. Archive", "1931:12:15 10:00:00"
        exif.get_ifd(0x8825)[1] = "N"
        photo = write(tmp_path / "a.jpg", exif=exif, dpi=(300, 300))
        os.utime(photo, (1_000_000_000, 1_000_000_000))
        assert run(photo) == 0
        result = tmp_path / "out" / "a.png"
        assert result.stat().st_mtime == 1_000_000_000
        with Image.open(result) as image:
            height, width = make_image().shape[:2]
            assert image.size == (height, width)  # turned upright
            image.load()
            found = image.getexif()
            assert found.get(0x0112, 1) == 1
            assert (found[0x8298], found[0x0132]) == ("(c) A. Archive", "1931:12:15 10:00:00")
            assert found.get_ifd(0x8825)[1] == "N"
            np.testing.assert_allclose(image.info["dpi"], (300, 300), atol=0.1)

    @pytest.mark.parametrize("form", ["png", "jpg", "tiff", "webp"])
    def test_every_format_says_what_it_is(self, run, tmp_path, form):
        write(tmp_path / "a.png")
        assert run(tmp_path / "a.png", "--format", form) == 0
        (name,) = results(tmp_path)
        with Image.open(tmp_path / "out" / name) as image:
            assert is_own_result(image)
        assert run(tmp_path / "a.png", "--format", form) == 0  # already there
        assert rows(tmp_path)[0]["status"] == "already there"

    def test_lightness_instead_of_luma(self, run, tmp_path):
        image = make_image(3)
        write(tmp_path / "a.png", image)
        assert run(tmp_path / "a.png", "--keep", "lightness") == 0

        def lightness_as_grey(pixels):
            samples = pixels / 255
            light = np.where(samples > 0.04045, ((samples + 0.055) / 1.055) ** 2.4, samples / 12.92)
            y = light @ [0.212671, 0.715160, 0.072169]
            return 255 * np.where(y > 0.0031308, 1.055 * y ** (1 / 2.4) - 0.055, 12.92 * y)

        with Image.open(tmp_path / "out" / "a.png") as result:
            change = lightness_as_grey(np.asarray(result)) - lightness_as_grey(image)
        assert np.abs(change).max() <= 0.5


class TestVerify:
    def test_prints_and_lists_the_largest_change(self, run, tmp_path, capsys):
        write(tmp_path / "a.png", make_image(2)[..., 0])
        assert run(tmp_path / "a.png", "--verify") == 0
        assert f"{tmp_path / 'a.png'}: luma changed by at most 0.29 code" in capsys.readouterr().out
        (row,) = rows(tmp_path)
        assert 0.2 < float(row["deviation"]) <= 0.2931
        assert run(tmp_path / "a.png") == 0  # it is there, and its row keeps what is known
        assert rows(tmp_path) == [row | {"status": "already there"}]

    def test_finds_what_jpeg_changes(self, run, tmp_path):
        write(tmp_path / "a.png", RNG.integers(0, 256, (40, 40)).astype(np.uint8))
        assert run(tmp_path / "a.png", "--verify", "--format", "jpg") == 0
        assert float(rows(tmp_path)[0]["deviation"]) > 1


class TestMark:
    def test_without_a_mark_a_second_call_still_finds_all_there(self, run, tmp_path, capsys):
        write(tmp_path / "in" / "a.png")
        argv = (tmp_path / "in", "--no-mark")
        assert run(*argv) == 0
        result = tmp_path / "out" / "a.png"
        with Image.open(result) as image:
            assert not is_own_result(image)
        capsys.readouterr()
        for _ in range(3):
            assert run(*argv) == 0
            assert "0 colorized, 1 already there, 0 skipped" in capsys.readouterr().out
        assert run(*argv, "--saturation", "2") == 1  # other options
        write(result, make_image(9))  # somebody changed it
        assert run(*argv) == 1
        assert "not known to be made of this image by this model" in capsys.readouterr().err


class TestColors:
    def test_images_with_colors_may_be_left_out(self, run, tmp_path, capsys):
        write(tmp_path / "in" / "color.png", RNG.integers(0, 256, (60, 60, 3)).astype(np.uint8))
        grey = np.tile(np.linspace(0, 255, 60).astype(np.uint8), (60, 1))
        write(tmp_path / "in" / "grey.png", grey)
        sepia = np.clip(grey[..., np.newaxis] * [1.0, 0.85, 0.65], 0, 255).astype(np.uint8)
        write(tmp_path / "in" / "sepia.png", sepia)
        assert run(tmp_path / "in", "--if-color", "skip") == 0
        assert "2 colorized, 1 left out, having colors, 0 skipped" in capsys.readouterr().out
        assert results(tmp_path) == ["grey.png", "sepia.png"]
        assert [row["status"] for row in rows(tmp_path)].count("left out") == 1

    def test_saturation_of_zero_is_grey_and_two_is_twice(self, run, tmp_path):
        grey = np.full((32, 32), 128, np.uint8)
        write(tmp_path / "a.png", grey)
        chroma = []
        for saturation in (0, 0.5, 1):
            assert run(tmp_path / "a.png", "--saturation", saturation, "--overwrite") == 0
            with Image.open(tmp_path / "out" / "a.png") as image:
                pixels = np.asarray(image).astype(int)
            chroma.append((pixels[..., 0] - 128).mean())
        assert chroma[0] == 0
        assert abs(chroma[2] - 2 * chroma[1]) <= 1

    def test_warmer(self, run, tmp_path):
        write(tmp_path / "a.png", np.full((32, 32), 128, np.uint8))
        red = []
        for mired in (-60, 60):
            assert run(tmp_path / "a.png", "--temperature", mired, "--overwrite") == 0
            with Image.open(tmp_path / "out" / "a.png") as image:
                pixels = np.asarray(image).astype(int)
            assert np.abs(pixels @ WEIGHTS - 128).max() <= 0.2931
            red.append((pixels[..., 0] - pixels[..., 2]).mean())
        assert red[1] > red[0] + 20


class TestEnsembleAndDoubt:
    def test_the_mean_of_two_models(self, run, tmp_path):
        one = write_model(tmp_path / "1.h5", bias=(0.2, 0.0), slope=(0.0, 0.0))
        other = write_model(tmp_path / "2.h5", bias=(0.0, 0.2), slope=(0.0, 0.0))
        write(tmp_path / "a.png", np.full((32, 32), 128, np.uint8))
        seen = []
        for by, more in ((one, []), (other, []), (one, ["--ensemble", other])):
            assert run(tmp_path / "a.png", "--overwrite", *more, by=by) == 0
            with Image.open(tmp_path / "out" / "a.png") as image:
                seen.append(np.asarray(image).astype(float).mean(axis=(0, 1)))
                facts = image.text["colorkeras"]
        np.testing.assert_allclose(seen[2], (seen[0] + seen[1]) / 2, atol=1)
        for path in (one, other):
            assert load_model(path).sha256 in facts

    def test_doubt_is_where_models_disagree(self, run, tmp_path):
        """One model colors bright parts, the other none: the doubt is in the bright half."""
        one = write_model(tmp_path / "1.h5", bias=(0.0, 0.0), slope=(0.0, 0.6))
        other = write_model(tmp_path / "2.h5", bias=(0.0, 0.0), slope=(0.0, 0.0))
        image = np.zeros((40, 60), np.uint8)
        image[:, 30:] = 150
        write(tmp_path / "a.png", image)
        assert run(tmp_path / "a.png", "--doubt", "--ensemble", other, by=one) == 0
        assert results(tmp_path) == ["a-doubt.png", "a.png"]
        with Image.open(tmp_path / "out" / "a-doubt.png") as found:
            assert found.size == (60, 40)
            assert is_own_result(found)
            doubt = np.asarray(found.convert("L")).astype(int)
        assert doubt[:, 35:].mean() > doubt[:, :25].mean() + 50
        assert float(rows(tmp_path)[0]["doubt"]) > 1


class TestBatch:
    @pytest.mark.parametrize("form", ["list", "zero", "stdin", "editor"])
    def test_lists_of_paths(self, run, tmp_path, monkeypatch, form):
        paths = [write(tmp_path / name) for name in ("a.png", "b c.png")]
        between = "\0" if form == "zero" else "\n"
        content = between.join(map(str, paths)) + between
        (tmp_path / "list.txt").write_text(content)
        if form == "editor":
            lines = content.replace("\n", "\r\n\r\n")
            (tmp_path / "list.txt").write_text(lines, encoding="utf-8-sig", newline="")
        if form == "stdin":
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content.encode())))
        assert run("-" if form == "stdin" else f"@{tmp_path / 'list.txt'}") == 0
        assert results(tmp_path) == ["a.png", "b c.png"]

    def test_lists_that_are_none(self, run, tmp_path, capsys):
        assert run(f"@{tmp_path / 'none'}") == 2
        assert "the list cannot be read: No such file" in capsys.readouterr().err
        (tmp_path / "empty").touch()
        assert run(f"@{tmp_path / 'empty'}") == 2
        assert "the list is empty; expected one path a line" in capsys.readouterr().err

    def test_dry_run_opens_no_model(self, run, tmp_path, monkeypatch, capsys):
        monkeypatch.setattr("colorkeras.colorize._open_models", lambda *_: pytest.fail("opened"))
        for name in ("a.jpg", "b.tif"):
            write(tmp_path / "in" / name)
        (tmp_path / "in" / "c.png").write_bytes(b"")
        assert run(tmp_path / "in", "--dry-run") == 1
        printed = capsys.readouterr()
        assert f"{tmp_path / 'in' / 'a.jpg'} -> {tmp_path / 'out' / 'a.png'}" in printed.out
        assert f"{tmp_path / 'in' / 'b.tif'} -> {tmp_path / 'out' / 'b.tif'}" in printed.out
        assert "dry run: 2 to colorize, 1 skipped" in printed.out
        assert "c.png: empty file" in printed.err
        assert not (tmp_path / "out").exists()

    def test_dry_run_counts_results_that_exist(self, run, tmp_path, capsys):
        for name in ("a.jpg", "b.jpg"):
            write(tmp_path / "in" / name)
        assert run(tmp_path / "in" / "a.jpg") == 0
        assert run(tmp_path / "in", "--dry-run") == 0
        assert "1 to colorize, 1 whose result exists, 0 skipped" in capsys.readouterr().out
        assert run(tmp_path / "in", "--dry-run", "--overwrite") == 0
        assert "dry run: 2 to colorize, 0 skipped" in capsys.readouterr().out

    @pytest.mark.parametrize("option", [["--dry-run"], []])
    def test_another_file_of_the_lists_name(self, run, tmp_path, monkeypatch, capsys, option):
        monkeypatch.setattr("colorkeras.colorize._open_models", lambda *_: pytest.fail("opened"))
        write(tmp_path / "a.jpg")
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "colorize.csv").write_text("a;b\n")
        assert run(tmp_path / "a.jpg", *option) == 2
        assert "rename it, restore it, or choose another -o." in capsys.readouterr().err
        assert (tmp_path / "out" / "colorize.csv").read_text() == "a;b\n"

    def test_a_folder_in_the_place_of_a_result(self, run, tmp_path, capsys):
        write(tmp_path / "a.png")
        (tmp_path / "out" / "a.png").mkdir(parents=True)
        assert run(tmp_path / "a.png", "--dry-run") == 2
        assert "a.png is a folder; remove it, or choose another -o" in capsys.readouterr().err

    def test_quality_without_a_jpeg(self, run, tmp_path, capsys):
        write(tmp_path / "a.jpg")
        assert run(tmp_path / "a.jpg", "--quality", "80") == 2
        assert "--quality: no result is a JPEG; add --format jpg" in capsys.readouterr().err
        assert not (tmp_path / "out").exists()

    def test_duplicates_are_colored_once(self, run, tmp_path, capsys, monkeypatch):
        for name in ("a.png", "b.png", "deep/c.png"):
            write(tmp_path / "in" / name)
        predicted = []
        predict = batch.PhotoColorizer.color
        monkeypatch.setattr(
            batch.PhotoColorizer,
            "color",
            lambda self, job, source: predicted.append(job) or predict(self, job, source),
        )
        assert run(tmp_path / "in") == 0
        assert len(predicted) == 1
        assert "1 colorized, 2 copied, 0 skipped" in capsys.readouterr().out
        contents = {path.read_bytes() for path in (tmp_path / "out").rglob("*.png")}
        assert len(contents) == 1
        assert run(tmp_path / "in") == 0
        assert "0 colorized, 3 already there" in capsys.readouterr().out

    def test_the_list_of_results(self, run, tmp_path):
        write(tmp_path / "in" / "a.png")
        write(tmp_path / "in" / "b.jpg")
        (tmp_path / "in" / "c.png").write_bytes(b"no image")
        assert run(tmp_path / "in") == 1
        found = {os.path.basename(row["photograph"]): row for row in rows(tmp_path)}
        assert [found[name]["status"] for name in ("a.png", "b.jpg", "c.png")] == [
            "colorized", "colorized", "skipped",
        ]  # fmt: skip
        assert found["b.jpg"]["result"] == "b.png"
        assert float(found["a.png"]["seconds"]) > 0
        assert found["c.png"]["reason"]
        # Rows of another batch stay, a second call replaces its own.
        write(tmp_path / "other" / "d.png")
        assert run(tmp_path / "other") == 0
        assert run(tmp_path / "in") == 1
        statuses = {os.path.basename(row["photograph"]): row["status"] for row in rows(tmp_path)}
        assert statuses == {
            "a.png": "already there", "b.jpg": "already there", "c.png": "skipped",
            "d.png": "colorized",
        }  # fmt: skip

    def test_a_list_of_somebody_else_is_not_replaced(self, run, tmp_path, capsys):
        write(tmp_path / "a.png")
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "colorize.csv").write_text("my,own\n1,2\n")
        assert run(tmp_path / "a.png") == 2
        assert "colorize.csv: expected the columns photograph, result" in capsys.readouterr().err
        assert (tmp_path / "out" / "colorize.csv").read_text() == "my,own\n1,2\n"

    def test_two_batches_into_one_folder(self, run, tmp_path, capsys):
        write(tmp_path / "a.png")
        with locked(tmp_path / "out", "busy"):
            (tmp_path / "out" / "x").touch()
            assert run(tmp_path / "a.png") == 2
        assert "another colorize is writing into this folder" in capsys.readouterr().err

    def test_results_do_not_depend_on_how_many_are_colored_at_a_time(self, run, tmp_path):
        for number in range(6):
            write(tmp_path / "in" / f"{number}.png", make_image(number, 40 + number, 50))
        sums = []
        for jobs in (1, 4):
            out = f"out{jobs}"
            assert run(tmp_path / "in", "--jobs", jobs, out=out) == 0
            files = sorted((tmp_path / out).glob("*.png"))
            sums.append([hashlib.sha256(path.read_bytes()).hexdigest() for path in files])
        assert len(sums[0]) == 6
        assert sums[0] == sums[1]

    def test_many_broken_files_stand_out(self, run, tmp_path, capsys):
        for number in range(20):
            write(tmp_path / "in" / f"{number}.jpg", make_image(number))
        broken = [tmp_path / "in" / f"{number}.jpg" for number in (3, 7, 11)]
        for path in broken:
            path.write_bytes(path.read_bytes()[:-200])
        assert run(tmp_path / "in") == 1
        printed = capsys.readouterr()
        assert "17 colorized, 3 skipped" in printed.out
        assert all(f"skipped {path}: " in printed.err for path in broken)
        for path in broken:
            path.unlink()
        assert run(tmp_path / "in") == 0
        assert "0 colorized, 17 already there, 0 skipped" in capsys.readouterr().out

    def test_contact_sheet(self, run, tmp_path, capsys):
        write(tmp_path / "in" / "a.png")
        tifffile.imwrite(tmp_path / "in" / "deep.tif", (GREY16 / 65535).astype(np.float32))
        assert run(tmp_path / "in", "--sheet", "--doubt") == 0
        printed = capsys.readouterr().out
        assert str(tmp_path / "out" / "sheet.png") in printed
        page = (tmp_path / "out" / "sheet.html").read_text(encoding="utf-8")
        assert "a.png" in page
        assert "deep.tif" in page
        assert run(tmp_path / "out", out="again") == 0  # all of it is ours
        assert "0 colorized, 0 skipped" in capsys.readouterr().out


def test_samples_of_a_scan_with_doubt(tmp_path):
    model = write_noisy_model(tmp_path / "model.h5", "input")
    tifffile.imwrite(tmp_path / "a.tif", GREY16)
    argv = [model, str(tmp_path / "a.tif"), "-o", str(tmp_path / "out"), "--samples", "2"]
    assert main([*argv, "--doubt"]) == 0
    assert results(tmp_path) == ["a-1.tif", "a-2.tif", "a-doubt.png"]


class TestAgain:
    def test_what_is_there_may_be_verified_and_doubted_later(self, run, tmp_path, capsys):
        write(tmp_path / "a.png", make_image(2)[..., 0])
        assert run(tmp_path / "a.png") == 0
        before = (tmp_path / "out" / "a.png").read_bytes()
        capsys.readouterr()
        assert run(tmp_path / "a.png", "--verify", "--doubt") == 0
        printed = capsys.readouterr().out
        assert "luma changed by at most 0.29" in printed
        assert "0 colorized, 1 already there" in printed
        assert results(tmp_path) == ["a-doubt.png", "a.png"]
        assert (tmp_path / "out" / "a.png").read_bytes() == before

    @pytest.mark.parametrize("option", [["--quality", "50"], ["--no-mark"], ["--tiles"]])
    def test_other_options_are_another_result(self, run, tmp_path, capsys, option):
        write(tmp_path / "a.png", make_image(2, 90, 80))
        assert run(tmp_path / "a.png", "--format", "jpg") == 0
        assert run(tmp_path / "a.png", "--format", "jpg", *option) == 1
        assert "made by another model or with other options" in capsys.readouterr().err

    def test_a_copy_has_its_doubt_map(self, run, tmp_path):
        for name in ("a.png", "b.png"):
            write(tmp_path / "in" / name)
        assert run(tmp_path / "in", "--doubt", "--no-mark") == 0
        assert results(tmp_path) == ["a-doubt.png", "a.png", "b-doubt.png", "b.png"]
        (tmp_path / "out" / "b.png").unlink()
        assert run(tmp_path / "in", "--doubt", "--no-mark") == 0
        assert run(tmp_path / "in", "--doubt", "--no-mark") == 0
        statuses = [row["status"] for row in rows(tmp_path)]
        assert statuses == ["already there", "already there"]


class TestNothingReplaced:
    def test_a_doubt_map_replaces_no_other_file(self, run, tmp_path, capsys):
        write(tmp_path / "a.png")
        mine = write(tmp_path / "out" / "a-doubt.png", make_image(7))
        before = mine.read_bytes()
        assert run(tmp_path / "a.png", "--doubt") == 1
        assert "a-doubt.png exists, not known to be the doubt map" in capsys.readouterr().err
        assert mine.read_bytes() == before
        assert not (tmp_path / "out" / "a.png").exists()

    def test_a_doubt_map_replaces_no_other_result(self, run, tmp_path, capsys):
        write(tmp_path / "in" / "a.png")
        write(tmp_path / "in" / "a-doubt.png", make_image(7))
        assert run(tmp_path / "in", "--doubt") == 1
        assert "one of its files would have the name of one of" in capsys.readouterr().err

    def test_a_name_that_is_too_long_costs_one_photograph(self, run, tmp_path, capsys):
        write(tmp_path / "in" / ("z" * 250 + ".jpg"))
        write(tmp_path / "in" / ("z" * 250 + ".bmp"))
        write(tmp_path / "in" / "b.png")
        assert run(tmp_path / "in") == 1
        assert "File name too long" in capsys.readouterr().err
        assert (tmp_path / "out" / "b.png").exists()

    def test_a_dark_page_of_a_scan_is_not_scaled(self, run, tmp_path):
        pages = [GREY16, (GREY16 // 20).astype(np.uint16)]
        with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
            for page in pages:
                writer.write(page, photometric="minisblack", metadata=None, contiguous=False)
        assert run(tmp_path / "a.tif") == 0
        with tifffile.TiffFile(tmp_path / "out" / "a.tif") as result:
            for page, grey in zip(result.pages, pages, strict=True):
                assert np.abs(page.asarray() @ WEIGHTS - grey).max() <= 0.31

    def test_a_list_in_utf_16(self, run, tmp_path):
        write(tmp_path / "a.png")
        (tmp_path / "list.txt").write_text(f"{tmp_path / 'a.png'}\r\n", encoding="utf-16")
        assert run(f"@{tmp_path / 'list.txt'}") == 0
        assert results(tmp_path) == ["a.png"]
