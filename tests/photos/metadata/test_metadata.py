"""What is read of a photograph's metadata, also of damaged and hostile ones."""

import io
import os
import struct
import zlib

import numpy as np
import photos_with_metadata as samples
import pytest
from PIL import ExifTags, Image

from colorkeras.data.images.decode import decode
from colorkeras.data.images.formats import UnusableImage, open_image
from colorkeras.data.images.mark import is_own_result, save_options
from colorkeras.photos.formats.write import FORMATS, Page, write_photo
from colorkeras.photos.metadata.metadata import copy_times, read_metadata
from colorkeras.photos.metadata.tiff_structure import read_structure

SOURCES = {
    "jpeg": samples.jpeg,
    "png": samples.png,
    "tiff": samples.tiff,
    "webp": samples.webp,
    "gif": samples.gif,
}


def read(data):
    return read_metadata(open_image(io.BytesIO(data)))


def chunk(kind, content):
    size, checksum = len(content), zlib.crc32(kind + content)
    return struct.pack(">I", size) + kind + content + struct.pack(">I", checksum)


def after_the_pixels(*chunks):
    """A plain PNG with chunks behind its image data."""
    data = samples.saved("PNG")
    at = data.index(b"IEND") - 4
    return data[:at] + b"".join(chunk(*c) for c in chunks) + data[at:]


@pytest.mark.parametrize("kind", SOURCES)
def test_pixels_can_still_be_decoded(kind):
    image, other = (open_image(io.BytesIO(SOURCES[kind]())) for _ in range(2))
    assert read_metadata(image).lost == ()
    assert np.array_equal(decode(image), decode(other))


@pytest.mark.parametrize("kind", ["BMP", "PNG", "JPEG", "WEBP", "GIF", "TIFF"])
def test_a_photograph_without_metadata(kind):
    found = read(samples.saved(kind))
    assert found.lost == ()
    assert (found.xmp, found.iptc, found.texts) == (None, None, ())
    assert found.exif is None


def test_the_first_image_of_several_in_a_jpeg():
    stream = io.BytesIO()
    first, second = (Image.new("L", (8, 8), level) for level in (0, 255))
    first.save(stream, "MPO", save_all=True, append_images=[second], exif=samples.exif())
    image = open_image(io.BytesIO(stream.getvalue()))
    assert image.format == "MPO"
    found = read_metadata(image)
    assert samples.MAKER_NOTE in found.exif
    assert found.lost == ()


def test_comments_and_texts():
    assert read(samples.jpeg()).texts == (("Comment", "Größe"), ("Comment", "second"))
    assert read(samples.gif()).texts == (("Comment", "a ferry"),)
    expected = (("Title", "A ferry"), ("Author", "東京"), ("Long", "x" * 3000))
    assert read(samples.png()).texts == expected
    latin = samples.with_segments(samples.saved("JPEG"), (0xFE, b"Gr\xf6\xdfe"))
    assert read(latin).texts == (("Comment", "Größe"),)


def test_resolution_in_every_way():
    assert read(samples.saved("BMP", dpi=(300, 300))).dpi == pytest.approx((300, 300), rel=1e-4)
    assert read(samples.saved("PNG", dpi=(600, 300))).dpi == pytest.approx((600, 300), rel=1e-4)
    jfif = samples.saved("JPEG", dpi=(300, 300))
    centimeters = jfif.replace(struct.pack(">BHH", 1, 300, 300), struct.pack(">BHH", 2, 118, 118))
    assert read(centimeters).dpi == pytest.approx((299.72, 299.72))
    assert read(samples.saved("TIFF", x_resolution=118.11, resolution_unit="cm")).dpi is None
    cm = samples.saved("TIFF", x_resolution=118.11, y_resolution=118.11, resolution_unit="cm")
    assert read(cm).dpi == pytest.approx((300, 300), rel=1e-4)


def test_a_mark_is_not_metadata_of_a_photograph():
    assert read(samples.saved("PNG", **save_options(".png", {}))).texts == ()
    assert read(samples.saved("JPEG", **save_options(".jpg", {}))).texts == ()


def test_chunks_after_the_pixels_count():
    exif = samples.exif().tobytes()[6:]
    found = read(after_the_pixels((b"eXIf", exif), (b"tEXt", b"Author\0Me")))
    assert read_structure(found.exif).tags[33432].data.decode() == samples.COPYRIGHT + "\0"
    assert found.texts == (("Author", "Me"),)


def test_raw_profiles_count():
    def raw(name, content):
        text = f"\n{name}\n{len(content):8}\n{content.hex()}\n"
        return b"zTXt", f"Raw profile type {name}".encode() + b"\0\0" + zlib.compress(text.encode())

    resources = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(samples.IPTC)) + samples.IPTC
    exif = samples.exif().tobytes()
    found = read(
        after_the_pixels(raw("exif", exif), raw("iptc", resources), raw("xmp", samples.XMP))
    )
    assert (found.iptc, found.texts, found.lost) == (samples.IPTC, (), ())
    assert samples.MAKER_NOTE in found.exif
    assert "東京" in found.xmp.decode()


def test_xmp_of_gif():
    trailer = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    block = b"!\xff\x0bXMP DataXMP" + samples.XMP + trailer
    data = samples.saved("GIF")
    at = data.index(b",", 13 + 3 * (2 << (data[10] & 7)))
    assert "東京" in read(data[:at] + block + data[at:]).xmp.decode()


