"""Ordinary JPEGs: the samples of the general decoder, bit for bit; other files are left to it."""

import io
import os
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from colorkeras.data.images import ordinary_jpeg
from colorkeras.data.images.decode import MAX_PIXELS, UnusableImage, decode, opened, read_rgb
from colorkeras.data.images.ordinary_jpeg import read_ordinary

SIZES = (None, (60, 80), (61, 80), (121, 100), (240, 320), (16, 16), (1000, 1))
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = b'<x:xmpmeta><rdf:Description tiff:Orientation="%d"/></x:xmpmeta>'


def general(path, at_least=None, max_pixels=MAX_PIXELS):
    """What the general decoder makes of a file: (samples, "") or (None, reason)."""
    try:
        with opened(path) as image:
            return decode(image, at_least=at_least, max_pixels=max_pixels, checked=True), ""
    except UnusableImage as error:
        return None, error.reason


def checked(path, at_least=None, max_pixels=MAX_PIXELS):
    """The same of a file that passed the checks before."""
    try:
        return read_rgb(path, at_least=at_least, max_pixels=max_pixels, checked=True), ""
    except UnusableImage as error:
        return None, error.reason


def exif(orientation=None, color_space=None, interoperability=None, order="<"):
    data = Image.Exif()
    data.endian = order
    data[0x010F] = "a camera"
    if orientation is not None:
        data[0x0112] = orientation
    if color_space is not None:
        data.get_ifd(0x8769)[0xA001] = color_space
    if interoperability is not None:
        data.get_ifd(0x8769)[0xA005] = {1: interoperability}
    return data.tobytes()


def segment(marker, body):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg(photo, size=(243, 331), mode="RGB", **options):
    file = io.BytesIO()
    Image.fromarray(photo(*size)).convert(mode).save(file, "JPEG", **{"quality": 90} | options)
    return file.getvalue()


ORDINARY = {
    "plain": {},
    "4:4:4": {"subsampling": 0},
    "4:2:2": {"subsampling": 1},
    "progressive": {"progressive": True},
    "optimized": {"optimize": True},
    "restarts": {"restart_marker_rows": 1},
    "stored as RGB": {"keep_rgb": True},
    "poor": {"quality": 5},
    "comment": {"comment": b"\xff\xd9 is no end here"},
    "sRGB profile": {"icc_profile": SRGB},
    "Exif": {"exif": exif(1, 1)},
    "Exif, big endian": {"exif": exif(1, 1, order=">")},
    "Exif without both": {"exif": exif()},
    "Exif of Adobe RGB beside an sRGB profile": {"exif": exif(1, 2), "icc_profile": SRGB},
    "XMP": {"xmp": b"<x:xmpmeta/>"},
    "a multiple of eight": {"size": (240, 320)},
    "small": {"size": (16, 17)},
}


@pytest.mark.parametrize("kind", ORDINARY)
def test_an_ordinary_jpeg_has_the_samples_of_the_general_decoder(tmp_path, photo, kind):
    path = tmp_path / "image.jpg"
    path.write_bytes(jpeg(photo, **ORDINARY[kind]))
    for at_least in SIZES:
        image = read_ordinary(path, at_least, MAX_PIXELS)
        assert image is not None, at_least
        assert np.array_equal(image, general(path, at_least)[0]), at_least
        assert np.array_equal(image, checked(path, at_least)[0])
        assert (image.dtype, image.flags.c_contiguous) == (np.uint8, True)


def swapped(profile):
    """The profile with the primaries of red and green exchanged."""
    return profile.replace(b"rXYZ", b"-XYZ").replace(b"gXYZ", b"rXYZ").replace(b"-XYZ", b"gXYZ")


def icc(profile):
    return segment(0xE2, b"ICC_PROFILE\0\1\1" + profile)


def with_segments(data, *segments):
    return data[:2] + b"".join(segments) + data[2:]


