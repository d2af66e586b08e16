"""The mark of a colorized image: written once, known in every format that may carry it."""

import html
import io
import json

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from colorkeras.data.images.mark import (
    copy_options,
    facts_of,
    is_mark,
    is_own_result,
    mark_lines,
    save_options,
)

FACTS = {"experiment": "tiny", "run": "first", "source": "ab" * 32, "name": "Größe"}
OLD = "Colorized by colorkeras (tiny, run first): the colors are a model's guess."


def opened(image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    stream.seek(0)
    return Image.open(stream)


@pytest.fixture
def image():
    return Image.fromarray(np.full((40, 40, 3), (200, 90, 30), np.uint8))


@pytest.mark.parametrize(("suffix", "kind"), [(".png", "PNG"), (".jpg", "JPEG")])
def test_what_is_written_is_read_back(image, suffix, kind):
    result = opened(image, kind, **save_options(suffix, FACTS))
    assert is_own_result(result)
    assert facts_of(result) == FACTS
    sentence = result.info["Description"] if kind == "PNG" else result.info["comment"].decode()
    assert sentence.splitlines()[0] == OLD


def test_a_small_copy_has_a_mark_that_says_nothing_of_a_model(image):
    copy = opened(image, "JPEG", **copy_options())
    assert is_own_result(copy)
    assert facts_of(copy) is None


def old_marks(image):
    """As the first version wrote it, and as converters carry it on."""
    text = PngImagePlugin.PngInfo()
    text.add_itxt("Description", OLD)
    exif = Image.Exif()
    exif[270] = OLD
    yield opened(image, "PNG", pnginfo=text)
    yield opened(image, "JPEG", comment=OLD.encode())
    yield opened(image, "JPEG", exif=exif)
    yield opened(image, "PNG", exif=exif)
    yield opened(image, "WEBP", exif=exif)
    yield opened(image, "TIFF", description=OLD)


def test_old_marks_and_converted_files_are_known(image):
    for result in old_marks(image):
        assert is_own_result(result), result.format
        assert facts_of(result) == {}


@pytest.mark.parametrize(
    "comment", [b"", b"Colorized by hand", b"\xff\xfe colorkeras", OLD[5:].encode()]
)
def test_other_images_have_no_mark(image, comment):
    result = opened(image, "JPEG", comment=comment)
    assert not is_own_result(result)
    assert facts_of(result) is None


@pytest.mark.parametrize("line", ["", "[1]", "{", "[" * 100_000])
def test_a_damaged_line_is_still_a_mark(image, line):
    result = opened(image, "PNG", pnginfo=_text(f"{OLD}\ncolorkeras-result: {line}"))
    assert facts_of(result) == {}


def _text(value):
    text = PngImagePlugin.PngInfo()
    text.add_itxt("Description", value)
    return text


def test_it_is_read_from_the_header_alone(image):
    stream = io.BytesIO()
    image.resize((400, 400)).save(stream, "PNG", **save_options(".png", FACTS))
    data = stream.getvalue()
    assert is_own_result(Image.open(io.BytesIO(data[: data.index(b"IDAT") + 8])))


XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/" xmlns:c="urn:c"><c:d>Colorized by colorkeras: x.</c:d>
<c:r>colorkeras-result: {}</c:r></x:xmpmeta>"""


@pytest.mark.parametrize("escape", [str, html.escape])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_the_mark_in_xmp(image, kind, escape):
    """As it is written, and as other programs write it anew."""
    xmp = XMP.replace("{}", escape(json.dumps(FACTS)))
    options = {"xmp": xmp.encode()}
    if kind == "PNG":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp)
    elif kind == "TIFF":
        options["tiffinfo"] = {700: xmp.encode()}
    result = opened(image, kind, **options)
    assert is_own_result(result)
    assert facts_of(result) == FACTS


def test_a_damaged_line_beside_a_whole_one(image):
    xmp = XMP.replace("{}", json.dumps(FACTS)).encode()
    result = opened(image, "JPEG", xmp=xmp, comment=f"{OLD}\ncolorkeras-result: ".encode())
    assert facts_of(result) == FACTS


def test_the_sentence_and_the_line_are_marks():
    sentence, line = mark_lines(FACTS)
    assert sentence == OLD
    assert is_mark(sentence)
    assert is_mark(line)
    assert not is_mark("By hand. Colorized by colorkeras")


def test_names_that_are_not_utf8():
    sentence, line = mark_lines({"experiment": "\udcff", "run": 1})
    assert (sentence + line).encode()
    assert "(?, run 1)" in sentence
