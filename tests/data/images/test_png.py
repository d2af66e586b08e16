"""PNGs whose chunks are damaged or hold less than the header announces."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from colorkeras.data.images import png as png_module
from colorkeras.data.images.decode import UnusableImage, read_rgb

HEADER = struct.pack(">IIBBBBB", 40, 30, 8, 2, 0, 0, 0)
ROWS = b"".join(b"\0" + np.random.default_rng(y).bytes(120) for y in range(30))


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*chunks):
    return png_module.SIGNATURE + b"".join(
        chunk(*c) for c in [(b"IHDR", HEADER), *chunks, (b"IEND", b"")]
    )


def damage(data):
    return png_module.png_damage(io.BytesIO(data))


def reason(path, data):
    path.write_bytes(data)
    with pytest.raises(UnusableImage) as caught:
        read_rgb(path)
    return caught.value.reason


def test_missing_rows_are_damage(tmp_path):
    assert damage(png((b"IDAT", zlib.compress(ROWS)))) is None
    half = png((b"IDAT", zlib.compress(ROWS[: 15 * 121])))
    assert reason(tmp_path / "half.png", half) == "damaged (only 1815 of 3630 bytes of samples)"


def test_a_wrong_checksum_of_needed_chunks_is_damage(tmp_path):
    data = bytearray(png((b"IDAT", zlib.compress(ROWS))))
    data[-16] ^= 1  # the sum itself: nothing else would show it
    assert reason(tmp_path / "x.png", bytes(data)) == "damaged (checksum of IDAT is wrong)"
    text = bytearray(png((b"IDAT", zlib.compress(ROWS)), (b"tEXt", b"key\0value")))
    text[-16] ^= 1
    assert damage(bytes(text)) is None


@pytest.mark.parametrize("kind", [b"tEXt", b"gAMA", b"IHDR"])
def test_a_wrong_checksum_in_front_of_the_image_data_is_named(tmp_path, kind):
    """Pillow refuses such a file as none of its formats."""
    data = bytearray(png((b"gAMA", bytes(4)), (b"tEXt", b"a\0b"), (b"IDAT", zlib.compress(ROWS))))
    at = data.index(kind)
    (length,) = struct.unpack_from(">I", data, at - 4)
    data[at + 4 + length] ^= 1
    expected = f"damaged (checksum of {kind.decode()} is wrong)"
    assert reason(tmp_path / "x.png", bytes(data)) == expected


def test_a_header_that_is_too_short(tmp_path):
    data = png_module.SIGNATURE + chunk(b"IHDR", HEADER[:8]) + chunk(b"IEND", b"")
    assert reason(tmp_path / "x.png", data) == "damaged (header truncated)"


def test_image_data_in_pieces_and_with_a_surplus():
    packed = zlib.compress(ROWS + bytes(5000))
    pieces = [(b"IDAT", packed[at : at + 100]) for at in range(0, len(packed), 100)]
    assert damage(png(*pieces)) is None
    assert damage(png(*pieces[:3], *pieces[4:])).startswith("image data: ")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("size", [(1, 1), (33, 7), (64, 48)])
def test_undamaged_files_of_every_mode(tmp_path, mode, size):
    image = (
        Image.new(mode, size) if mode == "I;16" else Image.new("RGB", size, "teal").convert(mode)
    )
    image.save(tmp_path / "x.png")
    assert damage((tmp_path / "x.png").read_bytes()) is None


@pytest.mark.parametrize("width", [1, 3, 5, 8, 13])
def test_an_interlaced_file_is_counted_pass_by_pass(width):
    """Adam7 of width × 2 pixels: which pass has which pixel, written out."""
    pattern = ["16462646"[x % 8] for x in range(width)] + ["7"] * width
    size = 0
    for name in "1234567":
        rows = [sum(p == name for p in pattern[y * width : (y + 1) * width]) for y in (0, 1)]
        size += sum(1 + 3 * count for count in rows if count)
    header = struct.pack(">IIBBBBB", width, 2, 8, 2, 0, 0, 1)

    def file(count):
        parts = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(count))), (b"IEND", b"")]
        return png_module.SIGNATURE + b"".join(chunk(*part) for part in parts)

    assert damage(file(size)) is None
    assert damage(file(size - 1)) == f"only {size - 1} of {size} bytes of samples"
