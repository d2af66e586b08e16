"""Which page of a TIFF is the image, camera raw by its content, and strips that are not there."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from colorkeras.data.images.decode import UnusableImage, read_rgb

SHORT, LONG = 3, 4


def tiff(path, *pages, start=b"II*\0", sub=()):
    """Write pages of 8-bit pixels (rows, columns) or (rows, columns, 3), each with more tags.

    `sub` are the pages below the first one (SubIFDs); a tag that is None is left out.
    """
    data, places = bytearray(start + bytes(4)), []

    def add(pixels, tags):
        at = len(data)
        data.extend(pixels.tobytes())
        rows, columns = pixels.shape[:2]
        samples = pixels.size // (rows * columns)
        entries = {256: columns, 257: rows, 258: 8, 259: 1, 262: 2 if samples == 3 else 1}
        entries |= {273: at, 277: samples, 278: rows, 279: pixels.size, **tags}
        entries = {tag: value for tag, value in entries.items() if value is not None}
        places.append(len(data))
        data.extend(struct.pack("<H", len(entries)))
        for tag, value in sorted(entries.items()):
            data.extend(struct.pack("<HHII", tag, LONG, 1, value))
        data.extend(bytes(4))

    for pixels, tags in sub:
        add(pixels, tags)
    first = len(sub)
    for number, (pixels, tags) in enumerate(pages):
        add(pixels, {**tags, **({330: places[0]} if sub and number == 0 else {})})
    data[4:8] = struct.pack("<I", places[first])
    for here, following in zip(places[first:], places[first + 1 :], strict=False):
        (count,) = struct.unpack_from("<H", data, here)
        struct.pack_into("<I", data, here + 2 + 12 * count, following)
    path.write_bytes(bytes(data))
    return path


def reason(path):
    with pytest.raises(UnusableImage) as caught:
        read_rgb(path)
    return caught.value.reason


PREVIEW = (np.full((8, 10), 50, np.uint8), {254: 1})
FULL = (np.full((24, 30), 200, np.uint8), {254: 0})
MASK = (np.full((24, 30), 0, np.uint8), {254: 4})


@pytest.mark.parametrize("pages", [[FULL, PREVIEW], [PREVIEW, FULL], [MASK, PREVIEW, FULL, FULL]])
def test_the_page_that_is_no_preview_is_the_image(tmp_path, pages):
    path = tiff(tmp_path / "pages.tif", *pages)
    assert (read_rgb(path) == 200).all()
    assert read_rgb(path).shape == (24, 30, 3)


def test_a_single_page_marked_as_a_preview_is_read(tmp_path):
    assert (read_rgb(tiff(tmp_path / "x.tif", PREVIEW)) == 50).all()
    below = tiff(tmp_path / "y.tif", PREVIEW, sub=[FULL])
    assert reason(below) == "TIFF with previews only: its full image is in a SubIFD"


@pytest.mark.parametrize("name", ["x.dng", "x.tif", "x.jpg"])
def test_camera_raw_is_known_by_its_content(tmp_path, name):
    mosaic = (np.zeros((24, 30), np.uint8), {254: 0, 262: 32803})
    for path in (
        tiff(tmp_path / name, PREVIEW, sub=[mosaic]),  # NEF, ARW
        tiff(tmp_path / name, mosaic),  # PEF
        tiff(tmp_path / name, FULL, mosaic),
        tiff(tmp_path / name, (FULL[0], {50706: 0x401})),  # DNG
        tiff(tmp_path / name, FULL, start=b"II*\0\x10\0\0\0CR\2\0"),  # CR2
    ):
        assert reason(path).startswith("camera raw, not an image yet: develop it")


def test_camera_raw_of_other_forms_is_named(tmp_path):
    for start, kind in (
        (b"\0\0\0\x18ftypcrx ", "CR3"),
        (b"FUJIFILMCCD-RAW 0201", "RAF"),
        (b"IIRO\x08\0\0\0", "ORF"),
        (b"IIU\0\x18\0\0\0", "RW2"),
    ):
        (tmp_path / "x.jpg").write_bytes(start + bytes(100))
        assert reason(tmp_path / "x.jpg").startswith(f"camera raw ({kind}), not an image yet")


def test_missing_strips(tmp_path):
    """The header speaks of 24 rows in strips of 12; there is one strip. Pillow leaves black."""
    half = tiff(tmp_path / "half.tif", (FULL[0], {278: 12, 279: 360}))
    assert reason(half) == "damaged (only 1 of 2 strips)"
    empty = tiff(tmp_path / "empty.tif", (FULL[0], {273: 0, 279: 0}))
    assert reason(empty) == "damaged (only 0 of 1 strips)"


@pytest.mark.parametrize("stated", [None, 0])
def test_strips_whose_size_is_not_stated(tmp_path, stated):
    """All that is needed lies in the file, as libtiff takes it."""
    ramp = np.arange(720, dtype=np.uint32).reshape(24, 30).astype(np.uint8)
    plain = tiff(tmp_path / "plain.tif", (ramp, {279: stated}))
    assert np.array_equal(read_rgb(plain)[..., 1], ramp)
    packed = np.frombuffer(zlib.compress(ramp.tobytes()), np.uint8)[np.newaxis]
    size = {256: 30, 257: 24, 278: 24, 259: 8}
    deflated = tiff(tmp_path / "deflated.tif", (packed, {**size, 279: stated}))
    assert np.array_equal(read_rgb(deflated)[..., 1], ramp)
    short = tiff(tmp_path / "short.tif", (packed[:, :-40], {**size, 279: stated}))
    assert reason(short).startswith(("damaged", "truncated"))
    plain.write_bytes(
        plain.read_bytes().replace(
            struct.pack("<HHII", 273, LONG, 1, 8), struct.pack("<HHII", 273, LONG, 1, 400)
        )
    )
    assert reason(plain).startswith("truncated")


@pytest.mark.parametrize(
    "compression", [None, "tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits"]
)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_undamaged_strips_of_every_compression(tmp_path, photo, compression, mode):
    path = tmp_path / "x.tif"
    Image.fromarray(photo(90, 70)).convert(mode).save(
        path, compression=compression, tiffinfo={278: 16}
    )
    assert read_rgb(path).shape == (90, 70, 3)


def test_a_damaged_jpeg_strip(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (96, 128, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "x.tif", compression="jpeg")
    data = bytearray((tmp_path / "x.tif").read_bytes())
    middle = len(data) // 2
    data[middle : middle + 300] = bytes(300)
    (tmp_path / "x.tif").write_bytes(bytes(data))
    assert reason(tmp_path / "x.tif").startswith("damaged (")


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("size", [0, 4, 8, 10, 15, 40, 200])
def test_truncated_directories(tmp_path, size):
    whole = tiff(tmp_path / "x.tif", PREVIEW, FULL).read_bytes()
    (tmp_path / "x.tif").write_bytes(whole[:size])
    assert reason(tmp_path / "x.tif")


def test_directories_in_a_circle(tmp_path):
    path = tiff(tmp_path / "x.tif", PREVIEW, PREVIEW)
    data = bytearray(path.read_bytes())
    data[-4:] = data[4:8]  # the last one is followed by the first
    path.write_bytes(bytes(data))
    assert (read_rgb(path) == 50).all()
