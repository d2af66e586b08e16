"""Images that tell nothing but their colors."""

import numpy as np
import pytest
from PIL import Image, JpegImagePlugin

from colorkeras.console.errors import UserError
from colorkeras.data.images.mark import save_options
from colorkeras.study import pixels, random_colors


@pytest.fixture
def image():
    return np.random.default_rng(0).integers(0, 256, (32, 48, 3), dtype=np.uint8)


def test_a_file_holds_its_pixels_only(image, tmp_path):
    """Neither the mark of colorized images, nor Exif, nor a time: two files are equal."""
    Image.fromarray(image).save(tmp_path / "model.png", **save_options(".png", {"run": "x"}))
    Image.fromarray(image).save(tmp_path / "truth.png", compress_level=1, dpi=(72, 72))
    alike = pixels.made_alike({key: tmp_path / f"{key}.png" for key in ("model", "truth")}, 512)
    for key, version in alike.items():
        pixels.save_neutral(tmp_path / f"neutral {key}.png", version)
    model, truth = ((tmp_path / f"neutral {key}.png").read_bytes() for key in alike)
    assert model == truth
    assert b"olorized" not in model
    with Image.open(tmp_path / "neutral model.png") as opened:
        assert (opened.mode, dict(opened.info)) == ("RGB", {})


def test_what_is_lossless_stays_as_it_is(image, tmp_path):
    Image.fromarray(image).save(tmp_path / "a.png")
    alike = pixels.made_alike({"a": tmp_path / "a.png"}, 512)
    np.testing.assert_array_equal(alike["a"], image)


def test_a_jpeg_among_them_leaves_its_traces_in_all(image, tmp_path):
    """The image of the PNG comes out as if it had been saved like the JPEG."""
    Image.fromarray(image).save(tmp_path / "truth.jpg", quality=40, subsampling=2)
    Image.fromarray(image).save(tmp_path / "model.png")
    files = {"truth": tmp_path / "truth.jpg", "model": tmp_path / "model.png"}
    alike = pixels.made_alike(files, 512)
    as_jpeg = np.asarray(Image.open(tmp_path / "truth.jpg").convert("RGB"))
    np.testing.assert_array_equal(alike["model"], as_jpeg)
    lost, lost_again = (
        np.abs(one.astype(int) - other).mean()
        for one, other in ((image, as_jpeg), (as_jpeg, alike["truth"]))
    )
    assert lost_again < 0.2 * lost


def test_the_coarsest_coding_counts(image, tmp_path):
    Image.fromarray(image).save(tmp_path / "fine.jpg", quality=95, subsampling=0)
    Image.fromarray(image).save(tmp_path / "coarse.jpg", quality=30, subsampling=2)
    tables, sampling = pixels._coarsest([tmp_path / "fine.jpg", tmp_path / "coarse.jpg"])
    with Image.open(tmp_path / "coarse.jpg") as coarse:
        assert tables == [list(coarse.quantization[0]), list(coarse.quantization[1])]
        assert sampling == JpegImagePlugin.get_sampling(coarse) == 2


def test_sizes_become_equal(image, tmp_path):
    Image.fromarray(image).save(tmp_path / "small.png")
    Image.fromarray(image).resize((96, 64)).save(tmp_path / "large.png")
    files = {key: tmp_path / f"{key}.png" for key in ("small", "large")}
    assert {v.shape for v in pixels.made_alike(files, 512).values()} == {(32, 48, 3)}
    assert {v.shape for v in pixels.made_alike(files, 24).values()} == {(16, 24, 3)}


def test_another_shape_is_refused(image, tmp_path):
    Image.fromarray(image).save(tmp_path / "a.png")
    Image.fromarray(image[:, :32]).save(tmp_path / "b.png")
    files = {key: tmp_path / f"{key}.png" for key in "ab"}
    with pytest.raises(UserError, match=r"a\.png: is 48×32 pixels, but .*b\.png is 32×32"):
        pixels.made_alike(files, 512)


def test_a_damaged_file_is_named(tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n rest")
    with pytest.raises(UserError, match=r"a\.png: cannot be used"):
        pixels.read(tmp_path / "a.png")


def test_random_colors_keep_lightness():
    red, green = (np.full((16, 16, 3), color, np.uint8) for color in ((150, 90, 90), (90, 130, 90)))
    made = random_colors.with_colors_of(red, green)
    lightness, *colors = np.moveaxis(random_colors._lab(made), -1, 0)
    assert np.abs(lightness - random_colors._lab(red)[..., 0]).max() < 0.7
    for channel, found in enumerate(colors, 1):
        assert np.abs(found - random_colors._lab(green)[..., channel]).max() < 0.7


def test_the_farthest_picture():
    thumbnails = {
        name: random_colors.thumbnail(np.full((8, 8, 3), color, np.uint8))
        for name, color in {"red": (200, 0, 0), "brown": (150, 60, 0), "green": (0, 200, 0)}.items()
    }
    other, distance = random_colors.farthest(thumbnails, "red")
    assert other == "green"
    assert distance > random_colors.MIN_DIFFERENCE
