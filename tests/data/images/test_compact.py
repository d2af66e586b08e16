"""Large images: decoded in little memory to the same pixels, in rows, or refused before."""

import io

import numpy as np
import pytest
from PIL import Image

from colorkeras.data.images import compact
from colorkeras.data.images.color_meaning import SRGB_PRIMARIES
from colorkeras.data.images.decode import UnusableImage, decode, decoded, opened, read_rgb
from colorkeras.data.images.formats import open_image
from colorkeras.data.images.icc import rgb_profile

SIZE = (120, 90)  # width, height
LINEAR = rgb_profile(SRGB_PRIMARIES, (1.0,))


@pytest.fixture
def write(tmp_path, photo):
    """Write an image in one of many kinds and return its path."""

    def save(name, mode="RGB", orientation=1, **options):
        exif = Image.Exif()
        exif[0x0112] = orientation
        image = Image.fromarray(photo(SIZE[1], SIZE[0]))
        image = Image.new("I;16", SIZE, 40_000) if mode == "I;16" else image.convert(mode)
        image.save(tmp_path / name, exif=exif, **options)
        return tmp_path / name

    return save


KINDS = [
    ("a.jpg", {"quality": 90}),
    ("a.jpg", {"progressive": True, "orientation": 6}),
    ("a.jpg", {"icc_profile": LINEAR}),
    ("a.jpg", {"mode": "CMYK"}),
    ("a.png", {}),
    ("a.png", {"icc_profile": LINEAR, "orientation": 3}),
    ("a.png", {"mode": "RGBA", "orientation": 8}),
    ("a.png", {"mode": "I;16"}),
    ("a.png", {"mode": "P", "transparency": 3}),
    ("a.webp", {"lossless": True, "orientation": 5}),
    ("a.webp", {"quality": 50}),
    ("a.tif", {"compression": "tiff_lzw"}),
    ("a.bmp", {}),
]


@pytest.mark.parametrize(("name", "options"), KINDS)
def test_large_images_give_the_same_pixels(write, monkeypatch, name, options):
    path = write(name, **options)
    expected = read_rgb(path)
    monkeypatch.setattr(compact, "LARGE", 100)
    monkeypatch.setattr("colorkeras.data.images.decode.STRIP_PIXELS", 700)
    assert np.abs(read_rgb(path).astype(int) - expected).max() <= 1
    scaled = read_rgb(path, at_least=(20, 20))
    assert scaled.shape == expected.shape or name == "a.jpg"


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_rows_are_those_of_the_upright_image(write, orientation, name):
    path = write(name, orientation=orientation)
    whole = read_rgb(path)
    with opened(path) as file:
        image = decoded(file)
        assert image.shape == whole.shape
        for top, bottom in ((0, 1), (5, 40), (whole.shape[0] - 7, whole.shape[0])):
            assert np.array_equal(image.rows(top, bottom), whole[top:bottom])


def test_opencv_is_asked_for_plain_images_only(write, monkeypatch):
    monkeypatch.setattr(compact, "LARGE", 100)
    monkeypatch.setattr(compact.cv2, "imread", lambda *_: pytest.fail("OpenCV was asked"))
    for name, options in (
        ("a.png", {"mode": "RGBA"}),
        ("b.png", {"transparency": (1, 2, 3)}),
        ("c.png", {"mode": "L"}),
        ("d.jpg", {"mode": "CMYK"}),
        ("e.bmp", {}),
    ):
        assert read_rgb(write(name, **options)).shape == (90, 120, 3)
    data = write("f.jpg").read_bytes()
    assert decode(open_image(io.BytesIO(data))).shape == (90, 120, 3)
    with pytest.raises(BaseException, match="OpenCV was asked"):
        read_rgb(write("g.png"))


@pytest.mark.parametrize(
    ("name", "options", "bytes_a_pixel"),
    [
        ("a.png", {}, 4),
        ("a.png", {"mode": "L"}, 1),
        ("a.png", {"mode": "I;16"}, 2),
        ("a.jpg", {}, 4),
        ("a.jpg", {"progressive": True}, 7),  # 4:2:0: coefficients of 1.5 samples, 2 bytes each
        ("a.jpg", {"progressive": True, "subsampling": 0}, 10),
        ("a.tif", {}, 4),
        ("a.tif", {"orientation": 6}, 8),
        ("a.tif", {"compression": "tiff_lzw"}, 8),  # in one strip
        ("a.webp", {}, 17),
    ],
)
def test_what_would_take_too_much_memory_is_refused(
    write, monkeypatch, name, options, bytes_a_pixel
):
    path, needed = write(name, **options), SIZE[0] * SIZE[1] * bytes_a_pixel
    monkeypatch.setattr(compact, "MAX_BYTES", needed)
    assert read_rgb(path).size == 3 * SIZE[0] * SIZE[1]
    monkeypatch.setattr(compact, "MAX_BYTES", needed - 1)
    with pytest.raises(
        UnusableImage, match=r"this kind of \w+ of (120x90|90x120) takes 0 MiB to decode"
    ):
        read_rgb(path)


def test_a_side_that_is_too_long(tmp_path):
    Image.new("1", (1_000_001, 2)).save(tmp_path / "x.png")
    with pytest.raises(UnusableImage, match="longer than 1000000 pixels"):
        read_rgb(tmp_path / "x.png")