def test_iptc_of_photoshop_in_tiff():
    resources = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(samples.IPTC)) + samples.IPTC
    found = read(samples.saved("TIFF", tiffinfo={34377: resources}))
    assert (found.iptc, found.exif) == (samples.IPTC, None)


def test_what_is_lost_is_named():
    jpeg = samples.saved("JPEG")
    assert read(samples.saved("JPEG", exif=b"Exif\0\0nonsense")).lost == ("EXIF: damaged",)
    assert read(samples.saved("WEBP", xmp=b"<nonsense")).lost == ("XMP: damaged",)
    cut = samples.exif().tobytes()[:-40]
    assert read(samples.saved("JPEG", exif=cut)).lost == ("EXIF: some values, which are damaged",)
    resources = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0a\x1c\x02\x50\0\x40abcde"
    damaged = samples.with_segments(jpeg, (0xED, resources))
    assert read(damaged).lost == ("IPTC: damaged",)
    long = zlib.compress(b"x" * 2**25)
    found = read(after_the_pixels((b"zTXt", b"Bomb\0\0" + long), (b"tEXt", b"Author\0Me")))
    assert found.lost == ("text 'Bomb': damaged or too long",)
    assert found.texts == (("Author", "Me"),)


def test_regions_are_lost_where_the_photograph_is_turned():
    regions = b"""<mwg-rs:Regions xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
        rdf:parseType="Resource"/></rdf:Description></rdf:RDF>"""
    xmp = samples.XMP.replace(b"</rdf:Description></rdf:RDF>", regions)
    turned = read(samples.saved("WEBP", xmp=xmp, exif=samples.exif()))
    assert turned.lost == ("XMP: regions, as the photograph was turned",)
    assert b"Regions" not in turned.xmp
    upright = read(samples.saved("WEBP", xmp=xmp))
    assert upright.lost == ()
    assert b"Regions" in upright.xmp


@pytest.mark.filterwarnings("ignore")  # Pillow's
@pytest.mark.parametrize("kind", SOURCES)
def test_hostile_bytes_never_raise_anything(tmp_path, kind):
    """Neither when they are read, nor when what was read of them is written."""
    data, random = SOURCES[kind](), np.random.default_rng(0)
    for number in range(400):
        damaged = bytearray(data[: random.integers(len(data) // 2, len(data) + 1)])
        for at in random.integers(4, len(damaged), random.integers(1, 12)):
            damaged[at] = random.choice([0, 255, random.integers(0, 256)])
        try:
            image = open_image(io.BytesIO(bytes(damaged)))
        except UnusableImage:
            continue
        page = Page(1, 1, 3, 8, [samples.pixels(3, 8, 1, 1)], read_metadata(image))
        form = list(FORMATS)[number % len(FORMATS)]
        write_photo(tmp_path / "x", form, [page], {})
        with open(tmp_path / "x", "rb") as file:
            assert is_own_result(open_image(file))


def test_directories_in_a_circle():
    """Exif that points to itself, and to the main directory; a thousand times."""
    entry = struct.pack("<HHII", 34665, 4, 1, 8)
    entries = entry * 500 + struct.pack("<HHII", 34853, 4, 1, 8) * 500
    data = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 1000) + entries + bytes(4)
    assert read(samples.saved("JPEG", exif=data)).lost == ("EXIF: some values, which are damaged",)


def test_subject_area_is_lost_with_the_orientation():
    for turned, expected in ((6, False), (1, True)):
        exif = samples.exif(SubjectLocation=(3, 4))
        exif[ExifTags.Base.Orientation] = turned
        found = read_structure(read(samples.saved("JPEG", exif=exif)).exif)
        assert (41492 in found.tags[34665]) == expected


def test_the_current_page_of_a_tiff_is_read():
    pages = [Image.new("L", (2, 2), number) for number in range(3)]
    infos = []
    for number, page in enumerate(pages):
        infos.append({285: f"Page {number}", 282: 100.0 + number, 283: 100.0, 296: 2})
        page.encoderinfo = {"tiffinfo": infos[-1]}
    stream = io.BytesIO()
    pages[0].save(stream, "TIFF", save_all=True, append_images=pages[1:], tiffinfo=infos[0])
    image = open_image(io.BytesIO(stream.getvalue()))
    for number in (2, 0, 1):
        image.seek(number)
        tags = read_structure(read_metadata(image).exif).tags
        assert tags[285].data == f"Page {number}\0".encode()


def test_times_are_copied(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(b"")
    second.write_bytes(b"")
    os.utime(first, ns=(10**18 + 1, 10**18 + 7_000))
    copy_times(first, second)
    times = os.stat(second)
    assert (times.st_atime_ns, times.st_mtime_ns) == (10**18 + 1, 10**18 + 7_000)
    with pytest.raises(OSError, match="c"):
        copy_times(tmp_path / "c", second)


@pytest.mark.parametrize(
    "text",
    [
        '{"shape": [4, 5]}',
        "ImageJ=1.53t\nimages=2\nchannels=2",
        '<?xml version="1.0"?><!-- OME --><OME xmlns="http://www.openmicroscopy.org/Schemas/OME">',
    ],
)
def test_a_description_of_arrays_is_not_of_the_result(text):
    """tifffile's, ImageJ's and OME's: readers would take the result for what the original was."""
    found = read(samples.saved("TIFF", description=text, artist="Me"))
    assert 270 not in read_structure(found.exif).tags
    assert found.lost == ("the description, which states the layout of the original's arrays",)
    kept = read(samples.saved("TIFF", description="ImageJet printer"))
    assert kept.lost == ()
    assert read_structure(kept.exif).tags[270].data == b"ImageJet printer\0"
