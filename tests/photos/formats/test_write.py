"""Photographs in every format: pixels, metadata of every kind and the mark, read by Pillow."""

import io
import json

import cv2
import numpy as np
import photos_with_metadata as samples
import pytest
import tifffile
from PIL import ExifTags, Image

from colorkeras.console.errors import UserError
from colorkeras.data.images.formats import UnusableImage, open_image
from colorkeras.data.images.mark import facts_of, is_own_result
from colorkeras.photos.formats.write import FORMATS, Page, write_photo
from colorkeras.photos.metadata.metadata import Metadata, read_metadata

FACTS = {"experiment": "tiny", "run": "<&\"é'", "source": "ab" * 32}
SOURCES = {
    "jpeg": samples.jpeg,
    "png": samples.png,
    "tiff": samples.tiff,
    "webp": samples.webp,
}
SOURCE_TYPE = b"http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"


def metadata_of(data):
    return read_metadata(open_image(io.BytesIO(data)))


def page(metadata=None, channels=3, depth=8, height=samples.WIDTH, width=samples.HEIGHT):
    pixels = samples.pixels(channels, depth, height, width)
    strips = iter(np.split(pixels, [1, 7]))
    return Page(height, width, channels, depth, strips, metadata or Metadata())


def written(tmp_path, form, metadata, facts=FACTS):
    path = tmp_path / f"x{FORMATS[form].suffixes[0]}"
    write_photo(path, form, [page(metadata)], facts)
    return path


@pytest.fixture(params=[(source, form) for source in SOURCES for form in FORMATS], ids="-".join)
def result(request, tmp_path):
    source, form = request.param
    original = metadata_of(SOURCES[source]())
    return source, form, original, written(tmp_path, form, original)


def decoded(path, channels):
    if path.suffix == ".tif":  # OpenCV multiplies its colors by alpha
        return tifffile.imread(path)
    return cv2.imread(path, cv2.IMREAD_UNCHANGED)[..., [2, 1, 0, 3][:channels]]


HELD = [
    (form, depth, channels)
    for form, kind in FORMATS.items()
    for depth in kind.depths
    for channels in ((3, 4) if kind.alpha else (3,))
]


@pytest.mark.parametrize(("form", "depth", "channels"), HELD)
def test_pixels_come_back(tmp_path, form, depth, channels):
    path = tmp_path / f"x{FORMATS[form].suffixes[0]}"
    write_photo(path, form, [page(None, channels, depth)], FACTS)
    expected = samples.pixels(channels, depth, samples.WIDTH, samples.HEIGHT)
    error = np.abs(decoded(path, channels).astype(int) - expected)
    assert error.mean() < 4 if form == "jpg" else not error.any()


def test_exif_comes_back(result):
    source, _, _, path = result
    with Image.open(path) as image:
        exif = image.getexif()
        details = exif.get_ifd(ExifTags.IFD.Exif)
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        interoperability = exif.get_ifd(ExifTags.IFD.Interop)
    assert exif[ExifTags.Base.Copyright].encode("latin-1").decode() == samples.COPYRIGHT
    assert exif[ExifTags.Base.Orientation] == 1
    assert details[ExifTags.Base.DateTimeOriginal] == samples.DATE
    assert details[ExifTags.Base.UserComment] == samples.COMMENT
    assert details[ExifTags.Base.MakerNote] == samples.MAKER_NOTE
    assert details[ExifTags.Base.ExposureTime] == 1 / 250
    assert details[ExifTags.Base.ColorSpace] == 1
    size = details[ExifTags.Base.ExifImageWidth], details[ExifTags.Base.ExifImageHeight]
    assert size == (samples.HEIGHT, samples.WIDTH)
    assert gps == samples.GPS
    if source != "tiff":
        assert interoperability[1] == "R98"
        assert exif[ExifTags.Base.Model] == "I"
    else:
        assert (exif[269], exif[285], exif[270]) == ("Album", "Page 3", "A ferry")


