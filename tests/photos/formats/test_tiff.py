"""TIFF of several pages, both byte orders and both sizes, read by tifffile, Pillow and OpenCV."""

import io
from dataclasses import replace

import cv2
import numpy as np
import photos_with_metadata as samples
import pytest
import tifffile
from PIL import Image

from colorkeras.data.images.formats import open_image
from colorkeras.data.images.mark import facts_of
from colorkeras.photos.formats import tiff as tiff_writer
from colorkeras.photos.formats.write import Page, write_photo
from colorkeras.photos.metadata.metadata import Metadata, read_metadata
from colorkeras.photos.metadata.tiff_store import stored
from colorkeras.photos.metadata.tiff_structure import EXIF, MAKER_NOTE, read_structure, swapped

FACTS = {"experiment": "tiny", "run": "first"}
SIZES = ((30, 41), (17, 200), (1, 1))


def original():
    return read_metadata(open_image(io.BytesIO(samples.jpeg())))


def little_endian(metadata):
    structure = read_structure(metadata.exif)
    other = replace(structure, order="<", tags=swapped(structure.tags))
    return replace(metadata, exif=stored(other))


def pages(depth, channels, metadata):
    for number, (height, width) in enumerate(SIZES):
        pixels = samples.pixels(channels, depth, height, width)
        said = replace(metadata[number], dpi=(100.0 + number, 200.0 + number))
        yield Page(height, width, channels, depth, iter(np.array_split(pixels, 3)), said)


@pytest.fixture(params=["classic", "big"])
def size(request, monkeypatch):
    if request.param == "big":
        monkeypatch.setattr(tiff_writer, "_MOST_BYTES", 100)
    return request.param


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("depth", [8, 16])
def test_pages_come_back(tmp_path, size, depth, channels, order):
    first, second = original(), little_endian(original())
    if order == "<":
        first, second = second, first
    path = tmp_path / "x.tif"
    write_photo(path, "tiff", pages(depth, channels, [first, second, Metadata()]), FACTS)
    with tifffile.TiffFile(path) as file:
        assert (file.byteorder, file.is_bigtiff) == (order, size == "big")
        assert len(file.pages) == 3
        for number, (page, (height, width)) in enumerate(zip(file.pages, SIZES, strict=True)):
            assert np.array_equal(page.asarray(), samples.pixels(channels, depth, height, width))
            assert page.tags[282].value == (1_000_000 + 10_000 * number, 10_000)
            assert page.tags[297].value == (number, 3)
            assert (page.extrasamples == (2,)) == (channels == 4)
            assert (33432 in page.tags) == (number < 2)
            assert page.tags[34675].value[36:40] == b"acsp"
        assert file.pages[0].tags[34665].value["UserComment"]
        assert file.pages[1].tags[34853].value["GPSLatitude"] == (52, 1, 30, 1, 119, 2)


def test_each_page_has_the_mark_and_its_metadata(tmp_path, size):
    path = tmp_path / "x.tif"
    said = original() if size == "classic" else little_endian(original())
    write_photo(path, "tiff", pages(8, 3, [said, Metadata(), original()]), FACTS)
    with open(path, "rb") as file:
        image = open_image(file)
        for number in range(3):
            image.seek(number)
            assert facts_of(image) == FACTS
            found = read_metadata(image)
            assert found.dpi == (100 + number, 200 + number)
            assert found.iptc == (None if number == 1 else samples.IPTC)
            assert found.lost == ()


def test_the_maker_note_of_the_first_page_keeps_its_offset(tmp_path):
    metadata, path = original(), tmp_path / "x.tif"
    before = read_structure(metadata.exif).tags[34665][MAKER_NOTE].offset
    write_photo(path, "tiff", pages(8, 3, [metadata] * 3), None)
    assert path.read_bytes()[before:].startswith(samples.MAKER_NOTE)
    with open(path, "rb") as file:
        found = [read_structure(file, page).tags[34665][MAKER_NOTE] for page in range(3)]
    assert [value.data for value in found] == [samples.MAKER_NOTE] * 3
    assert found[0].offset == before


def test_without_a_maker_note_the_file_is_little_endian(tmp_path):
    """Pillow opens no big-endian BigTIFF; a comment of 16-bit characters is turned round."""
    structure = read_structure(original().exif)
    del structure.tags[EXIF][MAKER_NOTE]
    path = tmp_path / "x.tif"
    write_photo(path, "tiff", pages(16, 3, [Metadata(exif=stored(structure))] * 3), None)
    with Image.open(path) as image:
        comment = image.getexif().get_ifd(EXIF)[37510]
    assert (path.read_bytes()[:2], comment[:8]) == (b"II", b"UNICODE\0")
    assert comment[8:].decode("utf-16-le") == samples.COMMENT[8:].decode("utf-16-be")


def test_rows_of_large_pages_are_in_strips(tmp_path):
    pixels = samples.pixels(3, 8, 700, 1000)
    path = tmp_path / "x.tif"
    page = Page(700, 1000, 3, 8, [pixels[:699], pixels[699:]], Metadata())
    write_photo(path, "tiff", [page], None)
    with Image.open(path) as image:
        assert len(image.tag_v2[273]) == 9
        assert 254 not in image.tag_v2
        assert np.array_equal(np.asarray(image), pixels)
    assert np.array_equal(cv2.imread(path)[..., ::-1], pixels)


def test_a_photograph_without_resolution_and_a_blank_description(tmp_path):
    tags = read_structure(samples.exif().tobytes()[6:]).tags
    structure = replace(read_structure(samples.exif().tobytes()[6:]), tags={270: tags[271]})
    structure.tags[270] = replace(tags[271], data=b"    \0")
    path = tmp_path / "x.tif"
    metadata = Metadata(exif=stored(structure))
    write_photo(path, "tiff", [Page(1, 1, 3, 8, [samples.pixels(3, 8, 1, 1)], metadata)], FACTS)
    with Image.open(path) as image:
        assert (image.tag_v2[282], image.tag_v2[296]) == (1, 1)
        assert "Colorized by colorkeras (tiny, run first)" in image.tag_v2[270]
