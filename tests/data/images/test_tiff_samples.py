"""How the samples of a TIFF are stored: plane by plane, and kinds that are named in a refusal."""

import struct
import zlib

import numpy as np
import pytest

from colorkeras.data.images.decode import UnusableImage, decode, opened, read_rgb

LONG = 4
SIZE = (20, 27)
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, CMYK = 0, 1, 2, 5
PREMULTIPLIED, TRANSPARENCY = 1, 2  # extra samples


def planar(path, planes, bits, photometric, order="<", tile=None, packed=False, **tags):
    """Write (planes, rows, columns), one plane after the other (PlanarConfiguration 2)."""
    count, height, width = planes.shape
    data, offsets, step = bytearray(8), [], tile or max(height, width)
    for plane in planes.astype(f"{order}u{bits // 8}"):
        for top in range(0, height, step):
            for left in range(0, width, step):
                part = plane[top : top + step, left : left + step]
                if tile:
                    missing = [(0, tile - length) for length in part.shape]
                    part = np.pad(part, missing)
                offsets.append(len(data))
                data += zlib.compress(part.tobytes()) if packed else part.tobytes()
    entries = {
        256: [width],
        257: [height],
        258: [bits] * count,
        259: [8 if packed else 1],
        262: [photometric],
    }
    entries |= {277: [count], 284: [2], **{int(tag[1:]): value for tag, value in tags.items()}}
    sizes = np.diff([*offsets, len(data)]).tolist()
    entries |= {322: [tile], 323: [tile], 324: offsets, 325: sizes} if tile else {}
    entries |= {273: offsets, 278: [height], 279: sizes} if not tile else {}
    directory, behind = struct.pack(f"{order}H", len(entries)), b""
    after = len(data) + 2 + 12 * len(entries) + 4
    for tag, values in sorted(entries.items()):
        body = struct.pack(f"{order}{len(values)}I", *values)
        place = struct.pack(f"{order}I", after + len(behind)) if len(body) > 4 else body
        behind += body if len(body) > 4 else b""
        directory += struct.pack(f"{order}HHI", tag, LONG, len(values)) + place
    mark = b"II*\0" if order == "<" else b"MM\0*"
    data[:8] = mark + struct.pack(f"{order}I", len(data))
    path.write_bytes(bytes(data) + directory + bytes(4) + behind)
    return path


def samples(count, bits, opaque=False):
    found = np.random.default_rng(0).integers(0, 2**bits, (count, *SIZE))
    if opaque:
        found[-1] = 2**bits - 1
    return found


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("tile", [None, 16])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("alpha", [False, True])
def test_color_in_planes(tmp_path, order, tile, packed, bits, alpha):
    planes = samples(3 + alpha, bits, opaque=alpha)
    tags = {"t338": [TRANSPARENCY]} if alpha else {}
    path = planar(tmp_path / "x.tif", planes, bits, RGB, order, tile, packed, **tags)
    expected = planes[:3].transpose(1, 2, 0) * 255 / (2**bits - 1)
    assert np.abs(read_rgb(path) - expected).max() <= 1
    with opened(path) as image:
        assert image.n_frames == 1  # looks for more pages; then Pillow opens this one again
        assert np.abs(decode(image) - expected).max() <= 1


@pytest.mark.parametrize(
    ("bits", "photometric", "count", "tags"),
    [
        (16, CMYK, 4, {}),
        (8, WHITE_IS_ZERO, 1, {}),
        (16, BLACK_IS_ZERO, 1, {}),
        (8, RGB, 4, {"t338": [PREMULTIPLIED]}),
        (16, RGB, 4, {"t338": [PREMULTIPLIED]}),
        (8, BLACK_IS_ZERO, 2, {"t338": [TRANSPARENCY]}),
        (8, RGB, 3, {"t266": [2]}),  # bits in reverse
    ],
)
def test_planes_that_would_come_out_wrong_are_refused(tmp_path, bits, photometric, count, tags):
    path = planar(tmp_path / "x.tif", samples(count, bits), bits, photometric, **tags)
    with pytest.raises(UnusableImage) as caught:
        read_rgb(path)
    assert "plane by plane" in caught.value.reason


def test_packed_planes_of_grey_with_transparency_are_refused(tmp_path):
    """Pillow shows their transparency as a color, whatever it is."""
    tags = {"t338": [TRANSPARENCY]}
    path = planar(tmp_path / "x.tif", samples(2, 8), 8, BLACK_IS_ZERO, packed=True, **tags)
    with pytest.raises(UnusableImage) as caught:
        read_rgb(path)
    assert "plane by plane" in caught.value.reason


def test_planes_of_bytes_that_come_out_right(tmp_path):
    grey = samples(1, 8)
    path = planar(tmp_path / "x.tif", grey, 8, BLACK_IS_ZERO)
    assert np.array_equal(read_rgb(path)[..., 0], grey[0])
    ink = np.repeat(np.array([0, 255, 255, 0])[:, np.newaxis], 20 * 27, 1).reshape(4, *SIZE)
    red = read_rgb(planar(tmp_path / "y.tif", ink, 8, CMYK))[0, 0].astype(int)
    assert red[0] > 230
    assert max(red[1:]) < 40


@pytest.mark.parametrize(
    ("bits", "kind", "expected"),
    [
        (32, 3, "TIFF with floating-point samples, which have no fixed white"),
        (64, 3, "TIFF with floating-point samples, which have no fixed white"),
        (32, 1, "TIFF with 32-bit or signed integer samples, which have no fixed white"),
        (64, 1, "TIFF with 64-bit samples"),
    ],
)
def test_color_of_samples_that_pillow_does_not_know_is_named(tmp_path, bits, kind, expected):
    path = planar(tmp_path / "x.tif", samples(3, 16), bits, RGB, t284=[1], t339=[kind] * 3)
    with pytest.raises(UnusableImage) as caught:
        read_rgb(path)
    assert caught.value.reason == expected