def odd_files(photo):
    """Files of other kinds, by name."""
    plain = jpeg(photo)
    frame = plain.index(b"\xff\xc0")
    for orientation in range(2, 9):
        yield f"orientation {orientation}", jpeg(photo, exif=exif(orientation))
    yield "orientation 6, big endian", jpeg(photo, exif=exif(6, order=">"))
    yield "orientation in XMP", jpeg(photo, xmp=XMP % 6)
    yield "orientation 1 in XMP", jpeg(photo, xmp=XMP % 1)
    yield "Adobe RGB", jpeg(photo, exif=exif(1, 2))
    yield "Adobe RGB, option file", jpeg(photo, exif=exif(1, 0xFFFF, "R03"))
    yield "Adobe RGB, big endian", jpeg(photo, exif=exif(1, 2, order=">"))
    yield "profile", jpeg(photo, icc_profile=swapped(SRGB))
    yield "damaged profile", jpeg(photo, icc_profile=b"no profile")
    yield "profile in parts", jpeg(photo, icc_profile=SRGB + bytes(70_000))
    yield "two profiles", with_segments(jpeg(photo, icc_profile=SRGB), icc(SRGB))
    yield (
        "profile after the frame",
        plain[:frame] + plain[frame:].replace(b"\xff\xda", icc(swapped(SRGB)) + b"\xff\xda", 1),
    )
    yield "two Exif", with_segments(plain, segment(0xE1, exif(1)), segment(0xE1, exif(6)))
    yield "truncated Exif", with_segments(plain, segment(0xE1, exif(6)[:20]))
    yield "damaged Exif", with_segments(plain, segment(0xE1, b"Exif\0\0rubbish"))
    yield "grey", jpeg(photo, mode="L")
    yield "CMYK", jpeg(photo, mode="CMYK")
    yield "tiny", jpeg(photo, size=(15, 40))
    yield "filled between markers", plain[:2] + b"\xff" + plain[2:]
    yield "stray bytes between markers", plain[:2] + b"stray" + plain[2:]
    yield "12 bits", plain[: frame + 4] + b"\x0c" + plain[frame + 5 :]
    yield "arithmetic coding", plain.replace(b"\xff\xc0", b"\xff\xc9", 1)
    yield "two frames", plain[:frame] + plain[frame : frame + 19] + plain[frame:]
    yield "no size", plain[: frame + 5] + bytes(4) + plain[frame + 9 :]
    yield "truncated", plain[: len(plain) // 2]
    yield "truncated and ended", plain[: len(plain) // 2] + b"\xff\xd9"
    yield "header alone", plain[: plain.index(b"\xff\xda")]
    yield "cut in a segment", plain[: frame + 3]
    yield "damaged inside", plain[:4000] + b"\xff\xd8" * 40 + plain[4080:]
    yield "zeros", plain[:4000] + bytes(len(plain) - 4000)
    yield "nothing", b""
    yield "signature", b"\xff\xd8\xff"
    for name in ("PNG", "WEBP", "BMP", "GIF", "TIFF"):
        file = io.BytesIO()
        Image.fromarray(photo(48, 64)).save(file, name)
        yield name, file.getvalue()
    file, second = io.BytesIO(), Image.fromarray(photo(seed=1))
    Image.fromarray(photo()).save(file, "MPO", save_all=True, append_images=[second])
    yield "MPO", file.getvalue()


def test_other_files_are_left_to_the_general_decoder(tmp_path, photo):
    path, names = tmp_path / "image.jpg", []
    for name, data in odd_files(photo):
        path.write_bytes(data)
        for at_least in (None, (60, 80)):
            assert read_ordinary(path, at_least, MAX_PIXELS) is None, name
            (image, reason), (expected, why) = checked(path, at_least), general(path, at_least)
            assert reason == why, name
            assert np.array_equal(image, expected), name
        names += [name]
    assert len(names) == len(set(names))


def test_what_cannot_be_opened_or_is_too_large_is_left_to_it(tmp_path, photo):
    path = tmp_path / "image.jpg"
    path.write_bytes(jpeg(photo, size=(40, 50)))
    assert read_ordinary(path, None, 2000).shape == (40, 50, 3)
    assert read_ordinary(path, (10, 10), 1999) is None
    assert checked(path, max_pixels=1999) == (None, "50x40 is larger than 1999 pixels")
    assert read_ordinary(tmp_path / "missing.jpg", None, MAX_PIXELS) is None
    assert read_ordinary(tmp_path, None, MAX_PIXELS) is None
    os.mkfifo(tmp_path / "pipe.jpg")
    assert read_ordinary(tmp_path / "pipe.jpg", None, MAX_PIXELS) is None  # and does not wait


def test_a_large_image_is_left_to_the_decoder_that_takes_less_memory(tmp_path, photo, monkeypatch):
    path = tmp_path / "image.jpg"
    path.write_bytes(jpeg(photo, size=(40, 50)))
    monkeypatch.setattr(ordinary_jpeg, "LARGE", 1999)
    assert read_ordinary(path, (10, 10), MAX_PIXELS) is None


def test_a_bomb_is_not_decoded(tmp_path, photo):
    """Its header states 65,000 x 65,000 pixels."""
    data = jpeg(photo)
    at = data.index(b"\xff\xc0") + 5
    path = tmp_path / "bomb.jpg"
    path.write_bytes(data[:at] + struct.pack(">HH", 65000, 65000) + data[at + 4 :])
    assert read_ordinary(path, (8, 8), 10**10) is None
    assert checked(path, (8, 8))[1] == f"65000x65000 is larger than {MAX_PIXELS} pixels"
