"""What is special in JPEG: one density in whole numbers, comments, and segments of 64 KiB."""

import io

import photos_with_metadata as samples
import pytest
from PIL import Image

from colorkeras.data.images.formats import open_image
from colorkeras.data.images.mark import facts_of
from colorkeras.photos.formats.write import Page, write_photo
from colorkeras.photos.metadata.fitting import fitting
from colorkeras.photos.metadata.metadata import Metadata, read_metadata
from colorkeras.photos.metadata.xmp_packet import parsed

FACTS = {"experiment": "tiny", "run": "first"}


def written(tmp_path, metadata, facts=FACTS):
    path = tmp_path / "x.jpg"
    write_photo(path, "jpg", [Page(4, 4, 3, 8, [samples.pixels(3, 8, 4, 4)], metadata)], facts)
    image = Image.open(io.BytesIO(path.read_bytes()))
    image.load()
    return image


@pytest.mark.parametrize(
    ("dpi", "unit", "density"),
    [
        ((300, 300), 1, (300, 300)),
        ((299.9994, 149.9997), 1, (300, 150)),
        ((299.72, 299.72), 2, (118, 118)),
        ((0.1, 90_000), 1, (1, 65_535)),
        (None, 0, (1, 1)),
    ],
)
def test_density(tmp_path, dpi, unit, density):
    image = written(tmp_path, Metadata(dpi=dpi))
    assert (image.info["jfif_unit"], image.info["jfif_density"]) == (unit, density)
    assert len([name for name, _ in image.applist if name == "APP0"]) == 1


def test_chroma_is_not_subsampled(tmp_path):
    assert [layer[1:3] for layer in written(tmp_path, Metadata()).layer] == [(1, 1)] * 3


def test_a_lower_quality_is_smaller(tmp_path):
    sizes = []
    for number, quality in enumerate((95, 50)):
        path = tmp_path / f"{number}.jpg"
        page = Page(40, 40, 3, 8, [samples.pixels(3, 8, 40, 40)], Metadata())
        write_photo(path, "jpg", [page], None, quality=quality)
        sizes.append(path.stat().st_size)
    assert sizes[1] < sizes[0]


def test_comments_follow_the_mark(tmp_path):
    texts = (("Comment", "Größe"), ("Comment", "second"))
    image = written(tmp_path, Metadata(texts=texts))
    lines = image.info["comment"].decode().splitlines()
    assert lines[0] == "Colorized by colorkeras (tiny, run first): the colors are a model's guess."
    assert lines[2:] == ["Größe", "second"]
    assert (
        written(tmp_path, Metadata(texts=texts), None).info["comment"] == "Größe\nsecond".encode()
    )
    assert "comment" not in written(tmp_path, Metadata(), None).info


@pytest.mark.parametrize("facts", [FACTS, None])
def test_long_xmp_has_an_extension(tmp_path, facts):
    long = samples.XMP.replace(b"xmp:Rating", b'xmp:Label="' + b"x" * 150_000 + b'" xmp:Rating')
    written(tmp_path, Metadata(xmp=long), facts)
    data = (tmp_path / "x.jpg").read_bytes()
    image = open_image(io.BytesIO(data))
    assert facts_of(image) == facts
    assert len(image.info["xmp"]) < 2000
    found = read_metadata(image)
    names = [found.name[1] for found in parsed(found.xmp).properties]
    assert names.count("Label") == names.count("title") == 1
    assert b"x" * 150_000 in found.xmp
    # With a part lost, what is left is still read.
    damaged = data.replace(b"xmp/extension/", b"xmp/something/", 1)
    found = read_metadata(open_image(io.BytesIO(damaged)))
    assert found.lost == ("extended XMP: damaged",)
    assert b"title" not in found.xmp


def big_exif(note, **more):
    data = samples.exif(MakerNote=note, **more).tobytes()
    image = io.BytesIO(samples.saved("WEBP", exif=data))
    return read_metadata(open_image(image))


def test_exif_that_is_too_long_loses_the_maker_note_first(tmp_path):
    metadata = big_exif(b"n" * 70_000)
    assert fitting(metadata, "png").lost == ()
    assert fitting(metadata, "jpg").lost == ("maker note: longer than JPEG allows",)
    details = written(tmp_path, metadata).getexif().get_ifd(0x8769)
    assert 0x927C not in details
    assert details[0x9286] == samples.COMMENT
    metadata = big_exif(b"n" * 70_000, UserComment=b"ASCII\0\0\0" + b"c" * 70_000)
    lost = ("maker note: longer than JPEG allows", "EXIF tag 0x9286: longer than JPEG allows")
    assert fitting(metadata, "jpg").lost == lost
    exif = written(tmp_path, metadata).getexif()
    assert exif[0x8298].encode("latin-1").decode() == samples.COPYRIGHT


def test_a_maker_note_far_behind_moves_where_exif_would_be_too_long(tmp_path):
    """The thumbnail before it is dropped; the note alone would fit at its offset, but not more."""
    exif = read_metadata(open_image(io.BytesIO(samples.jpeg()))).exif
    assert len(exif) < 1000
    metadata = big_exif(b"n" * 100, UserComment=b"c" * 50_000)
    assert fitting(metadata, "jpg").lost == ()


def test_other_things_that_are_too_long(tmp_path):
    long = Metadata(iptc=b"\x1c\x02\x78\x7f\xff" + bytes(0x7FFF) * 2 + bytes(100))
    assert fitting(long, "jpg").lost == ("IPTC: longer than JPEG allows",)
    assert fitting(long, "tiff").lost == ()
    comment = Metadata(texts=(("Comment", "x" * 70_000),))
    assert fitting(comment, "jpg").lost == ("text Comment: longer than JPEG allows",)
    assert facts_of(written(tmp_path, comment)) == FACTS
