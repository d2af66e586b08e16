"""Texts find a place in Exif where a format has no other one; what finds none is told."""

import io
from dataclasses import replace

import photos_with_metadata as samples
import pytest
from PIL import ExifTags, Image

from colorkeras.data.images.formats import open_image
from colorkeras.photos.metadata.fitting import fitting
from colorkeras.photos.metadata.metadata import Metadata, read_metadata

TEXTS = (
    ("Title", "T"),
    ("Author", "東京"),
    ("Copyright", "mine"),
    ("Comment", "C"),
    ("date:x", "1"),
)
NAMES = {"jpg": "JPEG", "tiff": "TIFF", "webp": "WebP"}


def exif_of(metadata):
    exif = Image.Exif()
    exif.load(metadata.exif)
    return exif


@pytest.mark.parametrize("form", NAMES)
def test_texts_become_tags(form):
    fitted = fitting(Metadata(texts=TEXTS), form)
    exif = exif_of(fitted)
    assert (exif[269], exif[33432]) == ("T", "mine")
    assert exif[315].encode("latin-1").decode() == "東京"
    assert fitted.lost == (f"text date:x: {NAMES[form]} has no place left for it",)
    if form == "jpg":
        assert fitted.texts == (("Comment", "C"),)
    else:
        assert exif.get_ifd(ExifTags.IFD.Exif)[37510] == b"ASCII\0\0\0C"
    assert fitting(fitted, form) == fitted


def test_tags_that_are_there_stay():
    metadata = read_metadata(open_image(io.BytesIO(samples.jpeg())))
    fitted = fitting(metadata, "webp")
    expected = ("text Comment: WebP has no place left for it", "IPTC: WebP has no place for it")
    assert (fitted.lost, fitted.texts, fitted.iptc) == (expected, (), None)
    details = exif_of(fitted).get_ifd(ExifTags.IFD.Exif)
    assert details[37510] == samples.COMMENT
    assert fitting(metadata, "tiff").lost == ("text Comment: TIFF has no place left for it",)


def test_png_has_a_place_for_all():
    metadata = Metadata(texts=TEXTS, iptc=samples.IPTC)
    assert fitting(metadata, "png") == metadata


def test_a_comment_that_is_not_ascii():
    details = exif_of(fitting(Metadata(texts=(("Comment", "№ 5"),)), "webp"))
    assert details.get_ifd(ExifTags.IFD.Exif)[37510] == b"UNICODE\0" + "№ 5".encode("utf-16-le")


def test_resolution_of_webp_stands_in_exif():
    exif = exif_of(fitting(Metadata(dpi=(300, 118.11)), "webp"))
    assert (exif[282], exif[283], exif[296]) == (300, pytest.approx(118.11), 2)
    other = fitting(Metadata(dpi=(72, 72)), "webp")  # as Exif states it, but the file another
    exif = exif_of(fitting(replace(other, dpi=(100, 200)), "webp"))
    assert (exif[282], exif[283]) == (100, 200)