def test_xmp_comes_back_without_contradictions(result):
    _, _, _, path = result
    with open(path, "rb") as file:
        xmp = metadata_of(file.read()).xmp
    assert "Fähre im Hafen, 東京" in xmp.decode()
    assert b"xmp:Rating='4'" in xmp
    assert b"Orientation" not in xmp
    assert b"Thumbnails" not in xmp
    assert xmp.count(SOURCE_TYPE) == 1


def test_iptc_comes_back(result):
    source, form, original, path = result
    expected = None if source == "webp" else samples.IPTC
    assert original.iptc == expected
    with open(path, "rb") as file:
        assert metadata_of(file.read()).iptc == (None if form == "webp" else expected)


def test_resolution_comes_back_turned(result):
    """300 across and 150 down in the photograph, which orientation 6 turns."""
    _, _, original, path = result
    assert original.dpi == pytest.approx((150, 300), rel=1e-4)
    with open(path, "rb") as file:
        assert metadata_of(file.read()).dpi == pytest.approx((150, 300), rel=1e-4)


def test_the_mark_is_found(result):
    _, form, _, path = result
    with open(path, "rb") as file:
        image = open_image(file)
        assert is_own_result(image)
        assert facts_of(image) == FACTS
        profile = image.info.get("icc_profile")
    assert (profile is None) == (form == "png")


def test_no_mark(result, tmp_path):
    _, form, original, _ = result
    path = written(tmp_path, form, original, facts=None)
    with open(path, "rb") as file:
        data = file.read()
    assert b"olorkeras" not in data
    assert SOURCE_TYPE not in data
    assert metadata_of(data).xmp == original.xmp


@pytest.mark.parametrize("form", FORMATS)
def test_the_mark_without_any_metadata(tmp_path, form):
    with open(written(tmp_path, form, Metadata()), "rb") as file:
        image = open_image(file)
        assert facts_of(image) == FACTS
        assert SOURCE_TYPE in image.info["xmp"]
        assert not image.getexif().get_ifd(ExifTags.IFD.Exif)
        if form == "tiff":
            assert json.dumps(FACTS, sort_keys=True) in image.tag_v2[270]


@pytest.mark.parametrize("form", FORMATS)
def test_a_strip_that_raises_leaves_nothing_behind(tmp_path, form):
    def strips():
        yield np.zeros((1, 4, 3), np.uint8)
        raise UserError("NaN")

    path = tmp_path / "x"
    path.write_bytes(b"old")
    with pytest.raises(UserError, match="NaN"):
        write_photo(path, form, [Page(2, 4, 3, 8, strips(), Metadata())], None)
    assert [file.name for file in tmp_path.iterdir()] == ["x"]
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize("form", FORMATS)
def test_strips_that_do_not_fit_the_page(tmp_path, form):
    for rows, width, dtype in ((1, 4, "uint8"), (3, 4, "uint8"), (2, 3, "uint8"), (2, 4, "uint16")):
        strips = [np.zeros((rows, width, 3), dtype)]
        with pytest.raises(ValueError, match=r"rows were given|a strip of"):
            write_photo(tmp_path / "x", form, [Page(2, 4, 3, 8, strips, Metadata())], None)
    assert not list(tmp_path.iterdir())


def test_pages_that_a_format_cannot_hold(tmp_path):
    wrong = [("jpg", 4, 8), ("jpg", 3, 16), ("webp", 3, 16), ("png", 3, 9), ("tiff", 2, 8)]
    for form, channels, depth in wrong:
        with pytest.raises(ValueError, match=f"{channels} channels of {depth} bits"):
            write_photo(tmp_path / "x", form, [Page(1, 1, channels, depth, [], Metadata())], None)
    with pytest.raises(UnusableImage, match="longer than a WebP's 16383 pixels; use png"):
        write_photo(tmp_path / "x", "webp", [Page(1, 16_384, 3, 8, [], Metadata())], None)
    for form in FORMATS:
        with pytest.raises(ValueError, match="page"):
            write_photo(tmp_path / "x", form, [], None)
    with pytest.raises(ValueError, match="one page"):
        write_photo(tmp_path / "x", "png", [page(), page()], None)
